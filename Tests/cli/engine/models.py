"""Sources of models that tests of predictions share; each is about one kind of input or output."""

from typing import Any

from terminal import Result
from workshop import EngineProject

IMPORTS = "import json, os, sys, time, typing\nfrom cog import *\n"


def model(signature: str, *body: str, before: str = "", setup: str = "", name: str = "Predictor") -> str:
    """The text of a predict.py whose method has this signature and these lines."""
    lines = [
        IMPORTS + before,
        "",
        f"class {name}(BasePredictor):",
        f"    def setup(self) -> None:\n        {setup}" if setup else "",
        f"    def predict(self{', ' if not signature.startswith(')') else ''}{signature}:",
        *(f"        {line}" for line in body),
    ]
    return "\n".join(line for line in lines if line) + "\n"


class Gallery:
    """One image with many models, of which a prediction picks one: building is what takes long.

    The image has no document of its own, so that of the running server is asked for.
    """

    def __init__(self, project: EngineProject, image: str, sources: list[str]):
        self.image = image
        project.predictor("\n\n".join(sources)).cog("build", "-t", image, "--skip-schema-validation").ok()

    def predict(self, project: EngineProject, name: str, *arguments: str, **options: Any) -> Result:
        """A prediction of the class of this name, in a project's directory."""
        entry = f"COG_PREDICT_TYPE_STUB=predict.py:{name}"
        return project.predict(self.image, "-e", entry, *arguments, **options)
