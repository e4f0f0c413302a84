"""Turns the `input` of a request into the arguments of a model's method."""

from __future__ import annotations

import atexit
import copy
from collections.abc import Callable
from typing import Any

from .._model.batched import batching_of
from .._model.signature import EMPTY, Parameter, _Empty, signature_of
from .._types import parsing
from .._types.annotations import Names, Unsupported
from .._types.forms import DictForm, Form, ListForm, NullableForm, PathForm, ScalarForm, with_default, without_none
from ..input import FieldInfo
from ..types import Path, Secret
from .convert import converter
from .files import fetched, file_patterns, is_url
from .input_error import InputError
from .single_values import Converter, null_kept

__all__ = ["InputError", "InputPlan"]

# With this many inputs or more, passing the function's own name objects saves time.
_MANY = 20

_IMMUTABLE = (str, int, float, bool, type(None), tuple, frozenset, Secret)


class InputPlan:
    """How the inputs of one function are converted, determined once.

    An annotation that can't be understood affects only its own parameter: its values stay unchanged. The plan of a
    batched function is about the inputs of a single request.

    Args:
        callable_: the function to call with the arguments.

    Attributes:
        file_patterns: where files can be in `input`; see `cog._values.files.file_patterns`.
        forms: the form of each input, by name, if its annotation can be understood.
        examples: example values by name, as written.
    """

    def __init__(self, callable_: Any) -> None:
        self.file_patterns: list[str] = []
        self.forms: dict[str, Form] = {}
        self.examples: dict[str, list[Any]] = {}
        self._converters: list[tuple[str, Converter]] = []
        self._defaults: list[tuple[str, Callable[[], Any]]] = []
        # The name objects that the function itself uses for its parameters.
        self._names: dict[str, str] = {}
        self._parse = parsing.parse_parameter
        is_batched = batching_of(callable_) is not None
        if is_batched:
            from .._types import item_forms

            self._parse = item_forms.parse_parameter
        signature = signature_of(callable_)
        if signature is None:
            return
        self._names = {parameter.name: parameter.name for parameter in signature.parameters}
        names = Names(signature.function.__globals__)
        present = _present_defaults(signature.function)
        for parameter in signature.parameters:
            # Python would fill in a single value where the function takes a list of values.
            default = EMPTY if is_batched else present.get(parameter.name, EMPTY)
            self._add(parameter, names, default)

    def convert(self, values: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
        """Convert the inputs of one prediction.

        Args:
            values: the request's `input`.
            files: the files that were fetched: JSON pointer without the leading slash → local path.

        Returns:
            The keyword arguments. It may be `values` itself, which is never changed.

        Raises:
            InputError: a value can't be converted.
        """
        if len(values) > _MANY:
            # Python compares an argument's name with one parameter after the other, which takes long if the name is an
            # equal string instead of the same object.
            names = self._names
            arguments = {names.get(name, name): value for name, value in values.items()}
        elif not self._converters and not self._defaults:
            return values
        else:
            arguments = values.copy()
        for name, convert in self._converters:
            if name in arguments:
                arguments[name] = convert(arguments[name], name, files)
        for name, make in self._defaults:
            if name not in arguments:
                arguments[name] = make()
        return arguments

    @property
    def defaults(self) -> dict[str, Callable[[], Any]]:
        """The makers of defaults for omitted inputs for which Python's own defaults aren't enough."""
        return dict(self._defaults)

    def columns(self, requests: list[dict[str, Any]]) -> dict[str, list[Any]]:
        """Return the arguments of a batched function: for each parameter, the values of all requests.

        Args:
            requests: what `convert` returned for each request; `wrong_names` finds nothing wrong with any of them.
        """
        return {name: [values[name] for values in requests] for name in self._names}

    def wrong_names(self, values: dict[str, Any]) -> str | None:
        """Return Python's message about the wrong arguments of one request; None if the function accepts them.

        Args:
            values: what `convert` returned.
        """
        if values.keys() == self._names.keys():
            return None
        for name in self._names:
            if name not in values:
                return f"missing a required argument: '{name}'"
        unexpected = next(name for name in values if name not in self._names)
        return f"got an unexpected keyword argument '{unexpected}'"

    def _add(self, parameter: Parameter, names: Names, present: Any) -> None:
        name = parameter.name
        form = None
        info = None
        if parameter.annotation is not EMPTY:
            try:
                form, info = self._parse(parameter.annotation, names)
                default, given = written_default(parameter, info)
                form = with_default(form, default)
                convert = converter(form)
                if given is not None and given.__dict__["_examples"]:
                    self.examples[name] = given.__dict__["_examples"]
                if given is not None and given.choices and isinstance(without_none(form), ListForm):
                    convert = _listed(convert)
                patterns = file_patterns(form, name)
            except Unsupported:
                form = None
            else:
                self.file_patterns += patterns
                self.forms[name] = form
                if convert is not None:
                    # An explicit null where None is a valid value or the default.
                    if not isinstance(form, (ScalarForm, NullableForm)):
                        convert = null_kept(convert)
                    self._converters.append((name, convert))
        make = _default(parameter, form, info, present)
        if make is not None:
            self._defaults.append((name, make))


def written_default(parameter: Parameter, info: FieldInfo | None) -> tuple[Any, FieldInfo | None]:
    """Find the default of a parameter and its `Input`, wherever the two were written.

    Args:
        parameter: the parameter.
        info: the `Input(…)` of its `Annotated[…]`, if any.

    Returns:
        The default, EMPTY if there is none, the factory itself if there is one; and the arguments of `Input`.
    """
    default = parameter.default
    if isinstance(default, FieldInfo):
        info, default = default, EMPTY
    if info is not None and default is EMPTY:
        factory = info.__dict__["_default_factory"]
        if factory is not None:
            return factory, info
        if info.__dict__["_has_default"]:
            default = info.default
    return default, info


def has_factory(info: FieldInfo | None) -> bool:
    """Return whether the default is made by a function."""
    return info is not None and info.__dict__["_default_factory"] is not None


def _present_defaults(function: Any) -> dict[str, Any]:
    code = function.__code__
    defaults = function.__defaults__ or ()
    names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    return {**dict(zip(names, defaults, strict=True)), **(function.__kwdefaults__ or {})}


def _listed(convert: Converter | None) -> Converter:
    """Treat a single choice as a list of one, as the document describes it."""

    def listed(value: Any, where: str, files: dict[str, str]) -> Any:
        if value is not None and type(value) is not list:
            value = [value]
        return value if convert is None else convert(value, where, files)

    return listed


def _default(parameter: Parameter, form: Form | None, info: FieldInfo | None, present: Any) -> Callable[[], Any] | None:
    """Return the maker of the default; None if Python's own default is enough."""
    default, info = written_default(parameter, info)
    if has_factory(info) and not isinstance(parameter.default, (FieldInfo, _Empty)):
        info = None  # A plain default after the equals sign takes precedence over the factory in Annotated.
    if has_factory(info):
        factory: Callable[[], Any] = default
        return factory
    if default is EMPTY:
        if present is not EMPTY or form is None or not form.is_nullable:
            return (lambda: None) if isinstance(present, FieldInfo) else None
        return lambda: None
    value = default if form is None else _converted_default(form, default, parameter.name)
    if isinstance(value, _Fetched):
        return value
    if isinstance(value, _IMMUTABLE) or not isinstance(value, (list, dict, set)):
        return None if value is present else lambda: value
    # A list that one prediction changes must not be passed to the next one.
    return lambda: copy.deepcopy(value)


class _Fetched:
    """A default that is a URL: fetched when it is first needed, and again if the model removed the file."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._path: Path | None = None

    def __call__(self) -> Path:
        if self._path is None or not self._path.exists():
            self._path = fetched(self._url, self._name)
            atexit.register(self._path.unlink, missing_ok=True)
        return self._path


def _converted_default(form: Form, default: Any, name: str) -> Any:
    form = without_none(form)
    if default is None:
        return None
    if isinstance(form, PathForm) and isinstance(default, str):
        return _Fetched(default, name) if is_url(default) else Path(default)
    if isinstance(form, (ListForm, DictForm)) and form.parts and isinstance(default, (list, dict)):
        inner = form.parts[0]
        if isinstance(default, dict):
            return {key: _converted_default(inner, item, name) for key, item in default.items()}
        return [_converted_default(inner, item, name) for item in default]
    convert = converter(form)
    if convert is None or isinstance(default, Secret):
        return default
    try:
        return convert(default, name, {})
    except InputError:
        return default  # It already has the right type, or was checked with the document.
