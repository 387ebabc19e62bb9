"""Requests to a scoring server, and models that answer with what they were given. Runs under MLflow and Millrace alike.

To record what the real MLflow 3.8.1 answers (its server needs a FastAPI of its time, such as 0.121):

    .witness/bin/python tests/unit/mlflow/models/serving_cases.py save FOLDER
    mlflow models serve --env-manager local -m FOLDER/<name> -p PORT    # the real one, for each of MODELS
    .witness/bin/python tests/unit/mlflow/models/serving_cases.py record free=PORT typed=PORT tensor=PORT …

The answers go into serving_answers.json.
"""

from __future__ import annotations

import http.client
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import mlflow
from mlflow.models import ModelSignature
from mlflow.types.schema import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec

ANSWERS = Path(__file__).with_name("serving_answers.json")
NAN, INF = float("nan"), float("inf")

OUTPUTS: dict[str, Any] = {
    "array": np.array([1, 2, 3]),
    "matrix": np.array([[1.5, 2], [3, 4]]),
    "scalar": np.float64(3),
    "narrow": np.array([0.1], dtype=np.float32),
    "flags": np.array([True, False]),
    "dict": {"a": np.array([1, 2]), "b": [1.0, 2.0]},
    "dicts": [{"a": 1}, {"a": np.int64(2)}],
    "text": "hällo 你",
    "texts": np.array(["a", "ü"]),
    "objects": np.array(["a", None], dtype=object),
    "nan": np.array([1.0, NAN, INF, -INF]),
    "list with nan": [1.0, NAN],
    "series": pd.Series([1, 2], name="s"),
    "series without name": pd.Series([1, NAN]),
    "series with index": pd.Series([1, 2], index=["a", "b"]),
    "series with gap": pd.Series([1, None], dtype="Int64"),
    "table": pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}),
    "table with nan": pd.DataFrame({"x": [1, NAN, INF]}),
    "table with times": pd.DataFrame({"t": pd.to_datetime(["2024-01-02 03:04:05.678", None])}),
    "table without names": pd.DataFrame([[1, 2], [3, 4]]),
    "table of lists": pd.DataFrame({"v": [np.array([1, 2])], "d": [{"k": np.float32(1)}]}),
    "days": np.array(["2024-01-02"], dtype="datetime64[D]"),
    "bytes": b"\x00\xff",
    "nothing": None,
    "empty": np.array([]),
    "empty table": pd.DataFrame({"x": []}),
    "tuple": (1, 2),
    "category": pd.Series(["a", "b"], dtype="category"),
    "huge": [10**30],
    "keys": {1: 2},
    "set": {1},
}


def _told(value: Any) -> Any:
    """What a value is, in words that no version of pandas or numpy changes."""
    if isinstance(value, pd.DataFrame):
        kinds = {"i": "int", "f": "float", "b": "bool", "M": "time"}
        columns = {str(name): kinds.get(getattr(each.dtype, "kind", "O"), "any") for name, each in value.items()}
        return ["table", columns, [[str(one) for one in row] for row in value.itertuples(index=False)]]
    if isinstance(value, np.ndarray):
        return ["array", value.dtype.kind, list(value.shape), value.tolist()]
    if isinstance(value, dict):
        return {key: _told(one) for key, one in value.items()}
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    return [_told(one) for one in value] if isinstance(value, list) else value


