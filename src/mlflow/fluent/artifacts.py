"""Fluent functions on the artifacts of the active run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlflow.client.locations import artifact_uri_of_run
from mlflow.client.queue import flush_all
from mlflow.fluent.active import client
from mlflow.fluent.active import experiment_id as current_experiment
from mlflow.fluent.logging import get_or_start_run

if TYPE_CHECKING:
    import matplotlib.figure
    import numpy
    import pandas
    import PIL.Image
    import plotly.graph_objects

    from mlflow.client.images import Image


def _run_id(run_id: str | None) -> str:
    return run_id or get_or_start_run().info.run_id


def log_artifact(local_path: str, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Upload a file, or a folder with everything in it, to the active run, which is started if there is none.

    Args:
        local_path: the file or folder.
        artifact_path: the folder among the run's artifacts that it goes into; the root when omitted.
        run_id: another run than the active one.
    """
    client().log_artifact(_run_id(run_id), local_path, artifact_path)


def log_artifacts(local_dir: str, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Upload everything in a folder, subfolders included, to the active run, without the folder itself."""
    client().log_artifacts(_run_id(run_id), local_dir, artifact_path)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Store a text as a file of the active run, in UTF-8."""
    client().log_text(_run_id(run_id), text, artifact_file)


def log_dict(dictionary: dict[str, Any], artifact_file: str, run_id: str | None = None) -> None:
    """Store a dict as a file of the active run: as YAML when its name ends in `.yml` or `.yaml`, else as JSON."""
    client().log_dict(_run_id(run_id), dictionary, artifact_file)


def log_figure(
    figure: matplotlib.figure.Figure | plotly.graph_objects.Figure,
    artifact_file: str,
    *,
    save_kwargs: dict[str, Any] | None = None,
) -> None:
    """Store a figure of matplotlib or plotly as a file of the active run, in the format that the file's name says.

    Args:
        figure: the figure; plotly's can be stored as `.html` too.
        artifact_file: the path among the run's artifacts.
        save_kwargs: more for the library's own saving function.
    """
    client().log_figure(_run_id(None), figure, artifact_file, save_kwargs=save_kwargs)


def log_image(
    image: numpy.ndarray | PIL.Image.Image | Image,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,
) -> None:
    """Store an image of the active run: one file, or one step of a series of images.

    Args:
        image: a numpy array, a PIL image or a `mlflow.Image`.
        artifact_file: the path of a single image among the run's artifacts; its name says the format.
        key: the name of a series of images, instead of a path.
        step: the step in the series; 0 when omitted.
        timestamp: milliseconds since 1970, UTC; now when omitted.
        synchronous: True to return only when an image of a series is stored.
    """
    client().log_image(_run_id(None), image, artifact_file, key, step, timestamp, synchronous)


def log_table(data: dict[str, Any] | pandas.DataFrame, artifact_file: str, run_id: str | None = None) -> None:
    """Store a table as a file of the active run, or append its rows to the table that is there.

    Args:
        data: a DataFrame, or a dict from column to values; cells may be `mlflow.Image`.
        artifact_file: the path among the run's artifacts; it ends in `.json` or `.parquet`.
        run_id: another run than the active one.
    """
    client().log_table(_run_id(run_id), data, artifact_file)


def load_table(
    artifact_file: str, run_ids: list[str] | None = None, extra_columns: list[str] | None = None
) -> pandas.DataFrame:
    """Load the tables of that name of the runs of the active experiment, as one table.

    Args:
        artifact_file: the path that the tables were logged as.
        run_ids: only these runs.
        extra_columns: facts about the runs to add as columns: `run_id`, `start_time`, ….
    """
    return client().load_table(current_experiment(), artifact_file, run_ids, extra_columns)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """The URI of the active run's artifacts, or of one of them, whether it exists or not.

    Args:
        artifact_path: the path among the run's artifacts; the root when omitted.
    """
    return artifact_uri_of_run(_run_id(None), artifact_path)


def flush_artifact_async_logging() -> None:
    """Wait until every image that was logged in the background is stored or refused."""
    flush_all()
