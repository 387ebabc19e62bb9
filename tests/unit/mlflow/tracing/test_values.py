"""Values of spans as JSON texts: what MLflow 3.8.1 writes for the same values, and no failure for any other."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import functools
import json
import pathlib
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlflow.tracing.values import Arguments, Encoded, as_json, capture_function_input_args, name_of


class _Shown:
    def __repr__(self) -> str:
        return "REPR"

    def __str__(self) -> str:
        return "STR"


@dataclasses.dataclass
class _Data:
    a: int
    p: Any = None


class _Kind(enum.Enum):
    A = "a"


class _Model:
    """As pydantic's models behave."""

    model_fields = {"a": None}

    def model_dump(self) -> dict[str, Any]:
        return {"a": datetime.datetime(2020, 1, 1)}


# The texts are those that the real one wrote for the same values.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"x": 1, "args": [5]}, '{"x": 1, "args": [5]}'),
        ("é☃", '"é☃"'),
        (None, "null"),
        (True, "true"),
        (float("inf"), "Infinity"),
        ((1, 2), "[1, 2]"),
        ({1}, '"{1}"'),
        (b"x", "\"b'x'\""),
        ({1: 2, None: 3}, '{"1": 2, "null": 3}'),
        (2**70, "1180591620717411303424"),
        (_Data(1, _Shown()), '{"a": 1, "p": "STR"}'),
        (_Kind.A, '"_Kind.A"'),
        (_Shown(), '"STR"'),
        ({"a": {"b": _Shown()}}, '{"a": {"b": "STR"}}'),
        (_Model(), '{"a": "2020-01-01 00:00:00"}'),
        ([_Model()], '[{"a": "2020-01-01 00:00:00"}]'),
        (datetime.datetime(2020, 1, 1, 2, 3), '"2020-01-01 02:03:00"'),
        (datetime.date(2020, 1, 1), '"2020-01-01"'),
        (decimal.Decimal("1.5"), '"1.5"'),
        (pathlib.PurePosixPath("/x"), '"/x"'),
        (np.arange(3), '"[0 1 2]"'),
        (np.float32(1.5), '"1.5"'),
        (pd.DataFrame({"a": [1]}), '"   a\\n0  1"'),
        (ValueError("x"), '"x"'),
    ],
)
def test_values_are_written_as_by_mlflow(value: Any, text: str) -> None:
    assert as_json(value) == text


class _Unshowable:
    def __str__(self) -> str:
        raise RuntimeError("no")


def test_nothing_that_a_user_passes_makes_it_fail() -> None:
    circle: dict[str, Any] = {}
    circle["c"] = circle
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    texts = [as_json(value) for value in (circle, {(1, 2): 3}, _Unshowable(), {"a": _Unshowable()}, "\ud800", deep)]
    assert json.loads(texts[0]) == "{'c': {...}}"
    assert json.loads(texts[1]) == "{(1, 2): 3}"
    assert json.loads(texts[2]) == "<an object of _Unshowable that cannot be shown>"
    assert json.loads(texts[4]) == "\ud800"
    for text in texts:
        text.encode()


def test_a_long_value_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_SPAN_VALUE_MAX_CHARS", "100")
    assert json.loads(as_json("x" * 98)) == "x" * 98
    assert json.loads(as_json(["y" * 1000])) == '["' + "y" * 98 + "… (cut: it has 1,004 characters)"


def test_what_is_json_already_is_written_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_json(Encoded('{"a":  1}')) == '{"a":  1}'
    monkeypatch.setenv("MILLRACE_SPAN_VALUE_MAX_CHARS", "10")
    assert json.loads(as_json(Encoded(json.dumps(["y"] * 10)))) == '["y", "y",… (cut: it has 50 characters)'


def _plain(x: int, /, y: int = 2, *, z: int = 3) -> None: ...


def _starred(x: int, *args: int, y: int = 2, **kw: int) -> None: ...


class _Owner:
    def method(self, q: int) -> None: ...


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "found"),
    [
        (_plain, (1,), {}, {"x": 1, "y": 2, "z": 3}),
        (_plain, (1, 5), {"z": 4}, {"x": 1, "y": 5, "z": 4}),
        (_starred, (1, 5), {"z": 3}, {"x": 1, "args": (5,), "y": 2, "kw": {"z": 3}}),
        (_starred, (1,), {}, {"x": 1, "args": (), "y": 2, "kw": {}}),
        (_Owner.method, (_Owner(), 3), {}, {"q": 3}),
        (len, ([1],), {}, {"obj": [1]}),
        (functools.partial(_plain, 1), (), {"z": 5}, {"y": 2, "z": 5}),
    ],
)
def test_arguments_go_by_the_names_of_parameters(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], found: dict[str, Any]
) -> None:
    assert Arguments(function).of(args, kwargs) == capture_function_input_args(function, args, kwargs) == found


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), ((1, 2, 3), {}), ((1,), {"q": 1}), ((), {"x": 1})])
def test_arguments_that_do_not_fit_are_none(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert Arguments(_plain).of(args, kwargs) is None


def test_everything_that_can_be_called_has_a_name() -> None:
    assert [name_of(one) for one in (_plain, functools.partial(_plain, 1), _Shown(), _Shown)] == [
        "_plain",
        "_plain",
        "_Shown",
        "_Shown",
    ]
