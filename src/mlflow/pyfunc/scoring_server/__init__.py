"""The place where other libraries look for how the scoring server reads and writes; it lives in `mlflow.models`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from millrace.errors import BadRequest
from mlflow.models.interface import ModelSignature
from mlflow.models.scoring import bare_json, data_in, predictions_json, read_csv
from mlflow.types.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

CONTENT_TYPE_CSV = "text/csv"
CONTENT_TYPE_JSON = "application/json"
CONTENT_TYPES = [CONTENT_TYPE_CSV, CONTENT_TYPE_JSON]


def infer_and_parse_data(data: dict[str, Any], schema: Schema | None = None) -> Any:
    """What a model gets for an object with `dataframe_split`, `dataframe_records`, `instances` or `inputs`.

    Args:
        data: the object.
        schema: that of the model's input: data gets its types.

    Raises:
        MlflowException: the object has none or several of them, or data that makes no sense.
    """
    return data_in(data, ModelSignature(inputs=schema) if schema else None)


def parse_csv_input(csv_input: TextIO, schema: Schema | None = None) -> pd.DataFrame:
    """A table of CSV whose first line names the columns, in the types of a schema.

    Raises:
        MlflowException: it is no CSV.
    """
    return read_csv(csv_input.read(), schema)


def _split_data_and_params(json_input: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    try:
        given = json.loads(json_input)
    except ValueError as error:
        raise BadRequest(
            f"Invalid input. Ensure that input is a valid JSON formatted string. Error: '{error!r}'"
        ) from None
    if not isinstance(given, dict):
        raise BadRequest("Invalid input. The input must be a JSON dictionary.")
    return {key: value for key, value in given.items() if key != "params"}, given.get("params")


def predictions_to_json(raw_predictions: Any, output: TextIO, metadata: dict[str, Any] | None = None) -> None:
    """Write what a model gave as `{"predictions": …}`.

    Args:
        raw_predictions: what `predict` gave.
        output: a text file that is open for writing.
        metadata: further fields beside `predictions`.

    Raises:
        MlflowException: `metadata` has `predictions` itself.
        TypeError: JSON has no form for what the model gave.
    """
    output.write(predictions_json(raw_predictions, metadata))


def unwrapped_predictions_to_json(raw_predictions: Any, output: TextIO) -> None:
    """Write what a model gave as it is, without `predictions` around it."""
    output.write(bare_json(raw_predictions))
