"""Save Spark's models, or load those that another SDK saved."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.clustering import KMeans
from pyspark.ml.feature import HashingTF, StringIndexer, Tokenizer, VectorAssembler
from pyspark.ml.linalg import DenseVector, Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.sql.functions import col
from reading import directory, write_answer
from session import start

import mlflow
from mlflow.models import infer_signature

SPARK = start()
TEXTS = SPARK.createDataFrame(
    [(0, "a b c spark", 1.0), (1, "b d", 0.0), (2, "spark f g", 1.0), (3, "hadoop", 0.0)],
    "id long, text string, label double",
)
POINTS = SPARK.createDataFrame(
    [(Vectors.dense([1.0, 2.0]), 1.0), (Vectors.dense([0.0, 1.0]), 0.0)], ["features", "label"]
)
COLUMNS = SPARK.createDataFrame(
    [(float(index), float(index % 3), 2.0 * index) for index in range(9)], "a double, b double, label double"
)
CODE = "def double(value):\n    return 2 * value\n"


def _models() -> dict[str, tuple[Any, dict[str, Any]]]:
    tokenizer = Tokenizer(inputCol="text", outputCol="words")
    hashing = HashingTF(inputCol="words", outputCol="features", numFeatures=16)
    texts = Pipeline(stages=[tokenizer, hashing, LogisticRegression(maxIter=3)]).fit(TEXTS)
    single = LogisticRegression(maxIter=2).fit(POINTS)
    assembler = VectorAssembler(inputCols=["a", "b"], outputCol="features")
    lines = Pipeline(stages=[assembler, LinearRegression(maxIter=2, predictionCol="guess")]).fit(COLUMNS)
    vectors = infer_signature(POINTS.drop("label"), single.transform(POINTS).select("prediction"))
    return {
        "texts": (texts, {"input_example": TEXTS.drop("label").toPandas().head(2), "metadata": {"mine": 1}}),
        "vectors": (single, {"signature": vectors, "pip_requirements": ["pyspark"]}),
        "unsigned": (single, {"pip_requirements": ["pyspark"]}),
        "renamed": (lines, {"pip_requirements": ["pyspark"], "input_example": COLUMNS.toPandas()[["a", "b"]]}),
        "transformer": (assembler, {"pip_requirements": ["pyspark"]}),
        "indexer": (StringIndexer(inputCol="text", outputCol="one").fit(TEXTS), {"pip_requirements": ["pyspark"]}),
        "clusters": (KMeans(k=2, seed=1).fit(POINTS), {"pip_requirements": ["pyspark"], "code_paths": [_code()]}),
    }


def _code() -> str:
    Path("spark_helper.py").write_text(CODE)
    return "spark_helper.py"


ARRAYS = pd.DataFrame({"features": [[1.0, 2.0], [0.0, 1.0]]})
FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 1.0]})
TEXT_FRAME = pd.DataFrame({"id": [1, 2], "text": ["spark a", "b"]})
INPUTS: dict[str, list[Any]] = {
    "texts": [TEXT_FRAME, TEXT_FRAME.assign(more=1), TEXT_FRAME[["id"]], TEXT_FRAME.to_dict("list")],
    "vectors": [ARRAYS, FRAME, pd.DataFrame({"features": [DenseVector([1.0, 2.0])]}), {"features": [[1.0, 2.0]]}],
    "unsigned": [ARRAYS, pd.DataFrame({"features": [DenseVector([1.0, 2.0])]}), POINTS, FRAME],
    "renamed": [FRAME, FRAME.astype("int64"), FRAME.to_numpy()],
    "transformer": [FRAME],
    "indexer": [TEXT_FRAME],
    "clusters": [ARRAYS],
}


def save(folder: Path) -> dict[str, Any]:
    models = _models()
    found = {}
    for name, (model, options) in models.items():
        mlflow.spark.save_model(model, str(folder / name), **options)
        found[name] = _plain(directory(folder / name))
    refused = {"estimator": LogisticRegression(), "text": "x", "code": models["texts"][0]}
    for name, model in refused.items():
        options = {"code_paths": "x"} if name == "code" else {}
        found[name] = _outcome(
            lambda model=model, options=options: mlflow.spark.save_model(model, "refused", **options)
        )
    return found


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Without what Spark makes up: ids of stages and files."""
    kept = {re.sub(r"part-.*", "part", re.sub(r"_[0-9a-f]{12}", "", path)) for path in found["files"]}
    return {**found, "files": sorted(path for path in kept if not Path(path).name.startswith("."))}


def load(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inputs in INPUTS.items():
        native = mlflow.spark.load_model(str(folder / name))
        pyfunc = mlflow.pyfunc.load_model(str(folder / name))
        raw = pyfunc.get_raw_model()
        found[name] = {
            "class": type(native).__name__,
            "stages": [type(stage).__name__ for stage in native.stages],
            "raw": type(raw).__name__,
            "pyfunc": [_outcome(lambda model=pyfunc, data=data: model.predict(data)) for data in inputs],
        }
    found["native"] = mlflow.spark.load_model(str(folder / "texts")).transform(TEXTS).select("prediction").collect()
    import spark_helper

    found["code"] = spark_helper.double(2)
    found["logged"] = _logged(PipelineModel(mlflow.spark.load_model(str(folder / "unsigned")).stages))
    return found


def _logged(model: Any) -> Any:
    with mlflow.start_run() as run:
        info = mlflow.spark.log_model(model, "model", registered_model_name="spark", pip_requirements=["pyspark"])
    uris = {"runs": f"runs:/{run.info.run_id}/model", "registry": "models:/spark/1", "info": info.model_uri}
    found = {}
    for name, uri in uris.items():
        loaded = mlflow.spark.load_model(uri)
        found[name] = [row.prediction for row in loaded.transform(POINTS).select(col("prediction")).collect()]
    found["pyfunc"] = mlflow.pyfunc.load_model(info.model_uri).predict(ARRAYS)
    found["udf"] = [
        row.r
        for row in COLUMNS.selectExpr("array(a, b) features")
        .select(mlflow.pyfunc.spark_udf(SPARK, info.model_uri, env_manager="local")("features").alias("r"))
        .limit(0)
        .collect()
    ]
    return found


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return _shown(call())
    except Exception as error:
        return f"{type(error).__name__}: {re.sub('o[0-9]+', 'o', str(error).splitlines()[0])[:300]}"


def _shown(answer: Any) -> Any:
    if isinstance(answer, pd.DataFrame):
        return {"columns": list(answer.columns), "values": answer.round(6).astype(str).values.tolist()}
    if type(answer).__name__ == "DataFrame":
        return {"columns": answer.columns, "values": [str(row) for row in answer.collect()]}
    rounded = [round(each, 6) if isinstance(each, float) else str(each) for each in answer or ()]
    return [type(answer).__name__, rounded]


if __name__ == "__main__":
    write_answer([{"save": save, "load": load}[step](Path(sys.argv[3])) for step in sys.argv[2].split(",")])
