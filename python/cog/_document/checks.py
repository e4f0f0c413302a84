"""The checks of inputs that go beyond the document."""

from __future__ import annotations

from typing import Any

from .._types.forms import Form, ListForm, without_none
from .input_schema import InputSchemas

# What the server checks for a property in addition to its type.
_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "pattern", "nullable")


def beyond(document: Any, forms: dict[str, Form], mode: str) -> dict[str, Any] | None:
    """Make the document that the server checks inputs against, if the one it shows leaves something out.

    Clients see the contents of a dictionary or a `TypedDict` as "an object", and the choices of a list as those of a
    single value. The server checks the actual types.

    Args:
        document: the document that is shown; it may be hand-written.
        forms: the form of each input, by name.
        mode: "predict" or "train".

    Returns:
        A document of components only; None if the one that is shown is complete.
    """
    schemas = _mapping(_mapping(_mapping(document).get("components")).get("schemas"))
    component = "TrainingInput" if mode == "train" and "TrainingInput" in schemas else "Input"
    properties = _mapping(_mapping(schemas.get(component)).get("properties"))
    full = InputSchemas(is_full=True)
    replaced = {}
    for name, form in forms.items():
        described = properties.get(name)
        if not isinstance(described, dict):
            continue
        schema = _chosen(form, described) or _full(form, described, full)
        if schema is not None:
            replaced[name] = schema
    if not replaced:
        return None
    input_ = {**schemas[component], "properties": {**properties, **replaced}}
    return {"components": {"schemas": {**schemas, **full.definitions, component: input_}}}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _full(form: Form, described: dict[str, Any], full: InputSchemas) -> dict[str, Any] | None:
    shown = InputSchemas()
    schema = shown.of(form)
    if not shown.leaves_out or any(described.get(key) != value for key, value in schema.items()):
        return None  # Nothing to add, or the author deliberately described the input differently.
    return {**{key: described[key] for key in _LIMITS if key in described}, **full.of(form)}


def _chosen(form: Form, described: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of a list whose items are choices; a single choice is also accepted."""
    parts = described.get("allOf")
    if not isinstance(without_none(form), ListForm) or not isinstance(parts, list) or len(parts) != 1:
        return None
    schema: dict[str, Any] = {"anyOf": [{"type": "array", "items": parts[0]}, parts[0]]}
    return {**schema, "nullable": True} if form.is_nullable else schema
