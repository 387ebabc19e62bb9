"""`spark_udf`: a model of any flavor as a function of columns of Spark."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from millrace.errors import InvalidParameterValue, MlflowException
from mlflow.environment.libraries import library
from mlflow.models.model import Model, local_directory
from mlflow.pyfunc.udf_inputs import column_names, frame_of, optional_columns
from mlflow.pyfunc.udf_results import as_result, result_type_of
from mlflow.pyfunc.udf_shipping import Shipped, ship
from mlflow.types.schema import Schema

ENVIRONMENT_MANAGERS = ("local", "conda", "virtualenv", "uv")


def spark_udf(
    spark: Any,
    model_uri: str,
    result_type: Any = None,
    env_manager: str | None = None,
    params: dict[str, Any] | None = None,
    extra_env: dict[str, str] | None = None,
    prebuilt_env_uri: str | None = None,
    model_config: str | Path | dict[str, Any] | None = None,
) -> Callable[..., Any]:
    """A model as a function of columns: `df.select(mlflow.pyfunc.spark_udf(spark, uri)("a", "b"))`.

    The function takes columns or their names, or one struct. The model gets a DataFrame whose columns are named as its
    signature has them, `"0"`, `"1"` … without one, or as the struct's fields. Without arguments the function takes the
    columns of the signature. Each worker loads the model once, in its own Python, which must have this package and what
    the model needs.

    Args:
        spark: the session; a classic one, not Spark Connect.
        model_uri: as for `mlflow.pyfunc.load_model`.
        result_type: what the function gives, as a type of Spark or a text such as `"double"`, `"array<string>"` or
            `"a double, b string"`; what the signature says by default, else `"double"`. Numbers and texts are the
            leftmost column of the prediction that can be such a type, arrays all columns that can.
        env_manager: only `"local"`, the default: workers predict in the environment that they have.
        params: params of the predictions.
        extra_env: environment variables that the workers set before they load the model.
        prebuilt_env_uri: not offered.
        model_config: as for `mlflow.pyfunc.load_model`.

    Returns:
        A function of columns or names of columns that answers a column.

    Raises:
        MlflowException: there is no such model, a model's type has no counterpart in Spark, or the environment manager
            is unknown or not offered.
        ModuleNotFoundError: pyspark is not installed.
    """
    library("pyspark")
    _check_manager(env_manager, prebuilt_env_uri)
    directory = local_directory(model_uri)
    meta = Model.load(directory)
    schema = meta.get_input_schema()
    kind = result_type_of(result_type, meta.get_output_schema())
    shipped = ship(spark, directory, model_config=model_config, environment=extra_env or {})
    function = _pandas_udf(shipped, kind, schema, params)

    @functools.wraps(function)  # with what Spark needs to know of a function that is registered for SQL
    def udf(*args: Any) -> Any:
        return function(*(args or _default_columns(schema)))

    udf.metadata = meta  # type: ignore[attr-defined]
    return udf


def _check_manager(name: str | None, prebuilt: str | None) -> None:
    if name is not None and name not in ENVIRONMENT_MANAGERS:
        raise InvalidParameterValue(
            f"Invalid value for `env_manager`: {name}. Must be one of {list(ENVIRONMENT_MANAGERS)}"
        )
    if prebuilt is not None or name not in (None, "local"):
        raise MlflowException(
            "mlflow.pyfunc.spark_udf predicts in the environment that Spark's workers have: use the manager `local`, "
            "and install the model's requirements (`mlflow.pyfunc.get_model_dependencies`) on all machines.",
            error_code="NOT_IMPLEMENTED",
        )


def _default_columns(schema: Schema | None) -> list[str]:
    if schema is None:
        raise MlflowException(
            "Attempting to apply udf on zero columns because no column names were specified as arguments or inferred "
            "from the model signature.",
            error_code="INVALID_PARAMETER_VALUE",
        )
    names = column_names(schema)
    if not names:
        raise MlflowException(
            f"Cannot apply udf because no column names specified. The udf expects {len(schema.inputs)} columns with "
            f"types: {schema.inputs}. Input column names could not be inferred from the model signature (column names "
            "not found).",
            error_code="INVALID_PARAMETER_VALUE",
        )
    if optional_columns(schema):
        raise MlflowException(
            "Cannot apply UDF without column names specified when model signature contains optional columns.",
            error_code="INVALID_PARAMETER_VALUE",
        )
    return names


def _pandas_udf(shipped: Shipped, kind: Any, schema: Schema | None, params: dict[str, Any] | None) -> Any:
    import typing

    import pandas as pd
    from pyspark.sql.functions import pandas_udf  # pyright: ignore[reportMissingImports]
    from pyspark.sql.types import StructType  # pyright: ignore[reportMissingImports]

    named = column_names(schema), optional_columns(schema)

    def predict(batches: Any) -> Any:
        return _predicted(shipped, kind, named, params, batches)

    column = typing.Union[pd.Series, pd.DataFrame]  # noqa: UP007
    answer = pd.DataFrame if isinstance(kind, StructType) else pd.Series
    # Spark reads from the hints how it is to call the function.
    predict.__annotations__ = {
        "batches": typing.Iterator[typing.Tuple[column, ...]],  # noqa: UP006
        "return": typing.Iterator[answer],
    }
    return pandas_udf(predict, returnType=kind)


def _predicted(
    shipped: Shipped,
    kind: Any,
    named: tuple[list[str] | None, list[str]],
    params: dict[str, Any] | None,
    batches: Iterator[Any],
) -> Iterator[Any]:
    """Predict batch by batch, in a worker."""
    # Libraries that count cores would each take all of them, in every worker of a machine.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    model = shipped.model()
    for batch in batches:
        frame = frame_of(batch if isinstance(batch, tuple) else (batch,), *named)
        yield as_result(model.predict(frame, params=params), kind, len(frame))


__all__ = ["spark_udf"]
