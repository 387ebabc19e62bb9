"""Datasets as a model's inputs and outputs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any


@dataclass
class PyFuncInputsOutputs:
    """What a model takes, and what it should give."""

    inputs: Any
    outputs: Any = None


class PyFuncConvertibleDatasetMixin:
    """Of datasets that models can be run on."""

    @abstractmethod
    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The features and the targets; outputs are None when there are no targets."""


__all__ = ["PyFuncConvertibleDatasetMixin", "PyFuncInputsOutputs"]
