"""Schemas from type hints, and values checked against them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from mlflow.exceptions import MlflowException
from mlflow.types.schema import ColSpec, DataType, Schema
from mlflow.types.type_hints import convert_to_hint, schema_of_dataclass, schema_of_hint


@dataclass
class Message:
    """A message of a chat."""

    role: str
    content: str | None = None


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (list[str], '[{"type": "string", "required": true}]'),
        (list[dict[str, int]], '[{"type": "map", "values": {"type": "long"}, "required": true}]'),
        (list[list[float]], '[{"type": "array", "items": {"type": "double"}, "required": true}]'),
        (dt.datetime, '[{"type": "datetime", "required": true}]'),
        (list[Any], '[{"type": "any", "required": true}]'),
        (
            list[Message],
            '[{"type": "object", "properties": {"content": {"type": "string", "required": false}, '
            '"role": {"type": "string", "required": true}}, "required": true}]',
        ),
    ],
)
def test_a_hint_describes_rows(hint: Any, expected: str) -> None:
    schema = schema_of_hint(hint)
    assert schema is not None
    assert schema.to_json() == expected


def test_a_hint_that_describes_nothing_gives_no_schema() -> None:
    assert schema_of_hint(pd.DataFrame) is None
    assert schema_of_hint(list[pd.DataFrame]) is None


def test_a_dataclass_is_columns() -> None:
    expected = Schema([ColSpec(DataType.string, "role"), ColSpec(DataType.string, "content", required=False)])
    assert schema_of_dataclass(Message) == expected


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (list[str], ["a"]),
        (list[int], []),
        (list[dict[str, int]], [{"a": 1}]),
        (str | None, None),
        (list[int | str], [1, "a"]),
        (Any, object),
    ],
)
def test_what_fits_stays(hint: Any, value: Any) -> None:
    assert convert_to_hint(value, hint) == value


@pytest.mark.parametrize(
    ("hint", "value", "sentence"),
    [
        (list[str], "x", "Expected list, but got str"),
        (
            list[str],
            ["a", 1],
            "Failed to validate data against type hint `list[str]`, invalid elements: "
            "[('1', 'Expected type str, but got int')]",
        ),
        (int, True, "Expected type int, but got bool"),
        (dict[str, int], {"a": "z"}, "invalid elements: {'a': 'Expected type int, but got str'}"),
        (int | None, "x", "but got str"),
    ],
)
def test_what_does_not_fit_is_refused(hint: Any, value: Any, sentence: str) -> None:
    with pytest.raises(MlflowException) as caught:
        convert_to_hint(value, hint)
    assert sentence in caught.value.message
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
