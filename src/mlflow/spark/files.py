"""Models between a local folder and the file system that Spark writes to.

Spark writes a model from all of its machines, to whatever file system it is configured with. Where that is not the
local one, a model goes through a folder of its own there.
"""

from __future__ import annotations

import os
import posixpath
import uuid
from typing import Any

from millrace.settings import MLFLOW_DFS_TMP


def write(spark: Any, spark_model: Any, folder: str, dfs_tmpdir: str | None) -> None:
    """Write a model to a local folder that does not exist yet.

    Args:
        spark: the session.
        spark_model: what to write.
        folder: the local folder.
        dfs_tmpdir: a folder of Spark's file system, for files that are in the way; MLFLOW_DFS_TMP by default.
    """
    system, scratch = _scratch(spark, dfs_tmpdir)
    local = _local_uri(folder)
    if _is_local(system):
        spark_model.save(local)
        return
    path = spark._jvm.org.apache.hadoop.fs.Path
    try:
        spark_model.save(scratch)
        system.copyToLocalFile(False, path(scratch), path(local), True)
    finally:
        system.delete(path(scratch), True)


def readable(spark: Any, folder: str, dfs_tmpdir: str | None) -> str:
    """Where Spark reads what is in a local folder: there, or a copy that Spark deletes when it ends.

    Args:
        spark: the session.
        folder: the local folder.
        dfs_tmpdir: as for `write`.
    """
    system, scratch = _scratch(spark, dfs_tmpdir)
    if _is_local(system):
        return _local_uri(folder)
    path = spark._jvm.org.apache.hadoop.fs.Path
    system.copyFromLocalFile(path(_local_uri(folder)), path(scratch))
    system.deleteOnExit(path(scratch))
    return scratch


def _scratch(spark: Any, dfs_tmpdir: str | None) -> tuple[Any, str]:
    """The file system of the temporary folder, and the path of a new folder in it."""
    path = posixpath.join(dfs_tmpdir or MLFLOW_DFS_TMP.get(), str(uuid.uuid4()))
    system = spark._jvm.org.apache.hadoop.fs.Path(path).getFileSystem(spark._jsc.hadoopConfiguration())
    return system, system.makeQualified(spark._jvm.org.apache.hadoop.fs.Path(path)).toString()


def _is_local(system: Any) -> bool:
    return bool(system.getUri().getScheme() == "file")


def _local_uri(folder: str) -> str:
    return f"file://{os.path.abspath(folder)}"
