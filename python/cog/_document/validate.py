"""Checks schemas for contradictions: a default of the wrong type or outside its own limits, an invalid pattern."""

from __future__ import annotations

import re
from typing import Any

from ..errors import DocumentError

_TYPES: dict[str, tuple[type[Any], ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}

# What regular expressions of JSON Schema may contain but Python's may not: \p{L}, \x{1F600}, (?<name>…), [[:alpha:]],
# possessive quantifiers, atomic groups, and flags in the middle.
_FOREIGN = re.compile(r"\\[pPzQEGRhHKXNcu]|\\x\{|\(\?<[A-Za-z_]|\[\[:|[*+?}]\+|\(\?>|\(\?\||\(\?[a-zA-Z]+[:)]")

# An unescaped `$` outside of character classes; as a group, everything that may contain others.
_END = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\$", re.DOTALL)
_FLAGS_OF_UNICODE = re.compile(r"\(\?[a-z]*[iu]")


def check(document: dict[str, Any]) -> None:
    """Check the names and the patterns of a document.

    Args:
        document: the document.

    Raises:
        DocumentError: the text names the component and what is wrong.
    """
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        if not re.fullmatch(r"[a-zA-Z0-9._-]+", name):
            raise DocumentError(f'Model schema is invalid: schema "{name}": use ASCII letters, digits, and _ in names')
        if (problem := broken_pattern(schema)) is not None:
            raise DocumentError(f'Model schema is invalid: schema "{name}": {problem}')


def broken_pattern(schema: Any) -> str | None:
    """Find a pattern in a schema that is not a valid regular expression.

    Args:
        schema: the schema.

    Returns:
        What is wrong, None if nothing is.
    """
    if not isinstance(schema, dict):
        return None
    if isinstance(pattern := schema.get("pattern"), str):
        try:
            _compiled(pattern)
        except re.error as error:
            return f"the pattern {pattern!r} is not a valid regular expression: {error}"
    parts = [*schema.get("properties", {}).values(), schema.get("items"), *schema.get("anyOf", ())]
    return next((problem for part in parts if (problem := broken_pattern(part)) is not None), None)


def invalid_default(schema: Any, has_limits: bool) -> str | None:
    """Find a default, in a schema or in a part of it, that doesn't fit.

    Args:
        schema: the schema.
        has_limits: also check bounds, lengths, and patterns, not only types.

    Returns:
        What is wrong, None if nothing is.
    """
    if not isinstance(schema, dict):
        return None
    if schema.get("default") is not None:
        problem = _problem(schema["default"], schema, has_limits)
        if problem is not None:
            return f"invalid default: {problem}"
    for name, property_ in schema.get("properties", {}).items():
        if (problem := invalid_default(property_, has_limits)) is not None:
            return f"property {name!r}: {problem}"
    return invalid_default(schema.get("items"), has_limits)


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Return whether a default, given as JSON values, is one that clients can send."""
    return value is None or _problem(value, schema, True) is None


def hide_invalid_defaults(schema: Any) -> None:
    """Remove the defaults that break their own limits from the parts of a schema.

    Args:
        schema: the schema; it is changed.
    """
    for part in [*schema.get("properties", {}).values(), schema.get("items")]:
        if isinstance(part, dict):
            if "default" in part and invalid_default(part, has_limits=True) is not None:
                hide_default(part)
            hide_invalid_defaults(part)


def hide_default(schema: dict[str, Any]) -> None:
    """Remove the default from a schema.

    Args:
        schema: the schema; it is changed.
    """
    if schema.get("nullable"):
        schema["default"] = None  # Without a default, the server would send null for a missing input.
    else:
        del schema["default"]


def _problem(value: Any, schema: dict[str, Any], has_limits: bool) -> str | None:
    """Return what is wrong with a value, None if it is valid."""
    if value is None and schema.get("nullable"):
        return None
    problems = [
        _type_problem(value, schema),
        _limit_problem(value, schema) if has_limits else None,
        _name_problem(value, schema) if has_limits else None,
        _part_problem(value, schema, has_limits),
        *(_problem(value, part, has_limits) for part in schema.get("allOf", ())),
    ]
    if "anyOf" in schema and all(_problem(value, part, has_limits) is not None for part in schema["anyOf"]):
        problems.append("the value matches none of the types")
    if "enum" in schema and not any(_is_same(value, choice) for choice in schema["enum"]):
        problems.append(f"{value!r} is not one of {schema['enum']!r}")
    return next((problem for problem in problems if problem is not None), None)


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Compile a pattern; None if only the server, and not Python, understands it.

    Raises:
        re.error: it is invalid.
    """
    try:
        compiled = re.compile(pattern)
    except re.error:
        if _FOREIGN.search(pattern):
            return None
        raise
    # To the server, `$` is only the end of the text, not also the position before a final line feed, and `\\d` and
    # similar classes match only ASCII. If case is ignored, it is ignored for all letters.
    if not compiled.flags & re.MULTILINE:
        pattern = _END.sub(lambda found: found[1] or r"\Z", pattern)
    return re.compile(pattern, 0 if _FLAGS_OF_UNICODE.search(pattern) else re.ASCII)


def _is_same(value: Any, choice: Any) -> bool:
    if isinstance(value, list) and isinstance(choice, list):
        return len(value) == len(choice) and all(map(_is_same, value, choice))
    if isinstance(value, dict) and isinstance(choice, dict):
        return value.keys() == choice.keys() and all(_is_same(value[name], choice[name]) for name in value)
    return bool(value == choice) and isinstance(value, bool) == isinstance(choice, bool)


def _type_problem(value: Any, schema: dict[str, Any]) -> str | None:
    kind = schema.get("type")
    if kind is None:
        return None
    fits = isinstance(value, _TYPES.get(kind, (object,))) and (kind == "boolean" or not isinstance(value, bool))
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        fits = True
    article = "an" if kind[0] in "aio" else "a"
    return None if fits else f"value must be {article} {kind}, got {value!r}"


def _limit_problem(value: Any, schema: dict[str, Any]) -> str | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return f"number must be at least {schema['minimum']}, got {value}"
        if "maximum" in schema and value > schema["maximum"]:
            return f"number must be at most {schema['maximum']}, got {value}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            return f"minimum string length is {schema['minLength']}, got {value!r}"
        if "maxLength" in schema and len(value) > schema["maxLength"]:
            return f"maximum string length is {schema['maxLength']}, got {value!r}"
        pattern = _compiled(schema["pattern"]) if "pattern" in schema else None
        if pattern is not None and not pattern.search(value):
            return f"string doesn't match the regular expression {schema['pattern']!r}, got {value!r}"
    return None


def _name_problem(value: Any, schema: dict[str, Any]) -> str | None:
    if not isinstance(value, dict):
        return None
    for name in schema.get("required", ()):
        if name not in value:
            return f"{name!r} is missing"
    if schema.get("additionalProperties") is False:
        for name in value:
            if name not in schema.get("properties", {}):
                return f"{name!r} is not allowed"
    return None


def _part_problem(value: Any, schema: dict[str, Any], has_limits: bool) -> str | None:
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            problem = _problem(item, schema["items"], has_limits)
            if problem is not None:
                return f"item {index}: {problem}"
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, member in value.items():
            part = properties.get(name, others)
            problem = _problem(member, part, has_limits) if isinstance(part, dict) else None
            if problem is not None:
                return f"{name!r}: {problem}"
    return None
