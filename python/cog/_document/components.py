"""The components of a document, made from the signature of a model's method."""

from __future__ import annotations

import copy
from typing import Any

from .._model import source
from .._model.batched import batching_of
from .._model.decorators import is_streaming
from .._model.signature import EMPTY, Parameter, Signature, signature_of
from .._types import parsing
from .._types.annotations import Names, Unresolved, Unsupported
from .._types.forms import (
    DictForm,
    Form,
    IteratorForm,
    Leaf,
    ListForm,
    UnionForm,
    UnknownForm,
    with_default,
    without_none,
)
from .._types.json_values import NotJSON, json_value, value_type
from .._values.inputs import has_factory, written_default
from ..errors import DocumentError, SchemaError
from ..input import FieldInfo
from . import skeleton
from .dialect import nullable, title
from .input_schema import InputSchemas, add_limits, choice_values, element
from .output_schema import output_schema
from .validate import broken_pattern, fits, hide_default, hide_invalid_defaults, invalid_default


class Components:
    """The components of one model: its input, its output, and its choices."""

    def __init__(self, callable_: Any, prefix: str, strict: bool, taken: frozenset[str] = frozenset()) -> None:
        signature = signature_of(callable_)
        if signature is None:
            raise SchemaError(f"{callable_!r} is not a Python function, so its inputs can't be read")
        self._signature = signature
        self._names = Names(signature.function.__globals__)
        self._is_strict = strict
        self._taken = taken
        self.made: dict[str, Any] = {}
        self._is_streaming = is_streaming(callable_)
        self._is_batched = batching_of(callable_) is not None
        self._parse_parameter, self._parse_output = parsing.parse_parameter, parsing.parse
        if self._is_batched:
            from .._types import item_forms

            self._parse_parameter, self._parse_output = item_forms.parse_parameter, item_forms.parse_output
        properties = self._properties(signature)
        required = [name for name, schema in properties.items() if schema.pop("_required")]
        input_: dict[str, Any] = {"title": f"{prefix}Input", "type": "object", "properties": properties}
        if required:
            input_["required"] = required
        self.made[f"{prefix}Input"] = input_
        self.made[f"{prefix}Output"] = {**self._output(signature), "title": "Output"}

    def _properties(self, signature: Signature) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        if signature.variadic:
            raise self._refusal(signature.variadic[0], "takes any number of values", "Declare each input by name.")
        for parameter in signature.parameters:
            try:
                schema = self._property(parameter)
            except Unsupported as problem:
                raise self._refusal(parameter.name, problem.what, problem.fix) from None
            schema["x-order"] = len(properties)
            properties[parameter.name] = schema
        return properties

    def _refusal(self, parameter: str, what: str, fix: str) -> SchemaError:
        return SchemaError(self._told(parameter, what, fix))

    def _told(self, parameter: str, what: str, fix: str) -> str:
        return f"{source.place(self._signature.function, parameter)}: {self._subject(parameter)}: {what}. {fix}"

    def _subject(self, parameter: str) -> str:
        name = self._signature.name
        return f"parameter '{parameter}' of {name}()" if parameter else f"{name}()"

    # MARK: - A parameter

    def _property(self, parameter: Parameter) -> dict[str, Any]:
        if parameter.annotation is EMPTY:
            example = "list[str]" if self._is_batched else "str"
            raise Unsupported("it has no type annotation", f"Add one, for example `{parameter.name}: {example}`.")
        form, info = self._form(parameter)
        default, info = written_default(parameter, info)
        form = with_default(form, default)
        if self._is_batched and type(default) is list and isinstance(without_none(form), (Leaf, DictForm)):
            raise Unsupported(
                f"its default {default!r} is a list, but the default of a batched input is the value of one request",
                "Write Input(default=…) with that value.",
            )
        schemas = InputSchemas()
        schema = schemas.of(form)
        if schemas.leaves_out:
            self._warn_of_unchecked(parameter.name, form)
        schema["title"] = title(parameter.name)
        if info is not None:
            add_limits(schema, form, info)
            if info.choices:
                schema = self._with_choices(schema, form, parameter.name, info)
        if has_factory(info) and default is info.__dict__["_default_factory"]:
            schema["_required"] = False
            self._add_made_default(schema, form, default)
        else:
            schema["_required"] = self._add_default(schema, form, default)
        self._check(parameter.name, form, info, schema)
        if "allOf" in schema and isinstance(schema.get("default"), list):
            # Clients see choices of a list as those of a single value, for which a list isn't a valid default.
            schema.update(title=title(parameter.name), type="array", items=schema.pop("allOf")[0])
        return schema

    def _check(self, name: str, form: Form, info: FieldInfo | None, schema: dict[str, Any]) -> None:
        """Refuse a default of another type; one outside its own limits is hidden, with a warning to the author."""
        fix = "Correct the default or the limits."
        default = {"default": schema["default"]} if "default" in schema else {}
        has_choices = info is not None and bool(info.choices)
        if (
            has_choices
            and isinstance(without_none(form), ListForm)
            and not isinstance(schema.get("default"), (list, type(None)))
        ):
            default = {"default": [schema["default"]]}  # A single choice stands for a list of one.
        typed = {**InputSchemas(for_defaults=True, has_limits=False).of(form), **default}
        problem = broken_pattern(schema) or invalid_default(typed, has_limits=False)
        if problem is not None:
            raise DocumentError(f"Model schema is invalid: {self._told(name, problem, fix)}")
        limited = {**InputSchemas(for_defaults=True).of(form), **default}
        if info is not None:
            add_limits(limited, form, info)
            if has_choices:
                chosen = limited["items"] if isinstance(without_none(form), ListForm) else limited
                chosen["enum"] = choice_values(info)
        if (problem := invalid_default(limited, has_limits=True)) is not None:
            # Clients that fill in the shown default would get 422.
            text = f"{self._subject(name)}: {problem}. Clients can't send it. {fix}"
            source.warn(text, UserWarning, self._signature.function, name)
            hide_invalid_defaults(schema)
        shown = limited if has_choices else InputSchemas().of(form)
        if not fits(schema.get("default"), limited) or not fits(schema.get("default"), shown):
            hide_default(schema)  # Or it is a default for Any, which clients see as an object, but isn't an object.

    def _form(self, parameter: Parameter) -> tuple[Form, FieldInfo | None]:
        try:
            return self._parse_parameter(parameter.annotation, self._names)
        except Unresolved as problem:
            if self._is_strict:
                raise
            self._warn(parameter.name, problem)
            return UnknownForm(), None

    def _warn_of_unchecked(self, parameter: str, form: Form) -> None:
        full = InputSchemas(is_full=True)
        full.of(form)
        for problem in full.unchecked:
            self._warn(parameter, problem)

    def _warn(self, parameter: str, problem: Unsupported) -> None:
        text = f"{self._subject(parameter)}: {problem.what}, so it is not checked. {problem.fix}"
        source.warn(text, UserWarning, self._signature.function, parameter)

    def _with_choices(self, schema: dict[str, Any], form: Form, name: str, info: FieldInfo) -> dict[str, Any]:
        values = choice_values(info)
        each = InputSchemas(for_defaults=True).of(element(without_none(form)))
        enumeration: dict[str, Any] = {"title": name, "description": "An enumeration.", "enum": values}
        if (kind := each.get("type") or value_type(values)) is not None:
            enumeration["type"] = kind
        component = self._component_name(name)
        self.made[component] = enumeration
        for replaced in ("title", "type", "items", "format", "enum", "writeOnly", "x-cog-secret", "properties"):
            schema.pop(replaced, None)
        null = {"nullable": True} if form.is_nullable else {}
        return {"allOf": [skeleton.reference(component)], **schema, **null}

    def _component_name(self, name: str) -> str:
        """Return the parameter's name, or a similar one if that is taken or not allowed for components."""
        legal = name if name.isascii() else "choices_" + "_".join([f"{ord(character):x}" for character in name])
        while legal in skeleton.RESERVED or legal in self._taken or legal in self.made:
            legal += "_choices"
        return legal

    # MARK: - Its default

    def _add_default(self, schema: dict[str, Any], form: Form, default: Any) -> bool:
        """Add the default; return whether the input is required."""
        if form.is_nullable:
            schema["nullable"] = True
        if default is EMPTY:
            return not form.is_nullable or isinstance(without_none(form), UnionForm)
        try:
            schema["default"] = json_value(default)
        except NotJSON:
            # Infinity or a secret: the method has a default, but clients don't see it.
            if not isinstance(default, float) and type(default).__name__ != "Secret":
                raise Unsupported(
                    f"its default {default!r} is not a JSON value", "Use a plain value, or Input(default_factory=…)."
                ) from None
        return False

    def _add_made_default(self, schema: dict[str, Any], form: Form, factory: Any) -> None:
        made = factory()
        if form.is_nullable or made is None:
            nullable(schema)
        try:
            schema["default"] = json_value(copy.copy(made))
        except NotJSON:
            if form.is_nullable:
                # If the document has a default, the server leaves a missing input out, so that the factory is called.
                schema["default"] = None

    # MARK: - The output

    def _output(self, signature: Signature) -> dict[str, Any]:
        if signature.returns is EMPTY:
            raise self._refusal(
                "",
                "it has no return annotation",
                f"Add one, for example `-> {'list[str]' if self._is_batched else 'str'}`. "
                "If a decorator hides the method, it should use functools.wraps.",
            )
        try:
            form = self._parse_output(signature.returns, self._names)
            schema = output_schema(form)
        except Unsupported as problem:
            raise self._refusal("", f"the output: {problem.what}", problem.fix) from None
        if self._is_streaming and not isinstance(form, IteratorForm):
            raise self._refusal(
                "",
                "@streaming requires Iterator[...], AsyncIterator[...], ConcatenateIterator[...] or "
                "AsyncConcatenateIterator[...] return type",
                "Yield the output piece by piece, or remove @streaming.",
            )
        return schema