class Echo(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Tells what it got, or gives what it was asked for by name."""

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        first = model_input
        while isinstance(first, np.ndarray | list) and np.ndim(first) and len(first):
            first = first[0]
        if isinstance(first, str) and first in OUTPUTS:
            return OUTPUTS[first]
        if isinstance(first, str) and first == "fail":
            raise ValueError("this model failed")
        return {"data": _told(model_input), "params": params}


_COLUMNS = Schema([ColSpec("long", "a"), ColSpec("string", "b"), ColSpec("double", "c")])
_TYPES = Schema([ColSpec(one, one, required=False) for one in ("boolean", "integer", "float", "datetime", "string")])
_SIGNATURES: dict[str, Any] = {
    "free": None,
    "typed": ModelSignature(_COLUMNS, params=ParamSchema([ParamSpec("factor", "double", 2.0)])),
    "types": ModelSignature(_TYPES),
    "tensor": ModelSignature(Schema([TensorSpec(np.dtype("float32"), (-1, 2))])),
    "tensors": ModelSignature(
        Schema([TensorSpec(np.dtype("float32"), (-1, 2), "x"), TensorSpec(np.dtype("int64"), (-1,), "y")])
    ),
    "unnamed": ModelSignature(Schema([ColSpec("double"), ColSpec("string")])),
    "binary": ModelSignature(Schema([ColSpec("binary", "v")])),
    "chat": ModelSignature(
        Schema([ColSpec("string", "prompt")]), params=ParamSchema([ParamSpec("temperature", "double", 1.0)])
    ),
}
MODELS = [*_SIGNATURES, "hints"]


def lengths(model_input: list[str]) -> list[int]:
    """A model whose signature is its type hint."""
    return [len(each) for each in model_input]


def save(folder: Path) -> None:
    """Save all models, each into a folder of its name."""
    for name, signature in _SIGNATURES.items():
        mlflow.pyfunc.save_model(folder / name, python_model=Echo(), signature=signature, pip_requirements=[])
    mlflow.pyfunc.save_model(folder / "hints", python_model=lengths, pip_requirements=[])


class Case(NamedTuple):
    """A request."""

    model: str
    body: str
    kind: str | None = "application/json"
    method: str = "POST"
    path: str = "/invocations"


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    kind: str | None
    body: str


_ROW = {"a": 1, "b": "x", "c": 2.5}
_CSV = "text/csv"


def _cases() -> list[Case]:
    plain: dict[str, list[Any]] = {
        "free": [
            *({"inputs": [name]} for name in OUTPUTS),
            *({"inputs": value} for value in ("x", 3, None, [[1, 2], [3, 4]], [1.5, 2], [True, None], ["ünï", "你"])),
            *({"inputs": value} for value in ({"a": ["x", "y"], "b": [1, 2]}, [{"a": "x"}], [[1, 2], [3]], ["fail"])),
            {"inputs": ["x"], "params": {"a": 1}},
            {"inputs": ["x"], "params": None},
            {"inputs": ["x"], "other": 1},
            {"inputs": [1], "instances": [1]},
            {"columns": ["a"], "data": [[1]]},
            {},
            [1, 2],
            3,
            *({"instances": value} for value in (["x"], [{"a": "x", "b": 1}, {"a": "t", "b": 2}], {"a": ["x"]}, 3)),
            {"dataframe_split": {"columns": ["a", "b"], "index": [5, 6], "data": [["x", 1], [2, 3]]}},
            {"dataframe_split": {"data": [["x", 1]]}},
            {"dataframe_split": {"columns": ["a"], "data": [["x", 1]]}},
            {"dataframe_split": {"columns": ["a"]}},
            *({"dataframe_split": value} for value in ([1], None, "x")),
            {"dataframe_records": [{"a": "x", "b": 1}, {"a": "y"}]},
            *({"dataframe_records": value} for value in ([], [1], [["x"]], {"a": "x"}, "x")),
            {"messages": [{"role": "user", "content": "hi"}], "temperature": 0.1},
            {"prompt": "x", "params": {"a": 1}},
            {"input": ["x"], "model": "m"},
        ],
        "typed": [
            *({"dataframe_records": [_ROW | change]} for change in ({}, {"a": 2.0}, {"c": 2}, {"b": 3}, {"a": "7"})),
            *(
                {"dataframe_records": [_ROW | change]}
                for change in ({"z": 1}, {"c": None}, {"a": "x"}, {"a": 2**53 + 1})
            ),
            {"dataframe_records": [{"a": 1, "b": "x"}]},
            {"dataframe_split": {"columns": ["c", "b", "a"], "data": [[1.5, "y", 2]]}},
            {"dataframe_split": {"data": [[2, "y", 1.5]]}},
            {"instances": [_ROW, _ROW]},
            *({"inputs": value} for value in (_ROW, [_ROW], {"a": [1, 2], "b": ["x", "y"], "c": [1.5, 2]})),
            *({"inputs": _ROW, "params": value} for value in ({"factor": 3}, {"factor": "x"}, {"other": 1})),
        ],
        "types": [
            {"dataframe_records": [{"boolean": True, "integer": 1, "float": 0.1, "datetime": "2024-01-02T03:04:05"}]},
            {"dataframe_records": [{"datetime": "no time"}]},
            {"dataframe_records": [{"float": 1}, {"float": None}]},
        ],
        "tensor": [
            *({"inputs": value} for value in ([[1, 2], [3, 4]], [[1, 2, 3]], [["a", "b"]], [[1, 2], [3]])),
            {"instances": [[1, 2]]},
            {"dataframe_split": {"columns": ["p", "q"], "data": [[1, 2]]}},
        ],
        "tensors": [
            *({"inputs": value} for value in ({"x": [[1, 2]], "y": [3]}, {"x": [[1, 2]]}, {"x": [[1, 2]], "y": ["a"]})),
            {"instances": [{"x": [1, 2], "y": 3}]},
            {"dataframe_records": [{"x": [1, 2], "y": 3}]},
        ],
        "unnamed": [
            {"dataframe_split": {"data": [[1, "x"]]}},
            {"dataframe_split": {"columns": ["p", "q"], "data": [[1, "x"]]}},
        ],
        "binary": [
            *({"dataframe_records": [{"v": value}]} for value in ("AP8=", "AP8=\n", "no base64!")),
            {"inputs": {"v": ["AP8="]}},
        ],
        "hints": [
            *({"inputs": value} for value in (["a", "bc"], [], "a", [1])),
            {"instances": ["a"]},
        ],
        "chat": [
            {"prompt": "x", "temperature": 0.5},
            {"inputs": {"prompt": "x"}, "params": {"temperature": 0.5}},
        ],
    }
    found = [Case(model, json.dumps(body)) for model, bodies in plain.items() for body in bodies]
    found += [Case("free", text) for text in ("", "{", '{"inputs": NaN}', '\ufeff{"inputs": [1]}')]
    found += [Case("free", text, _CSV) for text in ("a,b\nx,1\n", "", "a,b\n", 'a,b\n"x', "ä\nü\n", "a,b\n1,NA\n")]
    found += [Case("typed", text, _CSV) for text in ("a,b,c\n1,007,2\n", "b,c\nx,2.5\n", "a,b,c\n1,,2\n")]
    kinds = ("text/plain", "", "application/json; charset=utf-8", "application/json; charset=latin-1", f"{_CSV};x=y")
    found += [Case("free", '{"inputs": ["x"]}', kind) for kind in kinds]
    found += [
        Case("free", "", None, "GET", path) for path in ("/ping", "/health", "/version", "/invocations", "/other")
    ]
    return [*found, Case("free", "", None, "HEAD", "/ping"), Case("free", "{}", method="PUT", path="/ping")]


CASES = _cases()


def reply(case: Case, address: str) -> Reply:
    """Send a request to a server on `host:port`."""
    connection = http.client.HTTPConnection(address, timeout=60)
    headers = {} if case.kind is None else {"Content-Type": case.kind}
    connection.request(case.method, case.path, case.body.encode(), headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return Reply(answer.status, answer.getheader("content-type"), body)


def _plain(given: Reply) -> Reply:
    """A reply without the server's stack trace, which is full of its own paths."""
    if given.status < 400 or not given.body.startswith("{"):
        return given
    body = {key: value for key, value in json.loads(given.body).items() if key != "stack_trace"}
    return given._replace(body=json.dumps(body))


def main() -> None:
    """Save the models, or record the answers of servers."""
    if sys.argv[1] == "save":
        save(Path(sys.argv[2]))
    else:
        ports = dict(each.split("=") for each in sys.argv[2:])
        answers = [[*case, _plain(reply(case, f"127.0.0.1:{ports[case.model]}"))] for case in CASES]
        lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in answers)
        ANSWERS.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
