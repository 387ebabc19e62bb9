"""A model's way to Spark's workers."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlflow.pyfunc.loaded import PyFuncModel
from mlflow.pyfunc.loading import load_model

_loaded: dict[str, PyFuncModel] = {}
"""The models that this process has loaded: workers serve many tasks, one after the other."""


@dataclass(frozen=True)
class Shipped:
    """A model that workers can load.

    Attributes:
        key: tells it apart from others.
        path: its directory, where workers see the driver's files; else None.
        archive: the name of the file that Spark sends to each machine; None where workers see the directory.
        model_config: as for `load_model`.
        environment: environment variables to set before it is loaded.
    """

    key: str
    path: str | None
    archive: str | None
    model_config: Any = None
    environment: dict[str, str] = field(default_factory=dict)

    def model(self) -> PyFuncModel:
        """The model, loaded once in each process."""
        if self.key not in _loaded:
            os.environ.update(self.environment)
            _loaded[self.key] = load_model(self.path or self._unpacked(), True, model_config=self.model_config)
        return _loaded[self.key]

    def _unpacked(self) -> str:
        from pyspark import SparkFiles  # pyright: ignore[reportMissingImports]

        archive = SparkFiles.get(self.archive)
        directory = os.path.join(os.path.dirname(archive), self.key)
        if not os.path.exists(directory):
            # Workers of one machine unpack at once: who is first names the folder.
            scratch = tempfile.mkdtemp(dir=os.path.dirname(archive))
            shutil.unpack_archive(archive, scratch, "zip")
            try:
                os.rename(scratch, directory)
            except OSError:
                shutil.rmtree(scratch)
        return directory


def ship(
    spark: Any, directory: str, *, model_config: str | Path | dict[str, Any] | None, environment: dict[str, str]
) -> Shipped:
    """Let the workers of a session load a model.

    Args:
        spark: the session.
        directory: the model's directory.
        model_config: as for `load_model`; a path is read here.
        environment: environment variables for the workers.
    """
    if isinstance(model_config, str | Path):
        import yaml

        model_config = yaml.safe_load(Path(model_config).read_text(encoding="utf-8"))
    key = f"mlflow-model-{uuid.uuid4().hex}"
    context = spark.sparkContext
    if context.master == "local" or context.master.startswith("local["):
        return Shipped(key, os.path.abspath(directory), None, model_config, environment)
    with tempfile.TemporaryDirectory() as scratch:
        archive = shutil.make_archive(os.path.join(scratch, key), "zip", directory)
        context.addFile(archive)
    return Shipped(key, None, f"{key}.zip", model_config, environment)
