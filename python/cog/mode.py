"""What a server runs."""

from __future__ import annotations

from enum import Enum


class Mode(Enum):
    """Predictions or trainings."""

    PREDICT = "predict"
    TRAIN = "train"

    def __str__(self) -> str:
        return str(self.value)
