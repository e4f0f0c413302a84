"""Loads a model: finds the file, the object in it, and what to call."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from . import source
from .batched import batching_of
from .methods import defines, extract_setup_weights, has_setup_weights
from .plain_calls import served, unwrap_defaults
from .signature import kind_of, signature_of


class LoadedModel:
    """A model that is ready for its setup.

    Attributes:
        instance: the model object; None for a function.
        call: what to call with the inputs as keyword arguments.
        batching: how requests are gathered for `call`; None if it answers one at a time.
        kind: how `call` runs: "function", "generator", "coroutine" or "async_generator".
        setup: called without arguments before the first prediction; None if there is nothing to set up.
        setup_is_async: `setup` returns a coroutine.
        healthcheck: the model's attribute of that name, or None.
        max_concurrency: the `max` of @concurrent; 1 without it.
        runs_on_threads: @concurrent lets a synchronous model run several predictions at a time.
        name: the name of the method or function.
        is_training: whether it runs trainings.
        can_train: False if it is to run trainings but has no `train`.
    """

    __slots__ = (
        "batching",
        "call",
        "can_train",
        "healthcheck",
        "instance",
        "is_training",
        "kind",
        "max_concurrency",
        "name",
        "runs_on_threads",
        "setup",
        "setup_is_async",
    )

    def __init__(self, model: Any, is_training: bool) -> None:
        is_function = _is_function(model)
        method = model if is_function else _method(model, is_training)
        unwrap_defaults(method)
        self.instance = None if is_function else model
        self.is_training = is_training
        self.can_train = is_training and method is not _no_training
        self.name: str = getattr(method, "__name__", "run")
        self.batching = batching_of(method)
        if self.batching is not None and is_training:
            raise TypeError(f"{self.name}() can't be batched: @batched is for predictions, not for trainings")
        self.kind = kind_of(method)
        self.max_concurrency: int = getattr(method, "__cog_concurrent_max__", 1)
        self.runs_on_threads: bool = getattr(method, "__cog_concurrent_threads__", False)
        self.call: Callable[..., Any] = _by_name(method)
        self.setup: Callable[[], Any] | None = None if is_function else _setup(model)
        self.setup_is_async = self.setup is not None and kind_of(model.setup) == "coroutine"
        self.healthcheck: Any = None if is_function else getattr(model, "healthcheck", None)

    @property
    def is_asynchronous(self) -> bool:
        """Whether `call` runs on an event loop."""
        return self.kind in ("coroutine", "async_generator")


def load(reference: str, mode: str) -> LoadedModel:
    """Load a model without setting it up.

    Args:
        reference: `file.py:Name`, or `file.py` for its `Runner` or `Predictor`.
        mode: "predict" or "train".

    Raises:
        BaseException: whatever goes wrong, as Python raises it: the file may raise anything.
    """
    key = (os.path.abspath(reference), mode)
    if key not in _loaded:
        _loaded[key] = LoadedModel(load_object(reference, mode, _module), mode == "train")
    return _loaded[key]


# The results of `load`, by absolute reference and mode: a process has one model, however often it is requested.
_loaded: dict[tuple[str, str], LoadedModel] = {}

# The files that were run as modules, by absolute path.
_modules: dict[str, Any] = {}


def _module(path: str) -> Any:
    location = os.path.abspath(path)
    if location not in _modules:
        _modules[location] = _run(path)
    return _modules[location]


def _run(path: str) -> Any:
    from .module import load_module

    return load_module(path)


def load_object(reference: str, mode: str, module_at: Callable[[str], Any] | None = None) -> Any:
    """Load what a reference names: an object of the class, the function, or the object.

    Args:
        reference: `file.py:Name`, or `file.py`.
        mode: "predict" or "train".
        module_at: returns the module of a file; by default, the file is run.
    """
    path, colon, name = reference.partition(":")
    module = _run(path) if module_at is None else module_at(path)
    target = getattr(module, name) if colon else _default_target(module, mode)
    if not isinstance(target, type):
        return target
    _methods(target, mode)
    return target()


# MARK: - Choosing the object


def _default_target(module: Any, mode: str) -> Any:
    runner = getattr(module, "Runner", None)
    predictor = getattr(module, "Predictor", None)
    problem: Exception | None = None
    if runner is not None:
        if isinstance(runner, type):
            try:
                _methods(runner, mode)
            except ValueError as error:
                problem = error
        elif not callable(runner):
            problem = TypeError("Runner exists but is not a class or callable")
        if problem is None:
            if predictor is not None:
                source.warn(
                    "Both Runner and Predictor are defined; using Runner. "
                    "Specify a class name explicitly if this is not intended.",
                    UserWarning,
                    module,
                )
            return runner
    if predictor is not None:
        return predictor
    raise problem or AttributeError(f"module '{module.__name__}' has no Runner or Predictor")


def _methods(cls: type[Any], mode: str) -> tuple[bool, bool]:
    has_run, has_predict = defines(cls, "run"), defines(cls, "predict")
    if has_run and has_predict:
        raise ValueError(f"{cls.__name__} must define either run() or predict(), not both")
    if not has_run and not has_predict and not (mode == "train" and defines(cls, "train")):
        raise ValueError(f"run or predict method not found: {cls.__name__}")
    return has_run, has_predict


# MARK: - Choosing what to call


def _is_function(model: Any) -> bool:
    return hasattr(model, "__code__") and not isinstance(model, type)


def _method(model: Any, is_training: bool) -> Any:
    if is_training:
        return served(getattr(model, "train", None) or _no_training)
    cls = type(model)
    has_run, has_predict = defines(cls, "run"), defines(cls, "predict")
    if has_run and has_predict:
        raise ValueError("predictor must define either run() or predict(), not both")
    if not has_run and not has_predict:
        raise ValueError("run() or predict() method not found on predictor")
    name = "run" if has_run else "predict"
    owner = next(base for base in cls.__mro__ if name in base.__dict__)
    if isinstance(owner.__dict__[name], staticmethod):
        raise AttributeError("'function' object has no attribute '__func__'")
    return served(getattr(model, name))


def _no_training(**inputs: Any) -> None:
    raise TypeError("Training not supported by this predictor")


def _by_name(method: Any) -> Callable[..., Any]:
    """Return a function that takes all inputs by name, including those of positional-only parameters."""
    signature = signature_of(method)
    positional = [each.name for each in signature.parameters if each.is_positional_only] if signature else []
    if not positional:
        return method  # type: ignore[no-any-return]

    def call(**inputs: Any) -> Any:
        return method(*[inputs.pop(name) for name in positional if name in inputs], **inputs)

    call.__dict__["__wrapped__"] = method
    return call


def _setup(model: Any) -> Callable[[], Any] | None:
    setup = getattr(model, "setup", None)
    if setup is None:
        return None
    if has_setup_weights(model):
        return lambda: setup(extract_setup_weights(model))
    return setup  # type: ignore[no-any-return]
