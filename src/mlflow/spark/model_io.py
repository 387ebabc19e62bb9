"""Saving, logging and loading of Spark's models."""

from __future__ import annotations

import os
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.data.spark_dataset_source import spark_session
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned, pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo
from mlflow.spark.files import readable, write
from mlflow.spark.predicting import PyFuncModelWrapper

FLAVOR_NAME = "spark"
FLAVOR = Flavor(FLAVOR_NAME, module="pyspark")
PLAIN_FLAVOR = Flavor(FLAVOR_NAME, module="pyspark", needs_only_library=True)
"""For models whose stages are all Spark's own: to load one only to see what it imports would start another Spark."""
FOLDER_NAME = "sparkml"
PIPELINE_MODEL = "pyspark.ml.pipeline.PipelineModel"


def get_default_pip_requirements(is_spark_connect_model: bool = False) -> list[str]:
    """What the environment of a model needs beside MLflow: pyspark, pinned; for Spark Connect with what that needs."""
    line = pinned_or_error("pyspark")
    return [line.replace("pyspark", "pyspark[connect]", 1) if is_spark_connect_model else line]


def get_default_conda_env(is_spark_connect_model: bool = False) -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements(is_spark_connect_model))


def save_model(
    spark_model: Any,
    path: str,
    mlflow_model: Model | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    dfs_tmpdir: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a model to a local directory; it needs a Spark session that runs.

    Args:
        spark_model: a model or transformer of `pyspark.ml`; one that is no pipeline becomes the stage of one.
        path: the directory; must not exist, or be empty.
        mlflow_model: the `MLmodel` file's content to add to.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        dfs_tmpdir: a folder of the file system that Spark writes to, where that is not the local one;
            MLFLOW_DFS_TMP by default.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: Spark cannot write such a model, or the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    given = dict(locals())
    pipeline = _as_pipeline(spark_model)
    plain = _is_plain(pipeline)
    requirements = get_default_pip_requirements()
    if plain:
        requirements = [*(pinned(each) for each in ("numpy", "pandas", "pyarrow")), *requirements]
    with (PLAIN_FLAVOR if plain else FLAVOR).saving(given, requirements) as saving:
        spark = spark_session()
        write(spark, pipeline, saving.path(FOLDER_NAME), dfs_tmpdir)
        predict = PyFuncModelWrapper(spark, pipeline, signature).predict
        saving.pyfunc("mlflow.spark", predict=predict, data=FOLDER_NAME)
        saving.flavor(pyspark_version=FLAVOR.version(), model_data=FOLDER_NAME, model_class=PIPELINE_MODEL)


def log_model(
    spark_model: Any,
    artifact_path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    dfs_tmpdir: str | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> ModelInfo:
    """Log a model: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the model's name.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: Spark cannot write such a model, or the store refused.
    """
    given = dict(locals())
    given["name"] = given.pop("artifact_path")
    return Model.log(artifact_path=None, flavor=mlflow.spark, **given)


def load_model(model_uri: str, dfs_tmpdir: str | None = None, dst_path: str | None = None) -> Any:
    """Load a model as a `pyspark.ml.PipelineModel`, in the running Spark session or a new one.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dfs_tmpdir: a folder of the file system that Spark reads from, where that is not the local one;
            MLFLOW_DFS_TMP by default.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, it is of another flavor or class, or there is no Java to run Spark.
        OSError: there is nothing at a local path.
    """
    FLAVOR.library()
    return _load(*FLAVOR.open(model_uri, dst_path), dfs_tmpdir)


def _load(directory: str, entry: dict[str, Any], dfs_tmpdir: str | None = None) -> Any:
    kind = entry.get("model_class", PIPELINE_MODEL)
    if kind != PIPELINE_MODEL:
        raise MlflowException(
            f"The model is of the class {kind}; only models of {PIPELINE_MODEL} can be loaded here, not those of Spark "
            "Connect.",
            error_code="NOT_IMPLEMENTED",
        )
    folder = os.path.join(directory, entry.get("model_data", FOLDER_NAME))
    return FLAVOR.library("pyspark.ml").PipelineModel.load(readable(spark_session(), folder, dfs_tmpdir))


def _as_pipeline(spark_model: Any) -> Any:
    """A model as a pipeline's, if it can be written.

    Raises:
        MlflowException: it cannot.
    """
    ml = FLAVOR.library("pyspark.ml")
    util = FLAVOR.library("pyspark.ml.util")
    kinds = (ml.Model, ml.Transformer), util.MLReadable, util.MLWritable
    if not all(isinstance(spark_model, kind) for kind in kinds):
        raise MlflowException(
            "Cannot serialize this model. MLflow can only save descendants of pyspark.ml.Model or "
            "pyspark.ml.Transformer that implement MLWritable and MLReadable."
        )
    return spark_model if isinstance(spark_model, ml.PipelineModel) else ml.PipelineModel([spark_model])


def _is_plain(model: Any) -> bool:
    """Whether a model consists of Spark's own classes."""
    best = getattr(model, "bestModel", None)
    inner = [*getattr(model, "stages", ()), *getattr(model, "models", ()), *([best] if best is not None else [])]
    return type(model).__module__.startswith("pyspark.") and all(_is_plain(each) for each in inner)


def _load_pyfunc(path: str) -> PyFuncModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    directory, entry = FLAVOR.opened(path)
    model = _load(directory, entry)
    return PyFuncModelWrapper(spark_session(), model, Model.load(directory).signature)
