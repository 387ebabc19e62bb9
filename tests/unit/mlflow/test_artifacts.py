"""Artifacts of runs: up, listed, down; texts, dicts, figures, images and tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image
import pytest

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.tracking.artifact_utils import get_artifact_uri


@pytest.fixture
def run_id() -> str:
    return mlflow.start_run().info.run_id


def _names(run_id: str, path: str | None = None) -> list[str]:
    return [one.path for one in mlflow.artifacts.list_artifacts(run_id=run_id, artifact_path=path)]


def test_files_and_folders_go_up_and_are_listed(run_id: str, tmp_path: Path) -> None:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "a.txt").write_text("a")
    (tmp_path / "data" / "deep" / "b.bin").write_bytes(b"\0\xff")
    mlflow.log_artifact("data/a.txt")
    mlflow.log_artifact(Path("data/a.txt"), "sub/folder")  # type: ignore[arg-type]
    mlflow.log_artifact("data", "whole")
    mlflow.log_artifacts("data", "inside")
    assert _names(run_id) == ["a.txt", "inside", "sub", "whole"]
    assert _names(run_id, "whole/data") == ["whole/data/a.txt", "whole/data/deep"]
    listed = mlflow.artifacts.list_artifacts(artifact_uri=f"runs:/{run_id}/inside")
    assert [(one.path, one.is_dir, one.file_size) for one in listed] == [
        ("inside/a.txt", False, 1),
        ("inside/deep", True, None),
    ]
    assert _names(run_id, "a.txt") == _names(run_id, "nothing") == []


def test_local_artifacts_are_given_in_place_or_copied(run_id: str, tmp_path: Path) -> None:
    mlflow.log_text("héllo", "sub/a.txt")
    place = mlflow.get_artifact_uri("sub/a.txt")
    assert mlflow.artifacts.download_artifacts(f"runs:/{run_id}/sub/a.txt") == place
    assert MlflowClient().download_artifacts(run_id, "sub") == get_artifact_uri(run_id, "sub")
    copied = mlflow.artifacts.download_artifacts(run_id=run_id, dst_path=str(tmp_path / "new" / "folder"))
    assert (Path(copied) / "sub" / "a.txt").read_text("utf-8") == "héllo"
    one = mlflow.artifacts.download_artifacts(artifact_uri=place, dst_path=str(tmp_path / "one"))
    assert one == str(tmp_path / "one" / "a.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/sub/a.txt") == "héllo"
    assert mlflow.artifacts.load_text("file://" + place) == "héllo"


@pytest.mark.parametrize("path", ["../up", "/abs", "a/../b", "a\\b", "a/.."])
def test_paths_that_lead_out_are_refused(run_id: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(MlflowException, match="Invalid artifact path"):
        mlflow.log_artifact("a.txt", path)
    with pytest.raises(MlflowException, match="Invalid artifact path"):
        mlflow.log_text("a", f"{path}/x.txt")
    with pytest.raises(MlflowException, match="Invalid"):
        MlflowClient().download_artifacts(run_id, path)
    with pytest.raises(MlflowException):
        mlflow.artifacts.download_artifacts(f"runs:/{run_id}/{path}/%2e%2e/%2e%2e/x")


def test_what_is_not_there(run_id: str, tmp_path: Path) -> None:
    with pytest.raises(MlflowException, match="Failed to download artifacts from path 'nope'") as caught:
        mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="nope")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with pytest.raises(MlflowException, match="Failed to download artifacts from path 'nope'"):
        mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="nope", dst_path=str(tmp_path))
    with pytest.raises(MlflowException, match="Run with id=nobody not found"):
        mlflow.artifacts.list_artifacts(run_id="nobody")
    with pytest.raises(FileNotFoundError):
        mlflow.log_artifact("nope.txt")
    for arguments in ({}, {"artifact_uri": "x", "run_id": "y"}, {"artifact_path": "x"}):
        with pytest.raises(MlflowException, match="Exactly one of `run_id` or `artifact_uri` must be specified"):
            mlflow.artifacts.download_artifacts(**arguments)
        with pytest.raises(MlflowException, match="Exactly one of `run_id` or `artifact_uri` must be specified"):
            mlflow.artifacts.list_artifacts(**arguments)


@pytest.mark.parametrize("uri", ["runs:/", "runs:x", "models:x/1", "models:/", "models:/a@", "models:/@b"])
def test_malformed_uris(uri: str) -> None:
    with pytest.raises(MlflowException, match=f"Not a proper {uri[: uri.index(':')]}:/ URI: {uri}."):
        mlflow.artifacts.download_artifacts(uri)


def test_dicts_are_json_or_yaml(run_id: str) -> None:
    value = {"a": [1, 2], "b": {"c": None}}
    mlflow.log_dict(value, "d/a.json")
    mlflow.log_dict(value, "d/a.yaml")
    mlflow.log_dict({"path": Path("x")}, "d/text.txt")
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/d/a.json") == value
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/d/a.yaml") == "a:\n- 1\n- 2\nb:\n  c: null\n"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/d/text.txt") == {"path": "x"}
    with pytest.raises(MlflowException, match="Unable to form a JSON object from file content"):
        mlflow.artifacts.load_dict(f"runs:/{run_id}/d/a.yaml")
    with pytest.raises(MlflowException, match="Unable to form a PIL Image object from file content"):
        mlflow.artifacts.load_image(f"runs:/{run_id}/d/a.yaml")


def test_figures_of_matplotlib(run_id: str) -> None:
    from matplotlib.figure import Figure

    mlflow.log_figure(Figure(figsize=(1, 1)), "plots/a.png", save_kwargs={"dpi": 10})
    assert mlflow.artifacts.load_image(f"runs:/{run_id}/plots/a.png").size == (10, 10)
    with pytest.raises(TypeError, match="Unsupported figure object type"):
        mlflow.log_figure("no figure", "a.png")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pixels", "first"),
    [
        (np.full((2, 3), 7, np.uint8), 7),
        (np.full((2, 3, 1), 7, np.int64), 7),
        (np.full((2, 3), 0.2), 51),
        (np.full((2, 3), True), 255),
        (np.full((2, 3, 3), 9, np.uint8), (9, 9, 9)),
        (np.full((2, 3, 4), 9, np.uint8), (9, 9, 9, 9)),
    ],
)
def test_arrays_become_images(run_id: str, pixels: np.ndarray, first: object) -> None:
    mlflow.log_image(pixels, "a.png")
    image = mlflow.artifacts.load_image(f"runs:/{run_id}/a.png")
    assert image.size == (3, 2)
    assert image.getpixel((0, 0)) == first


@pytest.mark.parametrize(
    ("image", "error", "sentence"),
    [
        (np.zeros((4, 4, 7), np.uint8), ValueError, "Invalid channel length: 7"),
        (np.zeros(4, np.uint8), ValueError, "must be a 2D or 3D array"),
        (np.full((4, 4), -1), ValueError, "Integer pixel values out of acceptable range"),
        (np.full((4, 4), "x"), TypeError, "Invalid array data type"),
        ("x", TypeError, "Unsupported image object type"),
    ],
)
def test_what_is_no_image(run_id: str, image: object, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        mlflow.log_image(image, "a.png")  # type: ignore[arg-type]


def test_floats_out_of_range_are_rescaled_with_a_warning(run_id: str) -> None:
    with pytest.warns(UserWarning, match="Float pixel values out of acceptable range"):
        mlflow.log_image(np.array([[0.0, 2.0]]), "a.png")
    image = mlflow.artifacts.load_image(f"runs:/{run_id}/a.png")
    assert [image.getpixel((column, 0)) for column in (0, 1)] == [0, 255]


def test_series_of_images(run_id: str) -> None:
    for step in range(20, 26):  # "%23" and "%25" mean something to careless readers
        mlflow.log_image(PIL.Image.new("RGB", (512, 128)), key="deep/key", step=step, timestamp=17)
    mlflow.flush_artifact_async_logging()
    names = _names(run_id, "images")
    assert len(names) == 12
    assert names[0].split("%")[:5] == ["images/deep#key", "step", "20", "timestamp", "17"]
    small = next(name for name in names if name.endswith("%compressed.webp"))
    with PIL.Image.open(MlflowClient().download_artifacts(run_id, small)) as downloaded:
        assert downloaded.size == (256, 64)
    assert mlflow.get_run(run_id).data.tags["mlflow.loggedImages"] == "True"
    for arguments in ({}, {"artifact_file": "a.png", "key": "k"}, {"artifact_file": "a.png", "step": 1}):
        with pytest.raises(TypeError):
            mlflow.log_image(PIL.Image.new("L", (1, 1)), **arguments)
    with pytest.raises(ValueError, match="may only contain alphanumerics"):
        mlflow.log_image(PIL.Image.new("L", (1, 1)), key="a!")


def test_mlflow_images() -> None:
    assert mlflow.Image(np.ones((1, 2, 3), np.uint8)).to_list() == [(1, 1, 1), (1, 1, 1)]
    image = mlflow.Image(np.arange(6, dtype=np.uint8).reshape(2, 3))
    assert (image.size, image.to_list(), image.to_array().shape) == ((3, 2), [0, 1, 2, 3, 4, 5], (2, 3))
    assert image.resize((6, 4)).size == (6, 4)
    image.save("a.png")
    assert mlflow.Image("a.png").to_list() == image.to_list()
    assert mlflow.Image([[1, 2]]).size == (2, 1)


def test_tables_grow_and_load(run_id: str) -> None:
    mlflow.log_table({"a": [1, 2], "t": ["é", None]}, "sub/t.json")
    mlflow.log_table(pd.DataFrame({"a": [3], "new": [0.5]}), "sub/t.json")
    stored = json.loads(mlflow.artifacts.load_text(f"runs:/{run_id}/sub/t.json"))
    assert stored == {"columns": ["a", "t", "new"], "data": [[1, "é", None], [2, None, None], [3, None, 0.5]]}
    assert json.loads(mlflow.get_run(run_id).data.tags["mlflow.loggedArtifacts"]) == [
        {"path": "sub/t.json", "type": "table"}
    ]
    loaded = mlflow.load_table("sub/t.json", extra_columns=["run_id"])
    assert loaded["a"].tolist() == [1, 2, 3]
    assert set(loaded["run_id"]) == {run_id}
    with pytest.raises(MlflowException, match="No runs found with the corresponding table artifact"):
        mlflow.load_table("other.json")
    with pytest.raises(KeyError):
        mlflow.load_table("sub/t.json", extra_columns=["nothing"])


def test_tables_of_single_values_and_images(run_id: str) -> None:
    mlflow.log_table({"text": "x", "image": mlflow.Image([[1, 2]])}, "t.json")
    stored = json.loads(mlflow.artifacts.load_text(f"runs:/{run_id}/t.json"))
    cell = stored["data"][0][1]
    assert cell["type"] == "image"
    assert mlflow.artifacts.load_image(f"runs:/{run_id}/{cell['filepath']}").size == (2, 1)
    assert cell["compressed_filepath"].startswith("table_images/t/")


def test_what_is_no_table(run_id: str) -> None:
    with pytest.raises(ValueError, match=r"'.json' or '.parquet' extension"):
        mlflow.log_table({"a": [1]}, "t.csv")
    with pytest.raises(MlflowException, match=r"data must be a pandas.DataFrame or a dictionary"):
        mlflow.log_table("x", "t.json")  # type: ignore[arg-type]


def test_temporary_folders_and_file_uris(tmp_path: Path) -> None:
    from mlflow.utils.file_utils import TempDir, local_file_uri_to_path, path_to_local_file_uri

    with TempDir(chdr=True) as folder:
        Path("a.txt").write_text("a")
        assert Path(folder.path("a.txt")).read_text() == "a"
    assert not Path(folder.path()).exists()
    assert Path.cwd() == tmp_path
    with TempDir(remove_on_exit=False) as kept:
        pass
    assert Path(kept.path()).is_dir()
    Path(kept.path()).rmdir()
    assert local_file_uri_to_path(path_to_local_file_uri("a b")) == str(tmp_path / "a b")
    assert local_file_uri_to_path("s3://x") == "s3://x"
