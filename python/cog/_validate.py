"""Checks a finished document for contradictions: a default outside its own limits, a pattern that is none."""

from __future__ import annotations

import re
from typing import Any

from .errors import DocumentError

_PREFIX = "#/components/schemas/"
_TYPES: dict[str, tuple[type[Any], ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}

# What regular expressions of JSON Schema may have and Python's may not: \p{L}, \x{1F600}, (?<name>…), [[:alpha:]],
# possessive quantifiers, atomic groups, and flags in the middle.
_FOREIGN = re.compile(r"\\[pPzQEGRhHKXNcu]|\\x\{|\(\?<[A-Za-z_]|\[\[:|[*+?}]\+|\(\?>|\(\?\||\(\?[a-zA-Z]+[:)]")


def check(document: dict[str, Any]) -> None:
    """Check the inputs that a document describes.

    Args:
        document: the document.

    Raises:
        DocumentError: the text names the component, the input and what contradicts what.
    """
    schemas = document.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        if not re.fullmatch(r"[a-zA-Z0-9._-]+", name):
            raise DocumentError(f'Model schema is invalid: schema "{name}": use ASCII letters, digits and _ in names')
        try:
            _check_schema(schema, "", schemas)
        except _Contradiction as problem:
            raise DocumentError(f'Model schema is invalid: schema "{name}": {problem}') from None


def contradiction(schema: dict[str, Any], schemas: dict[str, Any]) -> str | None:
    """Find what contradicts itself in the schema of one input.

    Args:
        schema: the input's.
        schemas: the components that it refers to.

    Returns:
        What is wrong, None if nothing is.
    """
    try:
        _check_schema(schema, "", schemas)
    except _Contradiction as problem:
        return str(problem)
    return None


class _Contradiction(Exception):
    pass


def _check_schema(schema: Any, where: str, schemas: dict[str, Any]) -> None:
    if not isinstance(schema, dict):
        return
    if isinstance(pattern := schema.get("pattern"), str):
        try:
            _compiled(pattern)
        except re.error as error:
            raise _Contradiction(f"{where}the pattern {pattern!r} is no regular expression: {error}") from None
    if "default" in schema and schema["default"] is not None:
        problem = _problem(schema["default"], schema, schemas)
        if problem is not None:
            raise _Contradiction(f"{where}invalid default: {problem}")
    for name, property_ in schema.get("properties", {}).items():
        _check_schema(property_, f"{where}property {name!r}: ", schemas)
    _check_schema(schema.get("items"), where, schemas)


def _problem(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> str | None:
    """Return what is wrong with a value, None if it is right."""
    if "$ref" in schema:
        return _problem(value, schemas.get(schema["$ref"].removeprefix(_PREFIX), {}), schemas)
    if value is None and schema.get("nullable"):
        return None
    problems = [
        _type_problem(value, schema),
        _limit_problem(value, schema),
        _part_problem(value, schema, schemas),
    ]
    problems += [_problem(value, part, schemas) for part in schema.get("allOf", ())]
    if "anyOf" in schema and all(_problem(value, part, schemas) is not None for part in schema["anyOf"]):
        problems.append("the value fits none of the types")
    if "enum" in schema and not any(_is_same(value, choice) for choice in schema["enum"]):
        problems.append(f"{value!r} is not one of {schema['enum']!r}")
    return next((problem for problem in problems if problem is not None), None)


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Compile a pattern; None where the server understands it and Python doesn't.

    Raises:
        re.error: nobody would understand it.
    """
    try:
        return re.compile(pattern)
    except re.error:
        if _FOREIGN.search(pattern):
            return None
        raise


def _is_same(value: Any, choice: Any) -> bool:
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


def _part_problem(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> str | None:
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            problem = _problem(item, schema["items"], schemas)
            if problem is not None:
                return f"item {index}: {problem}"
    if isinstance(value, dict):
        for name, property_ in schema.get("properties", {}).items():
            problem = _problem(value[name], property_, schemas) if name in value else None
            if problem is not None:
                return f"{name!r}: {problem}"
    return None
