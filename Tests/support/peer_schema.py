"""Writes `.cog/openapi_schema.json` for a model, for the original, which makes none itself.

usage: python peer_schema.py FILE.py NAME OUTPUT [train]      (with the interpreter that will serve the model)

Covers what the suite's predictors use, no more.
"""

import collections.abc
import importlib.util
import inspect
import json
import re
import sys
import types
import typing
from pathlib import Path

import cog

ITERATORS = (
    typing.Iterator,
    typing.AsyncIterator,
    cog.ConcatenateIterator,
    cog.AsyncConcatenateIterator,
    collections.abc.Iterator,
    collections.abc.AsyncIterator,
)
SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema(annotation, components=None):
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in SCALARS:
        return {"type": SCALARS[annotation]}
    if annotation in (cog.Path, cog.File):
        return {"type": "string", "format": "uri"}
    if annotation is cog.Secret:
        return {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}
    if annotation is list or origin is list:
        return {"type": "array", "items": schema(arguments[0]) if arguments else {"type": "object"}}
    if origin in ITERATORS:
        found = {"type": "array", "items": schema(arguments[0]), "x-cog-array-type": "iterator"}
        if origin in (cog.ConcatenateIterator, cog.AsyncConcatenateIterator):
            found["x-cog-array-display"] = "concatenate"
        return found
    if origin is typing.Union or origin is types.UnionType:
        kinds = [a for a in arguments if a is not type(None)]
        found = schema(kinds[0]) if len(kinds) == 1 else {"anyOf": [schema(k) for k in kinds]}
        return {**found, "nullable": True} if len(kinds) < len(arguments) else found
    return {"type": "object"}


def prop(name, parameter, annotation, order, components, required):
    info = parameter.default if isinstance(parameter.default, cog.FieldInfo) else None
    has_default = parameter.default is not parameter.empty and (info is None or info.default is not None)
    value = (info.default if info else parameter.default) if has_default else None
    found = {**schema(annotation), "title": name.title(), "x-order": order}
    if info and info.choices:
        components[name] = {
            "title": name,
            "description": "An enumeration.",
            "enum": list(info.choices),
            "type": found.pop("type"),
        }
        del found["title"]
        found["allOf"] = [{"$ref": f"#/components/schemas/{name}"}]
    if info:
        for key, word in (
            ("ge", "minimum"),
            ("le", "maximum"),
            ("min_length", "minLength"),
            ("max_length", "maxLength"),
            ("regex", "pattern"),
            ("description", "description"),
        ):
            if getattr(info, key) is not None:
                found[word] = getattr(info, key)
    if value is not None:
        found["default"] = value
    elif not found.get("nullable"):
        required.append(name)
    return found


def main(file, name, output, mode="predict"):
    sys.path.insert(0, "")
    text = Path(file).read_text()
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    target = getattr(module, name)
    if inspect.isclass(target):
        target = target.train if mode == "train" else getattr(target, "run", None) or target.predict
    elif not callable(target):
        raise SystemExit("nothing to describe")
    if target in (cog.BaseRunner.run, cog.BaseRunner.predict):
        target = module.__dict__[name].predict
    try:
        hints = typing.get_type_hints(target)
    except NameError:
        hints = {}
    prefix = "Training" if mode == "train" else ""
    components, required, properties = {}, [], {}
    for key, parameter in inspect.signature(target).parameters.items():
        if key != "self" and key in hints:
            properties[key] = prop(key, parameter, hints[key], len(properties), components, required)
    inputs = {"title": f"{prefix}Input", "type": "object", "properties": properties}
    if required:
        inputs["required"] = required
    components[f"{prefix}Input"] = inputs
    components[f"{prefix}Output"] = {"title": "Output", **schema(hints.get("return", dict))}
    post = {}
    if re.search(r"^\s*@(cog\.)?streaming", text, re.MULTILINE):
        post["x-cog-streaming"] = True
    document = {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.23.1"},
        "paths": {"/trainings" if mode == "train" else "/predictions": {"post": post}},
        "components": {"schemas": components},
    }
    Path(output).parent.mkdir(exist_ok=True)
    Path(output).write_text(json.dumps(document))


if __name__ == "__main__":
    main(*sys.argv[1:])
