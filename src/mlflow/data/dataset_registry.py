"""The functions that make datasets: those of this package, of plugins, and what is registered."""

from __future__ import annotations

import inspect
import typing
import warnings
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from millrace.errors import InvalidParameterValue
from mlflow.data.dataset import Dataset
from mlflow.data.huggingface_dataset import from_huggingface
from mlflow.data.numpy_dataset import from_numpy
from mlflow.data.pandas_dataset import from_pandas
from mlflow.data.polars_dataset import from_polars
from mlflow.data.spark_dataset import from_spark, load_delta
from mlflow.data.tensorflow_dataset import from_tensorflow

PLUGIN_GROUP = "mlflow.dataset_constructor"

Constructor = Callable[..., Dataset]


class DatasetRegistry:
    """Functions that make datasets, by the name that they have in `mlflow.data`."""

    def __init__(self) -> None:
        self.constructors: dict[str, Constructor] = {}

    def register_constructor(self, constructor_fn: Constructor, constructor_name: str | None = None) -> str:
        """Add a function.

        Args:
            constructor_fn: takes the optional arguments `name` and `digest`, and is annotated with the kind of dataset
                that it returns.
            constructor_name: its name in `mlflow.data`, which begins with `load_` or `from_`; the function's own when
                omitted.

        Returns:
            The name.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE when the function or the name is not so.
        """
        name = constructor_name or constructor_fn.__name__
        _check(constructor_fn, name)
        self.constructors[name] = constructor_fn
        return name

    def register_entrypoints(self) -> None:
        """Add the functions that installed plugins declare; one that cannot be used is warned of."""
        for plugin in entry_points(group=PLUGIN_GROUP):
            try:
                self.register_constructor(plugin.load(), plugin.name)
            except Exception as error:
                warnings.warn(
                    f'Failure attempting to register dataset constructor "{plugin.name}": {error}', stacklevel=2
                )


def _check(function: Constructor, name: str) -> None:
    if not name.startswith(("load_", "from_")):
        raise InvalidParameterValue(
            f"Invalid dataset constructor name: {name}. Constructor name must start with 'load_' or 'from_'."
        )
    wrong = f"Invalid dataset constructor function: {function.__name__}. Function must"
    parameters = inspect.signature(function).parameters
    for argument in ("name", "digest"):
        if argument not in parameters or parameters[argument].default is not None:
            raise InvalidParameterValue(f"{wrong} define an optional parameter named '{argument}'.")
    kind = _returned(function)
    if not (isinstance(kind, type) and issubclass(kind, Dataset)):
        raise InvalidParameterValue(
            f"{wrong} have a return type annotation that is a subclass of :py:class:`mlflow.data.dataset.Dataset`."
        )


def _returned(function: Constructor) -> Any:
    annotation = inspect.signature(function).return_annotation
    if not isinstance(annotation, str):
        return annotation
    # Annotations of arguments may name what is imported for type checkers only, so only this one is looked up.
    holder = type("holder", (), {"__annotations__": {"return": annotation}, "__module__": function.__module__})
    try:
        return typing.get_type_hints(holder, getattr(function, "__globals__", None))["return"]
    except NameError:
        return None


@cache
def _registry() -> DatasetRegistry:
    found = DatasetRegistry()
    own = (from_pandas, from_numpy, from_polars, from_huggingface, from_tensorflow, from_spark, load_delta)
    for function in own:
        found.register_constructor(function)
    found.register_entrypoints()
    return found


def register_constructor(constructor_fn: Constructor, constructor_name: str | None = None) -> str:
    """Add a function that makes datasets to `mlflow.data`: see `DatasetRegistry.register_constructor`."""
    return _registry().register_constructor(constructor_fn, constructor_name)


def get_registered_constructors() -> dict[str, Constructor]:
    """The functions that make datasets, by their names in `mlflow.data`."""
    return dict(_registry().constructors)


__all__ = ["DatasetRegistry", "get_registered_constructors", "register_constructor"]
