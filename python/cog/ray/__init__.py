"""Models on Ray Serve: each replica of a deployment runs the prediction server.

`serve run cog.ray:app model=predict.py:Predictor` on the command line, or in code:

    from ray import serve

    import cog.ray

    serve.run(cog.ray.deployment("predict.py:Predictor", num_replicas=2))

Requests are those of the server, below the application's prefix: `POST /predictions`, `GET /openapi.json`, and so on.
"""

try:
    import ray.serve as _serve  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"cog.ray needs Ray Serve, and there is no module {error.name!r}. Install it with: pip install 'ray[serve]'",
        name=error.name,
    ) from None

from ._deployment import app, deployment
from ._server import ServerError

__all__ = ["ServerError", "app", "deployment"]
