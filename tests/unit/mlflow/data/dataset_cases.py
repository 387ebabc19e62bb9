"""What MLflow says of datasets and sources: cases, and the words for its answers. Runs under MLflow and Millrace alike.

`.witness/bin/python tests/unit/mlflow/data/dataset_cases.py` writes the answers of the real MLflow 3.8.1 into
dataset_answers.json.
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import mlflow.data
from mlflow.data.dataset_source_registry import get_dataset_source_from_json, resolve_dataset_source
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.huggingface_dataset_source import HuggingFaceDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.schema import TensorDatasetSchema
from mlflow.types import ColSpec, Schema, TensorSpec

ANSWERS = Path(__file__).with_name("dataset_answers.json")
DAYS = pd.to_datetime(["2020-01-01", "2020-01-02"])
WEB = HTTPDatasetSource("https://example.com/data.csv")

FRAMES: dict[str, Any] = {
    "numbers, text and a gap": pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [1.5, None, 2]}),
    "columns out of order": pd.DataFrame({"z": [1, 2], "a": ["p", "q"]}),
    "text with a gap": pd.DataFrame({"d": ["x", None, "z"], "a": [1, 2, 3]}),
    "text with nan": pd.DataFrame({"d": ["x", np.nan, "z"], "a": [1, 2, 3]}),
    "no column that is hashed": pd.DataFrame({"d": [True, False]}),
    "truths": pd.DataFrame({"d": [True, False], "a": [1, 2]}),
    "times": pd.DataFrame({"d": DAYS, "a": [1, 2]}),
    "times of a zone": pd.DataFrame({"d": DAYS.tz_localize("UTC"), "a": [1, 2]}),
    "durations": pd.DataFrame({"d": pd.to_timedelta([1, 2]), "a": [1, 2]}),
    "dates": pd.DataFrame({"a": [dt.date(2020, 1, 1)]}),
    "categories of text": pd.DataFrame({"d": pd.Categorical(["x", "y", "x"]), "a": [1, 2, 3]}),
    "categories with a gap": pd.DataFrame({"d": pd.Categorical(["x", None, "x"]), "a": [1, 2, 3]}),
    "categories of numbers": pd.DataFrame({"d": pd.Categorical([1, 2, 1]), "a": [1, 2, 3]}),
    "nullable numbers": pd.DataFrame({"d": pd.array([1, None], dtype="Int64")}),
    "nullable text": pd.DataFrame({"d": pd.array(["a", None], dtype="string"), "a": [1, 2]}),
    "small numbers": pd.DataFrame({"a": np.array([1, 2], dtype="float32"), "b": np.array([1, 2], dtype="uint8")}),
    "no schema": pd.DataFrame({"a": np.array([1], dtype="uint64")}),
    "complex": pd.DataFrame({"a": [1j, 2]}),
    "bytes": pd.DataFrame({"a": [b"x", b"y"], "n": [1, 2]}),
    "mixed and nested": pd.DataFrame({"a": [1, "x"], "b": [[1], [2]]}),
    "infinities": pd.DataFrame({"a": [np.inf, -np.inf, np.nan]}),
    "letters of the world": pd.DataFrame({"é": ["ü", "日本"]}),
    "numbers as names": pd.DataFrame({0: [1, 2], 1: ["a", "b"]}),
    "mixed names": pd.DataFrame({"x": [3, 4], 0: ["a", "b"]}),
    "names twice": pd.DataFrame([[1, "a"], [2, "b"]], columns=["a", "a"]),
    "names of two levels": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("c", "d")])),
    "text as index": pd.DataFrame({"a": [1, 2]}, index=["p", "q"]),
    "times as index": pd.DataFrame({"a": [1, 2]}, index=DAYS),
    "index of two levels": pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_arrays([DAYS, ["a", "b"]])),
    "nothing": pd.DataFrame(),
    "no rows": pd.DataFrame({"a": np.array([], dtype="int64"), "b": DAYS[:0]}),
    "no columns": pd.DataFrame(index=[1, 2]),
    "many rows": pd.DataFrame({"a": np.arange(20_000), "b": np.arange(20_000).astype(str)}),
    "one row more": pd.DataFrame({"a": np.arange(20_001), "b": np.arange(20_001).astype(str)}),
    "other rows far down": pd.DataFrame({"a": np.r_[np.arange(15_000), np.zeros(5_000)]}),
    "a gap far down": pd.DataFrame({"a": range(20_000), "b": ["x"] * 15_000 + [None] * 5_000}),
}

ARRAYS: dict[str, Any] = {
    "one axis": np.arange(5),
    "two axes": np.arange(6).reshape(2, 3),
    "by columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "three axes": np.zeros((2, 3, 4)),
    "text": np.array(["a", "b"]),
    "bytes": np.array([b"a"]),
    "truths": np.array([True, False]),
    "objects": np.array(["a", None], dtype=object),
    "objects that cannot be hashed": np.array([[1], "x"], dtype=object),
    "days": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "complex": np.array([1j]),
    "big endian": np.arange(3, dtype=">i4"),
    "half": np.ones(3, dtype="float16"),
    "masked": np.ma.array([1, 2, 3], mask=[0, 1, 0]),
    "empty": np.array([]),
    "no axis": np.array(5),
    "many": np.arange(30_000).reshape(100, 300),
    "by name": {"b": np.arange(6.0).reshape(2, 3), "a": np.array(["x", "y"])},
    "no names": {},
}

RAW_SOURCES: list[Any] = [
    *("/tmp/x.csv", "x.csv", "../x", "~/x", "/tmp/a b/", "", " /x", "//host/x", "a\nb", "http", "databricks"),
    *("file:///tmp/x", "file:x", "FILE:///x", "file://localhost/x", "file://host/x", "file+x:/y", "C:\\x", "C:/x"),
    *("s3://b/k", "S3://b", "s3:x", "s3://b/a b?x#y", "r2://b@a.x/k", "gs://b/k", "az://x", "abfs://x"),
    *("wasbs://c@a.blob.core.windows.net/x", "abfss://c@a.dfs.core.windows.net/x", "hdfs:/x", "viewfs://x"),
    *("ftp://h/x", "sftp://h/x", "http://a/b.csv", "https://a/b.csv?q=1", "HTTPS://x/y", "http:", "httpx://a"),
    *("runs:/abc/x", "models:/m/1", "mlflow-artifacts:/x", "dbfs:/a", "sqlite:///x", "nope://x", "hf://x"),
    *(Path("/tmp/x"), Path("s3:/x"), b"x", 5, None, ["a"]),
]

LONG = Schema([ColSpec("long", "a")])
TENSOR = Schema([TensorSpec(np.dtype("float32"), (-1, 2), "x")])


def cases() -> dict[str, Callable[[], Any]]:
    """Each case by its name, as a function without arguments that gives something JSON-like or raises."""
    found: dict[str, Callable[[], Any]] = {}
    for name, frame in FRAMES.items():
        found[f"frame: {name}"] = lambda frame=frame: _told(mlflow.data.from_pandas(frame, WEB))
    for name, array in ARRAYS.items():
        found[f"array: {name}"] = lambda array=array: _told(mlflow.data.from_numpy(array, WEB))
        found[f"array with targets: {name}"] = lambda array=array: _told(
            mlflow.data.from_numpy(array, WEB, targets=np.arange(3), name="n")
        )
    frame = FRAMES["numbers, text and a gap"]
    for options in (
        {"name": "train", "digest": "d"},
        {"name": "", "digest": ""},
        {"targets": "a"},
        {"targets": "a", "predictions": "b"},
        {"targets": "nope"},
        {"predictions": "nope"},
        {"source": "s3://b/k"},
        {"source": "nope://x"},
    ):
        found[f"options: {options}"] = lambda options=options: _told(
            mlflow.data.from_pandas(frame, **{"source": WEB, **options})
        )
    found["targets by name"] = lambda: _told(mlflow.data.from_numpy(np.ones(2), WEB, targets={"t": np.ones(3)}))
    for raw in RAW_SOURCES:
        found[f"source: {raw!r}"] = lambda raw=raw: _source(resolve_dataset_source(raw))
    found |= _described()
    for name in ("from_pandas", "from_numpy"):
        found[f"signature: {name}"] = lambda name=name: [
            [one.name, one.kind.name, None if one.default is inspect.Parameter.empty else repr(one.default)]
            for one in inspect.signature(getattr(mlflow.data, name)).parameters.values()
        ]
    return found


def _described() -> dict[str, Callable[[], Any]]:
    hub = {"path": "p", "config_name": "c", "data_files": {"a": ["b"]}, "split": "train", "revision": "r"}
    return {
        "meta": lambda: MetaDataset(WEB).to_dict(),
        "meta with a schema": lambda: MetaDataset(WEB, name="n", schema=LONG).to_dict(),
        "meta with tensors": lambda: MetaDataset(WEB, digest="d", schema=TENSOR).to_json(),
        "tensors": lambda: TensorDatasetSchema(TENSOR, TENSOR).to_dict(),
        "tensors, shown": lambda: repr(TensorDatasetSchema(TENSOR)),
        "tensors, there and back": lambda: repr(
            TensorDatasetSchema.from_dict(TensorDatasetSchema(TENSOR, LONG).to_dict())
        ),
        "tensors of something else": lambda: TensorDatasetSchema(5),
        "no tensors": lambda: TensorDatasetSchema.from_dict({}),
        "web, from JSON": lambda: _source(get_dataset_source_from_json('{"url": "http://x"}', "http")),
        "web, from wrong JSON": lambda: get_dataset_source_from_json("{}", "http"),
        "file, from wrong JSON": lambda: get_dataset_source_from_json("{}", "local"),
        "code, from JSON": lambda: _source(get_dataset_source_from_json('{"tags": {"a": "b"}}', "code")),
        "hub, from JSON": lambda: _source(
            get_dataset_source_from_json(HuggingFaceDatasetSource(**hub).to_json(), "hugging_face")
        ),
        "hub": lambda: HuggingFaceDatasetSource("p", trust_remote_code=True).to_json(),
        "unknown kind": lambda: get_dataset_source_from_json("{}", "nope"),
        "code, loaded": lambda: _kind_of_error(get_dataset_source_from_json('{"tags": {}}', "code").load),
        "no dataset": lambda: mlflow.data.get_source(5),
    }


def _told(dataset: Any) -> Any:
    entity = dataset._to_mlflow_entity()
    assert json.loads(dataset.to_json()) == dataset.to_dict()
    assert {name: getattr(entity, name) for name in dataset.to_dict()} == dataset.to_dict()
    return dataset.to_dict()


def _source(source: Any) -> Any:
    return [source._get_source_type(), source.to_json()]


def _kind_of_error(function: Callable[[], Any]) -> str:
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "none"


def observed(case: Callable[[], Any]) -> Any:
    """What a case gives, or the error that it raises, in plain JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return json.loads(json.dumps(case()))
        except mlflow.MlflowException as error:
            return f"{error.error_code}: {error}"


if __name__ == "__main__":
    answers = {name: observed(case) for name, case in cases().items()}
    ANSWERS.write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n")
