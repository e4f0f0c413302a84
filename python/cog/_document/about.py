"""Texts about a model for people, which programs don't need: the author's description and example inputs."""

from __future__ import annotations

from typing import Any

from .._model.loader import LoadedModel
from .._types.json_values import NotJSON, json_value
from .._values.inputs import InputPlan

__all__ = ["described"]


def described(document: Any, model: LoadedModel, plan: InputPlan) -> Any:
    """Add the author's texts to the document that the server shows.

    The texts come from the model itself, because the document may be one that the build stored. That document, and
    those in the labels of images, don't contain them, like the original's.

    Args:
        document: the document; it may be hand-written, and is not changed.
        model: the model.
        plan: its inputs.

    Returns:
        The document to show: the same object if there is nothing to add.
    """
    added = dict(document) if isinstance(document, dict) else {}
    text = _docstring(model)
    if text and isinstance(added.get("info"), dict):
        added["info"] = {"description": text, **added["info"]}
    schemas = _member(_member(added, "components"), "schemas")
    name = "TrainingInput" if model.is_training and "TrainingInput" in schemas else "Input"
    properties = dict(_member(_member(schemas, name), "properties"))
    for key, values in plan.examples.items():
        if isinstance(properties.get(key), dict) and (shown := _shown(values)):
            properties[key] = {"examples": shown, **properties[key]}
    if properties != _member(_member(schemas, name), "properties"):
        schemas = {**schemas, name: {**schemas[name], "properties": properties}}
        added["components"] = {**added["components"], "schemas": schemas}
    return added if added != document and isinstance(document, dict) else document


def _member(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _docstring(model: LoadedModel) -> str:
    """Return the docstring of the class or else of the method, but not one inherited from a base class."""
    import inspect

    own = type(model.instance).__dict__.get("__doc__") if model.instance is not None else None
    text = own if isinstance(own, str) and own.strip() else getattr(model.call, "__doc__", None)
    return inspect.cleandoc(text) if isinstance(text, str) else ""


def _shown(values: list[Any]) -> list[Any]:
    """Return the examples that JSON can represent. A wrong example doesn't keep the model from being served."""
    shown = []
    for value in values:
        try:
            shown.append(json_value(value))
        except NotJSON:
            import warnings

            warnings.warn(f"the example {value!r} is left out: JSON can't represent it", UserWarning, stacklevel=2)
    return shown
