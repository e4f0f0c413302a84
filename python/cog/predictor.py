"""The base classes of models, and loading them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ._model.methods import defines, extract_setup_weights, has_setup_weights

if TYPE_CHECKING:
    from .scope import Scope

__all__ = [
    "BasePredictor",
    "BaseRunner",
    "extract_setup_weights",
    "has_setup_weights",
    "load_predictor_from_ref",
]


class BaseRunner:
    """Base class of models. A subclass has a method `run`, and `setup` if something has to be loaded first."""

    # Methods of classes that define this attribute themselves don't count as the model's own.
    _cog_is_base = True
    _cog_defines_predict_only = False

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls._cog_defines_predict_only = defines(cls, "predict") and not defines(cls, "run")
        from ._model.plain_calls import let_be_called

        let_be_called(cls, ("run", "predict", "train"))

    if TYPE_CHECKING:
        # A model's own method may have the parameter `weights` or not; type checkers must accept both.
        def setup(self, *args: Any, **kwargs: Any) -> Any:
            """Load the model; called once, before the first prediction. May be a coroutine function.

            Args:
                weights: the value of the environment variable COG_WEIGHTS, None if that is not set.
            """

    else:

        def setup(self, weights: os.PathLike[str] | str | None = None) -> Any:
            """Load the model; called once, before the first prediction. May be a coroutine function.

            Args:
                weights: the value of the environment variable COG_WEIGHTS, None if that is not set.
            """

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run one prediction. A model defines its own method with this name, with annotated parameters.

        Raises:
            NotImplementedError: the model has none.
        """
        if self._cog_defines_predict_only:
            return self.predict(*args, **kwargs)
        raise NotImplementedError("run has not been implemented by parent class.")

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Run one prediction; the older name of `run`.

        Raises:
            NotImplementedError: the model has no `run`.
        """
        import warnings

        warnings.warn(
            f"{type(self).__name__}.predict() is deprecated; use run() instead", DeprecationWarning, stacklevel=2
        )
        return self.run(*args, **kwargs)

    @property
    def scope(self) -> Scope:
        """The scope of the running prediction, the same as `current_scope()`."""
        from .scope import current_scope

        return current_scope()

    def record_metric(self, key: str, value: Any, mode: str = "replace") -> None:
        """Record a metric of the running prediction.

        Args:
            key: the name.
            value: a bool, int, float, str, list or dict.
            mode: "replace", "incr" or "append".

        Raises:
            TypeError: the mode or the type of the value is invalid.
            ValueError: the name is invalid.
        """
        self.scope.record_metric(key, value, mode=mode)


class BasePredictor(BaseRunner):
    """The older name of `BaseRunner`."""

    _cog_is_base = True


def load_predictor_from_ref(ref: str) -> Any:
    """Load a model.

    Args:
        ref: `file.py:Name`, or `file.py` for its `Runner` or `Predictor`.

    Returns:
        An object of the class, or the function.

    Raises:
        FileNotFoundError: there is no such file.
        ImportError: the file isn't Python source.
        AttributeError: the file contains nothing with that name.
        ValueError: the class has no `run` or `predict`, or both.
        Exception: whatever the file or the constructor raises.
    """
    from ._model.loader import load_object
    from ._model.plain_calls import unwrap_defaults

    model = load_object(ref, "predict")
    for method in [getattr(model, name, None) for name in ("run", "predict", "train")]:
        if not isinstance(model, BaseRunner) and hasattr(method, "__func__"):
            unwrap_defaults(method)
    if hasattr(model, "__code__"):
        unwrap_defaults(model)
    return model
