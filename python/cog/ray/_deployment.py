"""Turns models into applications of Ray Serve."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ray import serve
from ray.serve import Application

from ._replica import WORKING_DIRECTORY, Replica, application
from ._slots import slots

_STOPPING_SECONDS = 15.0
"""The most time that a server needs for webhooks and for the end of its workers, plus a few seconds."""
_SHUTDOWN_GRACE_SECONDS = 15.0

# A replica often has one slot, so under load most requests wait until one is free. With Ray's own pauses of up to half
# a second, replicas would be idle most of the time while requests wait.
_ROUTING = {"initial_backoff_s": 0.005, "max_backoff_s": 0.05}


def deployment(
    model: str | None = None,
    *,
    directory: str | None = None,
    env: Mapping[str, str] | None = None,
    **options: Any,
) -> Application:
    """Make an application whose replicas serve a model.

    Args:
        model: the model, such as `predict.py:Predictor`; by default the value of COG_PREDICT_TYPE_STUB in the replicas.
        directory: the directory that the model's file is in; by default Ray's working_dir, or the current directory.
        env: settings of the server, such as `{"COG_WORKERS": "auto"}`, on top of the replicas' environment.
        options: arguments of `serve.deployment`, such as `num_replicas`, `ray_actor_options`, or `autoscaling_config`.
            Without `max_ongoing_requests`, a replica gets as many requests at a time as its server has slots.

    Returns:
        An application for `serve.run`, or for another deployment to bind.
    """
    here = os.path.abspath(directory or os.getcwd())
    actor: dict[str, Any] = options.get("ray_actor_options") or {}
    given = {**(actor.get("runtime_env") or {}).get("env_vars", {}), **(env or {})}
    settings = {**os.environ, **given}
    reference = model or settings.get("COG_PREDICT_TYPE_STUB")
    path = os.path.join(here, reference) if reference else None
    options.setdefault("name", "cog")
    options.setdefault("max_ongoing_requests", slots(path, settings, float(actor.get("num_gpus") or 0)))
    options.setdefault("request_router_config", dict(_ROUTING))
    options.setdefault("graceful_shutdown_timeout_s", _grace(settings) + _STOPPING_SECONDS)
    made = serve.deployment(**_scaled(options))(serve.ingress(application)(Replica))
    places = [here] if directory else [WORKING_DIRECTORY, here]
    bound: Application = made.bind(model, places, dict(env or {}), options["max_ongoing_requests"])
    return bound


def app(arguments: dict[str, Any]) -> Application:
    """Make the application of `serve run cog.ray:app model=predict.py:Predictor num_replicas=2`.

    Args:
        arguments: those of `deployment`. JSON text stands for its value.
    """
    return deployment(**{name: _value(name, value) for name, value in arguments.items()})


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in ("directory", "model", "name", "version"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _scaled(options: dict[str, Any]) -> dict[str, Any]:
    """Return options in which a replica counts as busy when its slots are taken, unless they say otherwise."""
    scaling = options.get("autoscaling_config")
    if options.get("num_replicas") == "auto":
        options = {name: value for name, value in options.items() if name != "num_replicas"}
        scaling = {"min_replicas": 1, "max_replicas": 100, **(scaling or {})}
    if isinstance(scaling, dict):
        scaling = {"target_ongoing_requests": options["max_ongoing_requests"], **scaling}
        options = {**options, "autoscaling_config": scaling}
    return options


def _grace(settings: Mapping[str, str]) -> float:
    try:
        return float(settings.get("COG_SHUTDOWN_GRACE", ""))
    except ValueError:  # The server logs it and uses the default.
        return _SHUTDOWN_GRACE_SECONDS
