"""The schemas that pydantic 2 makes for its models, in the dialect of OpenAPI 3.0."""

from __future__ import annotations

import re
from typing import Any

from .._types.annotations import Unsupported
from .._types.forms import Form, UnknownForm, UnsupportedForm
from .dialect import nullable

# Copied unchanged. The rest is translated below or, like `examples`, is not checked.
_KEPT = frozenset(
    {
        "default",
        "deprecated",
        "description",
        "enum",
        "format",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "readOnly",
        "required",
        "title",
        "type",
        "uniqueItems",
        "writeOnly",
    }
)


def input_schema(cls: Any, definitions: dict[str, Any] | None) -> tuple[dict[str, Any], bool]:
    """Return the schema of a model as an input.

    Args:
        cls: the model class.
        definitions: receives the models within as components, so that recursion is followed; without it, they become
            part of the schema, and a model within itself is a plain object.

    Returns:
        The schema, and whether it is complete.

    Raises:
        Unsupported: pydantic has no schema for a field.
    """
    try:
        schema = cls.model_json_schema(mode="validation")
    except Exception as error:  # pydantic's own error classes, and whatever the hooks of a field's type raise.
        text = str(error).partition("\n")[0]
        raise Unsupported(
            f"pydantic can't describe {cls.__name__}: {text}", "Give the field a type that JSON can represent."
        ) from None
    translation = _Translation(cls.__name__, schema.get("$defs", {}), definitions)
    return translation.of(schema, ()), translation.is_whole


class OutputSchemas:
    """pydantic's description of a model's values, for types and serializers that only pydantic understands.

    Args:
        cls: the model class.

    Attributes:
        whole: the schema of the model if a serializer changes its form; None otherwise.
        excluded: the names of fields that never leave the model.
    """

    def __init__(self, cls: Any) -> None:
        self._cls = cls
        self._decorators = cls.__pydantic_decorators__
        self._schema: dict[str, Any] | None = None
        self.excluded = [
            field.serialization_alias or field.alias or name
            for name, field in cls.model_fields.items()
            if field.exclude is True
        ]
        self.whole = self._translated(self._read()) if self._decorators.model_serializers else None

    def of(self, name: str, key: str, form: Form) -> dict[str, Any] | None:
        """Return the schema of a field; None if this SDK describes it itself.

        Args:
            name: the field's.
            key: its name in JSON.
            form: the form of its type.
        """
        if not _is_unknown(form) and not self._is_special(name, self._cls.model_fields[name]):
            return None
        return self._property(key)

    def of_root(self, form: Form) -> dict[str, Any] | None:
        """Return the schema of a RootModel; None if this SDK describes it itself.

        Args:
            form: the form of its root's type.
        """
        is_plain = not _is_unknown(form) and not self._is_special("root", self._cls.model_fields["root"])
        return None if is_plain else self._translated(self._read())

    def computed(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the JSON names and the schemas of the computed fields."""
        computed = self._decorators.computed_fields
        keys = [decorator.info.alias or name for name, decorator in computed.items()]
        return [(key, self._property(key)) for key in keys]

    def _is_special(self, name: str, field: Any) -> bool:
        for decorator in self._decorators.field_serializers.values():
            if name in decorator.info.fields or "*" in decorator.info.fields:
                return True
        return any(type(extra).__name__ in _SERIALIZERS for extra in field.metadata)

    def _property(self, key: str) -> dict[str, Any]:
        return self._translated(self._read().get("properties", {}).get(key, {}))

    def _translated(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = _Translation(self._cls.__name__, self._read().get("$defs", {}), None).of(schema, ())
        return {name: value for name, value in found.items() if name not in ("default", "description", "title")}

    def _read(self) -> dict[str, Any]:
        """Return pydantic's own schema; an empty one if it has none because of a field's type."""
        if self._schema is None:
            try:
                self._schema = self._cls.model_json_schema(mode="serialization", by_alias=True)
            except Exception:  # pydantic's own error classes, and whatever the hooks of a field's type raise.
                self._schema = {}
        return self._schema or {}


def _is_unknown(form: Form) -> bool:
    """Return whether only pydantic understands a type or a part of it."""
    return isinstance(form, (UnknownForm, UnsupportedForm)) or any(map(_is_unknown, form.parts))


_SERIALIZERS = frozenset({"PlainSerializer", "WrapSerializer", "SerializeAsAny"})


class _Translation:
    def __init__(self, prefix: str, parts: dict[str, Any], definitions: dict[str, Any] | None) -> None:
        self._prefix = prefix
        self._parts = parts
        self._definitions = definitions
        self.is_whole = True

    def of(self, schema: Any, within: tuple[str, ...]) -> dict[str, Any]:
        """Translate a schema; `within` names the parts that enclose it."""
        if not isinstance(schema, dict):  # true: anything, as {} is
            return {}
        found: dict[str, Any] = {key: value for key, value in schema.items() if key in _KEPT or key.startswith("x-")}
        if found.get("type") == "null":
            return {"enum": [None], "nullable": True}
        if "const" in schema:
            found["enum"] = [schema["const"]]
        if isinstance(pattern := schema.get("pattern"), str) and _is_shared(pattern):
            found["pattern"] = pattern
        self._add_bounds(found, schema)
        self._add_parts(found, schema, within)
        alternatives: list[Any] = schema.get("anyOf") or schema.get("oneOf") or []
        members = [self.of(member, within) for member in alternatives]
        values = [member for member in members if member.get("enum") != [None]]
        if len(values) == 1:
            found = {**values[0], **found}
        elif values:
            found["anyOf"] = values
        if len(values) < len(members):
            nullable(found)
        if "$ref" in schema:
            found = {**self._part(schema["$ref"].rpartition("/")[2], within), **found}
        for part in schema.get("allOf", ()):
            found = {**self.of(part, within), **found}
        return found

    def _add_bounds(self, found: dict[str, Any], schema: dict[str, Any]) -> None:
        for bound, keyword in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if keyword in schema:
                found[bound] = schema[keyword]
                found[keyword] = True

    def _add_parts(self, found: dict[str, Any], schema: dict[str, Any], within: tuple[str, ...]) -> None:
        if "properties" in schema:
            found["properties"] = {name: self.of(each, within) for name, each in schema["properties"].items()}
        if isinstance(others := schema.get("additionalProperties"), dict):
            found["additionalProperties"] = self.of(others, within)
        elif others is not None:
            found["additionalProperties"] = others
        if "prefixItems" in schema:
            items = []
            for item in [self.of(each, within) for each in schema["prefixItems"]]:
                if item not in items:
                    items.append(item)
            found["items"] = items[0] if len(items) == 1 else {"anyOf": items}
        elif "items" in schema:
            found["items"] = self.of(schema["items"], within)
        elif found.get("type") == "array":
            found["items"] = {}

    def _part(self, name: str, within: tuple[str, ...]) -> dict[str, Any]:
        if self._definitions is None:
            if name in within:
                self.is_whole = False
                return {"type": "object"}
            return self.of(self._parts[name], (*within, name))
        component = f"{self._prefix}.{name}"
        if component not in self._definitions:
            self._definitions[component] = {}  # Registered before it is made, because it may refer to itself.
            self._definitions[component] = self.of(self._parts[name], within)
        return {"$ref": f"#/components/schemas/{component}"}


def _is_shared(pattern: str) -> bool:
    """Return whether a pattern means the same to pydantic (Rust) and here; pydantic checks it anyway."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return "\\z" not in pattern
