"""The client's part on artifacts: of runs, and of logged models."""

from __future__ import annotations

import json
import logging
import posixpath
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.calls import GetRun, SearchRuns, SetTag
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import FileInfo, Run
from millrace.settings import MLFLOW_ENABLE_ASYNC_LOGGING
from mlflow.client import images, tables
from mlflow.client.base import ClientBase
from mlflow.client.locations import download_from_run, list_at, model_root, place_in_run, run_root
from mlflow.client.queue import submit
from mlflow.client.repository import ArtifactRepository, check_path
from mlflow.utils.mlflow_tags import MLFLOW_LOGGED_ARTIFACTS, MLFLOW_LOGGED_IMAGES

if TYPE_CHECKING:
    import matplotlib.figure
    import numpy
    import pandas
    import PIL.Image
    import plotly.graph_objects

_logger = logging.getLogger("mlflow.tracking.client")
_PAGE = 1000


class Artifacts(ClientBase):
    """Upload, list and download the artifacts of runs and of logged models."""

    def _of_run(self, run_id: str) -> ArtifactRepository:
        return ArtifactRepository(run_root(self._tracking_uri, run_id), self._tracking_uri)

    def _of_model(self, model_id: str) -> ArtifactRepository:
        return ArtifactRepository(model_root(self._tracking_uri, model_id), self._tracking_uri)

    def log_artifact(self, run_id: str, local_path: str, artifact_path: str | None = None) -> None:
        """Upload a file, or a folder with everything in it, to a run.

        Args:
            run_id: the run.
            local_path: the file or folder.
            artifact_path: the folder among the run's artifacts that it goes into; the root when omitted.
        """
        _upload(self._of_run(run_id), str(local_path), artifact_path)

    def log_artifacts(self, run_id: str, local_dir: str, artifact_path: str | None = None) -> None:
        """Upload everything in a folder, subfolders included, to a run, without the folder itself."""
        self._of_run(run_id).log_artifacts(str(local_dir), artifact_path)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Store a text as a file of a run, in UTF-8."""
        if not isinstance(text, str):
            raise TypeError(f"A text must be str, not {type(text).__name__}.")
        self._write(run_id, artifact_file, text.encode("utf-8"))

    def log_dict(self, run_id: str, dictionary: dict[str, Any], artifact_file: str) -> None:
        """Store a dict as a file of a run: as YAML when its name ends in `.yml` or `.yaml`, else as JSON.

        What JSON cannot hold is stored as its text.
        """
        if artifact_file.endswith((".yml", ".yaml")):
            import yaml

            text = yaml.dump(dictionary, indent=2, default_flow_style=False)
        else:
            text = json.dumps(dictionary, indent=2, default=str)
        self._write(run_id, artifact_file, text.encode("utf-8"))

    def log_figure(
        self,
        run_id: str,
        figure: matplotlib.figure.Figure | plotly.graph_objects.Figure,
        artifact_file: str,
        *,
        save_kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Store a figure of matplotlib or plotly as a file of a run, in the format that the file's name says.

        Args:
            run_id: the run.
            figure: the figure; plotly's can be stored as `.html` too.
            artifact_file: the path among the run's artifacts.
            save_kwargs: more for the library's own saving function.

        Raises:
            TypeError: it is no figure of either library, or plotly cannot write that format.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, posixpath.basename(check_path(artifact_file)))
            _save_figure(figure, path, save_kwargs or {})
            self._write(run_id, artifact_file, path.read_bytes())

    def log_image(
        self,
        run_id: str,
        image: numpy.ndarray | PIL.Image.Image | images.Image,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Store an image of a run: one file, or one step of a series of images.

        Args:
            run_id: the run.
            image: a numpy array, a PIL image or a `mlflow.Image`.
            artifact_file: the path of a single image among the run's artifacts; its name says the format.
            key: the name of a series of images, instead of a path.
            step: the step in the series; 0 when omitted.
            timestamp: milliseconds since 1970, UTC; now when omitted.
            synchronous: False to return at once.

        Raises:
            TypeError: it is no image, or neither or both of `artifact_file` and `key` are given.
            ValueError: its pixels or the key are not acceptable.
        """
        if artifact_file is not None and any(one is not None for one in (key, step, timestamp)):
            raise TypeError(
                "The `artifact_file` parameter cannot be used in conjunction with `key`, `step`, or `timestamp` "
                "parameters. Please ensure that `artifact_file` is specified alone, without any of these conflicting "
                "parameters."
            )
        if artifact_file is None and key is None:
            raise TypeError(
                "Invalid arguments: Please specify exactly one of `artifact_file` or `key`. Use `key` to log dynamic "
                "image charts or `artifact_file` for saving static images. "
            )
        picture = images.pil_image(image)
        if key is None:
            files = {str(artifact_file): picture}
        else:
            stem = images.stem_of_step(key, step or 0, timestamp)
            files = {f"{stem}.png": picture, f"{stem}%compressed.webp": images.small(picture)}
        if synchronous is None:
            synchronous = not MLFLOW_ENABLE_ASYNC_LOGGING.get()
        if synchronous or key is None:
            self._write_images(run_id, files, series=key is not None)
        else:
            submit(run_id, lambda: self._write_images(run_id, files, series=True))

    def _write_images(self, run_id: str, files: dict[str, Any], *, series: bool) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for path, picture in files.items():
                local = Path(folder, uuid.uuid4().hex + posixpath.splitext(path)[1])
                picture.save(local)
                self._write(run_id, path, local.read_bytes())
        if series:
            # The page looks for series of images only where this tag says so.
            self._call(SetTag(run_id, MLFLOW_LOGGED_IMAGES, "True"))

    def log_table(self, run_id: str, data: dict[str, Any] | pandas.DataFrame, artifact_file: str) -> None:
        """Store a table as a file of a run, or append its rows to the table that is there.

        Args:
            run_id: the run.
            data: a DataFrame, or a dict from column to values; cells may be `mlflow.Image`.
            artifact_file: the path among the run's artifacts; it ends in `.json` or `.parquet`.

        Raises:
            ValueError: the file's name has another ending.
            MlflowException: INVALID_PARAMETER_VALUE when the data are no table.
        """
        tables.check_name(artifact_file)
        frame, pictures = tables.take_out_images(tables.frame_of(data), artifact_file)
        self._write_images(run_id, pictures, series=False)
        repository = self._of_run(run_id)
        if repository.exists(artifact_file):
            import pandas as pd

            old = tables.decode(repository.read(artifact_file), artifact_file)
            frame = pd.concat([old, frame], ignore_index=True)
        repository.write(artifact_file, tables.encode(frame, artifact_file))
        entry = {"path": artifact_file, "type": "table"}
        listed = json.loads(self._call(GetRun(run_id)).run.data.tags.get(MLFLOW_LOGGED_ARTIFACTS, "[]"))
        if entry not in listed:
            self._call(SetTag(run_id, MLFLOW_LOGGED_ARTIFACTS, json.dumps([*listed, entry])))

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: list[str] | None = None,
        extra_columns: list[str] | None = None,
    ) -> pandas.DataFrame:
        """Load the tables of that name of the runs of an experiment, as one table.

        Args:
            experiment_id: the experiment.
            artifact_file: the path that the tables were logged as.
            run_ids: only these runs.
            extra_columns: facts about the runs to add as columns: `run_id`, `start_time`, ….

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST when no run has such a table.
        """
        import pandas as pd

        runs = self._runs_with_table(str(experiment_id), artifact_file)
        if run_ids:
            runs = [run for run in runs if run.info.run_id in run_ids]
            if {run.info.run_id for run in runs} != set(run_ids):
                _logger.warning("Not all runs have the specified table artifact. Some runs will be skipped.")
        if not runs:
            raise ResourceMissing("No runs found with the corresponding table artifact.")
        found = []
        for run in runs:
            frame = tables.decode(self._of_run(run.info.run_id).read(artifact_file), artifact_file)
            facts = dict(run.info)
            for column in extra_columns or ():
                if column not in frame.columns:
                    frame[column] = facts[column]
            found.append(frame)
        return pd.concat(found, ignore_index=True)

    def _runs_with_table(self, experiment_id: str, artifact_file: str) -> list[Run]:
        entry = json.dumps({"path": artifact_file, "type": "table"}).replace("'", "_")
        runs: list[Run] = []
        token = ""
        while True:
            page = self._call(
                SearchRuns(
                    experiment_ids=[experiment_id],
                    filter=f"tags.`{MLFLOW_LOGGED_ARTIFACTS}` LIKE '%{entry}%'",
                    max_results=_PAGE,
                    page_token=token,
                )
            )
            runs += page.runs
            token = page.next_page_token or ""
            if not token:
                return runs

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """The files and folders of a run directly below a path, by name; nothing for a file."""
        return list_at(place_in_run(run_id, check_path(path), self._tracking_uri), self._tracking_uri)

    def download_artifacts(self, run_id: str, path: str, dst_path: str | None = None) -> str:
        """Make a file or folder of a run available as a local path.

        Args:
            run_id: the run.
            path: the path among its artifacts; empty for all of them.
            dst_path: a folder to copy it to, which comes into being; without it, local artifacts are given in place,
                and others are downloaded to a new temporary folder.
        """
        return download_from_run(run_id, path, dst_path, self._tracking_uri)

    def log_model_artifact(self, model_id: str, local_path: str) -> None:
        """Upload a file, or a folder with everything in it, to a logged model."""
        _upload(self._of_model(model_id), str(local_path), None)

    def log_model_artifacts(self, model_id: str, local_dir: str) -> None:
        """Upload everything in a folder, subfolders included, to a logged model."""
        self._of_model(model_id).log_artifacts(str(local_dir))

    def list_logged_model_artifacts(self, model_id: str, path: str | None = None) -> list[FileInfo]:
        """The files and folders of a logged model directly below a path, by name; nothing for a file."""
        return self._of_model(model_id).list_artifacts(path)

    def _write(self, run_id: str, artifact_file: str, data: bytes) -> None:
        if not posixpath.basename(str(artifact_file)):
            raise InvalidParameterValue(f"The path of an artifact ends in the name of a file, got {artifact_file!r}.")
        self._of_run(run_id).write(artifact_file, data)


def _upload(repository: ArtifactRepository, local_path: str, artifact_path: str | None) -> None:
    path = Path(local_path)
    if path.is_dir():
        # Listed before the first upload: the folder may hold the artifact root itself.
        repository.log_artifacts(local_path, posixpath.join(artifact_path or "", path.resolve().name))
    else:
        repository.log_artifact(local_path, artifact_path)


def _save_figure(figure: Any, path: Path, save_kwargs: dict[str, Any]) -> None:
    library = type(figure).__module__.partition(".")[0]
    if hasattr(figure, "savefig"):
        figure.savefig(path, **save_kwargs)
    elif library == "plotly" and path.suffix == ".html":
        figure.write_html(path, **{"include_plotlyjs": "cdn", "auto_open": False, **save_kwargs})
    elif library == "plotly" and path.suffix in (".png", ".jpeg", ".jpg", ".webp", ".svg", ".pdf"):
        figure.write_image(path, **save_kwargs)
    elif library == "plotly":
        raise TypeError(f"Unsupported file extension for plotly figure: '{path.suffix}'")
    else:
        raise TypeError(f"Unsupported figure object type: '{type(figure)}'")
