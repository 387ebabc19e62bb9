"""What a product says of the data of a library: `cases.py LIBRARY FILE`, under MLflow and Millrace alike."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

import mlflow
import mlflow.data
from mlflow.data.sources import HTTPDatasetSource

WEB = HTTPDatasetSource("https://example.com/data")
Cases = dict[str, Callable[[], Any]]


def told(dataset: Any) -> Any:
    return dataset.to_dict()


def polars() -> Cases:
    import polars as pl

    frames: dict[str, Any] = {
        "numbers": pl.DataFrame({"a": [1, 2, None], "b": [0.5, float("nan"), float("inf")], "c": ["x", None, "z"]}),
        "small": pl.DataFrame({"a": pl.Series([1, 2], dtype=pl.Int8), "b": pl.Series([1.5, 2], dtype=pl.Float32)}),
        "unsigned": pl.DataFrame({"a": pl.Series([1], dtype=pl.UInt32), "b": pl.Series([1], dtype=pl.UInt16)}),
        "too large": pl.DataFrame({"a": pl.Series([1], dtype=pl.UInt64)}),
        "times": pl.DataFrame({"d": [dt.date(2020, 1, 1)], "t": [dt.datetime(2020, 1, 1, 5)]}),
        "durations": pl.DataFrame({"d": [dt.timedelta(1)]}),
        "time of day": pl.DataFrame({"d": [dt.time(1)]}),
        "decimals": pl.DataFrame({"d": [decimal.Decimal("1.5")]}),
        "truths and bytes": pl.DataFrame({"a": [True, None], "b": [b"x", b"y"]}),
        "categories": pl.DataFrame({"a": pl.Series(["x", "y"], dtype=pl.Categorical)}),
        "enum": pl.DataFrame({"a": pl.Series(["x"], dtype=pl.Enum(["x", "y"]))}),
        "lists": pl.DataFrame({"a": [[1, 2], []], "b": [[["x"]], [[None]]]}),
        "arrays": pl.DataFrame({"a": pl.Series([[[1, 2]], [[3, 4]]], dtype=pl.Array(pl.Int64, (1, 2)))}),
        "structs": pl.DataFrame({"a": [{"x": 1, "y": {"z": "t"}}, {"x": 2, "y": None}]}),
        "nulls": pl.DataFrame({"a": [None, None]}),
        "empty": pl.DataFrame({"a": pl.Series([], dtype=pl.Int64)}),
        "many": pl.DataFrame({"a": range(20_001)}),
    }
    found: Cases = {
        name: lambda frame=frame: told(mlflow.data.from_polars(frame, WEB)) for name, frame in frames.items()
    }
    numbers = frames["numbers"]
    for options in ({"targets": "a", "name": "n"}, {"targets": "z"}, {"predictions": "b"}, {"predictions": "z"}):
        found[str(options)] = lambda options=options: told(mlflow.data.from_polars(numbers, WEB, **options))
    return found


def huggingface() -> Cases:
    import datasets

    sets: dict[str, Any] = {
        "columns": datasets.Dataset.from_dict({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [0.5, None, 2.0]}),
        "nested": datasets.Dataset.from_dict({"a": [[1, 2], [3]], "b": [{"x": 1}, {"x": 2}]}),
        "labels": datasets.Dataset.from_dict(
            {"t": ["a", "b"], "label": [0, 1]},
            features=datasets.Features(t=datasets.Value("string"), label=datasets.ClassLabel(names=["n", "y"])),
        ),
        "many": datasets.Dataset.from_dict({"a": list(range(20_001))}),
    }
    found: Cases = {
        name: lambda one=one: told(mlflow.data.from_huggingface(one, source=WEB)) for name, one in sets.items()
    }
    columns = sets["columns"]
    found["path"] = lambda: told(mlflow.data.from_huggingface(columns, path="some/where", data_dir="d", revision="r"))
    found["both"] = lambda: told(mlflow.data.from_huggingface(columns, path="some/where", source=WEB))
    found["targets"] = lambda: told(mlflow.data.from_huggingface(columns, source=WEB, targets="b", name="n"))
    found["no such targets"] = lambda: told(mlflow.data.from_huggingface(columns, source=WEB, targets="z"))
    found["splits"] = lambda: told(mlflow.data.from_huggingface(datasets.DatasetDict({"train": columns}), source=WEB))
    return found


def tensorflow() -> Cases:
    import tensorflow as tf

    pairs = np.arange(12, dtype="float32").reshape(6, 2)
    count = np.arange(6)
    slices = tf.data.Dataset.from_tensor_slices
    of: dict[str, Any] = {
        "floats": tf.constant(pairs),
        "integers": tf.constant(count),
        "texts": tf.constant(["a", "b"]),
        "scalar": tf.constant(5),
        "truths": tf.constant([True, False]),
        "empty": tf.zeros((0, 3)),
        "many": tf.reshape(tf.range(30_000), (300, 100)),
        "ragged": tf.ragged.constant([[1, 2], [3]]),
        "variable": tf.Variable(pairs),
        "bfloat": tf.constant(pairs, dtype=tf.bfloat16),
        "set": slices(pairs),
        "set in batches": slices(pairs).batch(4),
        "set of pairs": slices((pairs, count)),
        "set of batches of pairs": slices((pairs, count)).batch(4),
        "set by name": slices({"b": count, "a": pairs}).batch(3),
        "set in two levels": slices(({"a": pairs}, count)),
        "set of ragged": slices(tf.ragged.constant([[1, 2], [3]])),
        "set of numbers": tf.data.Dataset.range(20_001),
        "set of truths": slices([True, False]),
        "set of unknown length": tf.data.Dataset.range(10).filter(lambda number: number % 2 == 0),
        "set of nothing": slices(pairs[:0]),
        "set of images": slices(np.zeros((10, 4, 4, 3), "float32")).batch(3),
        "array": pairs,
        "nothing": None,
    }
    found: Cases = {name: lambda one=one: told(mlflow.data.from_tensorflow(one, WEB)) for name, one in of.items()}
    for features in ("floats", "set"):
        for targets in ("integers", "set", "set by name", "array"):
            found[f"{features} and {targets}"] = lambda a=of[features], b=of[targets]: told(
                mlflow.data.from_tensorflow(a, WEB, targets=b, name="n")
            )
    found["digest"] = lambda: told(mlflow.data.from_tensorflow(slices(pairs).repeat(), WEB, digest="d"))
    found["pyfunc"] = lambda: [
        type(one).__name__ for one in vars(mlflow.data.from_tensorflow(of["floats"], WEB).to_pyfunc()).values()
    ]
    return found


def spark() -> Cases:
    from pyspark.sql import SparkSession

    build = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = build.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    df = session.createDataFrame([(1, "a", 0.5), (2, "b", None)], "a int, b string, c double")
    df.createOrReplaceTempView("view")
    row = (1, 1, 1, 1, 1.0, 1.0, "s", True, b"x", dt.date(2020, 1, 1), dt.datetime(2020, 1, 1))
    kinds = "a byte, b short, c int, d long, e float, f double, g string, h boolean, i binary, j date, k timestamp"
    nested = session.createDataFrame(
        [([1], [[(1,)]], {"k": 1, "j": 2}, (1, "x"))],
        "a array<int>, b array<array<struct<x:int>>>, m map<string,int>, s struct<x:int,y:string>",
    )

    def same(dataset: Any) -> Any:
        # Without the digest, a hash of the plan which may name the session, and the profile, which takes a job each.
        schema = dataset.schema.to_dict() if dataset.schema else None
        return [dataset.name, schema, dataset.source.to_json(), dataset.targets, dataset.predictions]

    found: Cases = {
        "types": lambda: same(mlflow.data.from_spark(session.createDataFrame([row], kinds), path="/nowhere")),
        "nested": lambda: same(mlflow.data.from_spark(nested, path="/nowhere")),
        "decimals": lambda: same(mlflow.data.from_spark(df.selectExpr("cast(c as decimal(5,2)) d"), path="/nowhere")),
        "digest": lambda: mlflow.data.from_spark(session.range(3)).digest,
        "profile": lambda: sorted(mlflow.data.from_spark(df).profile),
        "loaded": lambda: mlflow.data.from_spark(df, sql="select * from view where a = 1").source.load().count(),
        "pyfunc": lambda: list(mlflow.data.from_spark(df, targets="a").to_pyfunc().inputs.columns),
        "delta": lambda: mlflow.data.load_delta(),
    }
    for options in (
        {"table_name": "view", "targets": "a", "predictions": "c"},
        {"sql": "select 1"},
        {"sql": "select 1", "path": "/x"},
        {"sql": "select 1", "version": "1"},
        {"path": "/x", "version": "1"},
        {"table_name": "view", "version": "1"},
        {"targets": "z"},
        {"predictions": "z"},
        {"path": "s3://b/x", "name": "n", "digest": "d"},
    ):
        found[str(options)] = lambda options=options: same(mlflow.data.from_spark(df, **options))
    return found


def figures() -> Cases:
    import plotly.graph_objects as go

    mlflow.set_tracking_uri(tempfile.mkdtemp())
    mlflow.set_experiment("figures")
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))

    def stored(name: str, **options: Any) -> Any:
        with mlflow.start_run() as run:
            mlflow.log_figure(figure, name, **options)
        local = mlflow.artifacts.download_artifacts(
            run_id=run.info.run_id, artifact_path=name, dst_path=tempfile.mkdtemp()
        )
        text = Path(local).read_text()
        return [Path(local).name, "cdn.plot.ly" in text, "<html>" in text, len(text) > 100_000, '"y":[3,4]' in text]

    return {
        "page": lambda: stored("deep/figure.html"),
        "page on its own": lambda: stored("figure.html", save_kwargs={"include_plotlyjs": True}),
        "part of a page": lambda: stored("figure.html", save_kwargs={"full_html": False}),
        "no such kind": lambda: stored("figure.nope"),
    }


def observed(case: Callable[[], Any]) -> Any:
    try:
        return json.loads(json.dumps(case()))
    except mlflow.MlflowException as error:
        return f"{error.error_code}: {error}"
    except (TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    answers = {name: observed(case) for name, case in globals()[sys.argv[1]]().items()}
    Path(sys.argv[2]).write_text(json.dumps(answers))
