"""Makes the OpenAPI document of a model from the signature of its method."""

from __future__ import annotations

from typing import Any

from .._model.decorators import is_streaming
from .._version import version
from ..errors import SchemaError
from . import skeleton
from .components import Components
from .validate import check

__all__ = ["describe", "for_server", "generate"]


def generate(predict: str | None = None, train: str | None = None, strict: bool = False) -> dict[str, Any]:
    """Make the document of the models that the references name.

    Args:
        predict: the model, `file.py:Name`.
        train: the training.
        strict: also refuse annotations with unknown names; otherwise such an input may be anything, with a warning.

    Raises:
        SchemaError: a model's signature can't be described.
        DocumentError: a default has a different type than its input, or a pattern is invalid.
        BaseException: whatever a model's file raises; a model that was loaded already is not loaded again.
    """
    from .._model.loader import load

    trained = load(train, "train") if train is not None else None
    if trained is not None and not trained.can_train:
        raise SchemaError(f"{type(trained.instance).__name__}.train not found: define train(), or name a function")
    return describe(
        load(predict, "predict").call if predict is not None else None,
        trained.call if trained is not None else None,
        strict,
    )


def for_server(mode: str, reference: str) -> dict[str, Any]:
    """Make the document that a server shows.

    Args:
        mode: "predict" or "train".
        reference: the model. A server of predictions also shows the training that COG_TRAIN_TYPE_STUB names.

    Raises:
        SchemaError: the model's signature can't be described.
        DocumentError: a default has a different type than its input, or a pattern is invalid.
    """
    import os

    if mode == "train":
        return generate(train=reference)
    train = os.environ.get("COG_TRAIN_TYPE_STUB") or None
    if train is not None:
        try:
            return generate(predict=reference, train=train)
        except BaseException as error:
            from warnings import warn

            document = generate(predict=reference)  # Errors in the model itself are raised here.
            warn(f"the training {train} is left out of the document: {error}", UserWarning, stacklevel=2)
            return document
    return generate(predict=reference)


def describe(predict: Any = None, train: Any = None, strict: bool = False) -> dict[str, Any]:
    """Make the document of loaded models.

    Args:
        predict: what predictions call.
        train: what trainings call.
        strict: also refuse annotations with unknown names.

    Raises:
        SchemaError: a signature can't be described.
        DocumentError: a default has a different type than its input, or a pattern is invalid.
    """
    document = skeleton.document(version)
    schemas = document["components"]["schemas"]
    if predict is not None:
        schemas.update(Components(predict, "", strict).made)
        schemas.update(skeleton.exchange("Prediction", "Input", "Output"))
        paths = skeleton.prediction_paths()
        if is_streaming(predict):
            paths["/predictions"]["post"]["x-cog-streaming"] = True
        document["paths"].update(paths)
    if train is not None:
        schemas.update(Components(train, "Training", strict, taken=frozenset(schemas)).made)
        schemas.update(skeleton.exchange("Training", "TrainingInput", "TrainingOutput"))
        document["paths"].update(skeleton.training_paths())
    schemas.update(skeleton.shared())
    check(document)
    return document
