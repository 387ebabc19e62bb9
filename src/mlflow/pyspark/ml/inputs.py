"""What a model that was trained takes and gives, found in the schema of its training data: no job is run for it."""

from __future__ import annotations

from typing import Any

from mlflow.autologging.inputs import EXAMPLE_ROWS
from mlflow.models.interface import ModelSignature
from mlflow.spark.predicting import prediction_column
from mlflow.types.inference import find_schema
from mlflow.types.schema import ColSpec, Schema


def input_columns(model: Any, dataset: Any) -> list[str]:
    """The columns of a training's data that the model cannot predict without, in their order.

    Args:
        model: what was trained.
        dataset: a Spark DataFrame.
    """
    named = {name for name in dataset.columns if name in _named_in(model)}
    others = [name for name in dataset.columns if name not in named]
    unneeded = others if not others or _works(model, dataset.drop(*others)) else []
    kept = dataset.drop(*unneeded)
    return [name for name in kept.columns if not _works(model, kept.drop(name))]


def _named_in(model: Any) -> set[str]:
    """Texts among the params of a model and its stages: nearly always they name its input."""
    found: set[str] = set()
    for param in model.params:
        if model.isDefined(param):
            value = model.getOrDefault(param)
            found.update([value] if isinstance(value, str) else [])
            found.update(each for each in value if isinstance(each, str)) if isinstance(value, list) else None
    best = getattr(model, "bestModel", None)
    for each in (*getattr(model, "stages", ()), *getattr(model, "models", ()), *([] if best is None else [best])):
        found |= _named_in(each)
    return found


def _works(model: Any, dataset: Any) -> bool:
    try:
        model.transform(dataset)
    except Exception:
        return False
    return True


def signature_of(model: Any, dataset: Any, columns: list[str]) -> ModelSignature:
    """The signature of a model that was trained.

    Args:
        model: the model.
        dataset: what it was trained on.
        columns: those that it needs.

    Raises:
        MlflowException: a column is of a type that signatures do not know.
    """
    given = dataset.select(*(f"`{name}`" for name in columns))
    transformed = model.transform(given)
    column = prediction_column(model, transformed.columns)
    found = find_schema(transformed.select(f"`{column}`"))
    # as pyfunc gives it: a list of predictions, without a name
    outputs = Schema([ColSpec(type=each.type, required=True) for each in found.inputs])
    return ModelSignature(inputs=find_schema(given), outputs=outputs)


def example_of(dataset: Any, columns: list[str]) -> Any:
    """The first rows of the input in pandas; vectors as lists."""
    from pyspark.ml.functions import vector_to_array  # pyright: ignore[reportMissingImports]

    rows = dataset.select(*(f"`{name}`" for name in columns)).limit(EXAMPLE_ROWS)
    for field in rows.schema.fields:
        if type(field.dataType).__name__ == "VectorUDT":
            rows = rows.withColumn(field.name, vector_to_array(f"`{field.name}`"))
    return rows.toPandas()
