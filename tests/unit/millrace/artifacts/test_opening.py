from __future__ import annotations

import sys
from pathlib import Path

import pytest

from millrace.artifacts import local_folder, open_artifacts
from millrace.errors import InvalidParameterValue, MlflowException


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("/a/b", "/a/b"),
        ("/a/../b", "/b"),
        ("file:///a%20b/c%23d", "/a b/c#d"),
        ("file:/a", "/a"),
        ("file://localhost/a", "/a"),
        ("FILE:///a#b?c", "/a#b?c"),
        ("/with:colon/x", "/with:colon/x"),
    ],
)
def test_paths_and_file_uris_are_folders(uri: str, folder: str) -> None:
    assert local_folder(uri) == Path(folder)


def test_relative_paths_start_here(tmp_path: Path) -> None:
    assert local_folder("mlruns/0") == tmp_path / "mlruns" / "0"


@pytest.mark.parametrize("uri", ["s3://b/p", "mlflow-artifacts:/0", "http://h/x", "dbfs:/x", "runs:/1/a"])
def test_other_uris_are_no_folders(uri: str) -> None:
    assert local_folder(uri) is None


@pytest.mark.parametrize("uri", ["file://elsewhere/share", "/a\0b", "file:///a\0"])
def test_folders_of_other_machines_are_refused(uri: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Invalid path"):
        local_folder(uri)


def test_unknown_schemes_are_refused_in_a_sentence() -> None:
    with pytest.raises(InvalidParameterValue, match="No artifacts can be opened at 'dbfs:/x'"):
        open_artifacts("dbfs:/x")
    with pytest.raises(InvalidParameterValue, match="is served by a tracking server"):
        open_artifacts("mlflow-artifacts:/x", tracking_uri="/a/folder")
    with pytest.raises(InvalidParameterValue, match="Invalid path"):
        open_artifacts("mlflow-artifacts:/../x", tracking_uri="http://127.0.0.1:1")


def test_a_missing_library_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(MlflowException, match=r"pip install 'millrace\[cloud\]'"):
        open_artifacts("s3://bucket/path")
