from __future__ import annotations

import io
import itertools
import os
import shutil
import threading
from pathlib import Path

import pytest

from millrace.artifacts import Artifacts, Below, LocalArtifacts, download, upload
from millrace.errors import InvalidParameterValue, MlflowException, ResourceMissing
from millrace.model import FileInfo


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def artifacts(root: Path) -> LocalArtifacts:
    return LocalArtifacts(root, hidden=("millrace.db", "journal"))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder beside the root that must stay as it is."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_bytes(b"secret")
    return folder


def read(artifacts: Artifacts, path: str) -> bytes:
    with artifacts.open(path) as stream:
        return stream.read()


def test_what_is_written_is_read_listed_and_deleted(artifacts: LocalArtifacts) -> None:
    assert artifacts.list() == []
    artifacts.write("é ü/漢字 1%.txt", b"one")
    artifacts.write("é ü/b", io.BytesIO(b"two" * 1_000_000))
    artifacts.write("a", b"")
    assert artifacts.list() == [FileInfo("a", False, 0), FileInfo("é ü", True)]
    assert artifacts.list("é ü") == [FileInfo("é ü/b", False, 3_000_000), FileInfo("é ü/漢字 1%.txt", False, 3)]
    assert artifacts.list("a") == artifacts.list("nothing/here") == []
    assert read(artifacts, "é ü/漢字 1%.txt") == b"one"
    artifacts.write("é ü/b", b"new")
    assert read(artifacts, "é ü/b") == b"new"
    artifacts.delete("é ü")
    artifacts.delete("nothing")
    assert artifacts.list() == [FileInfo("a", False, 0)]
    artifacts.delete()
    assert artifacts.list() == []


def test_files_and_folders_are_not_taken_for_each_other(artifacts: LocalArtifacts) -> None:
    artifacts.write("folder/file", b"1")
    with pytest.raises(ResourceMissing, match="No such artifact: 'nope'"):
        artifacts.open("nope")
    with pytest.raises(MlflowException):
        artifacts.open("folder")
    with pytest.raises(InvalidParameterValue, match="folder"):
        artifacts.write("folder", b"2")
    with pytest.raises(ResourceMissing):
        artifacts.write("folder/file/deeper", b"2")
    assert read(artifacts, "folder/file") == b"1"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(artifacts: LocalArtifacts, root: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("broken off")

    artifacts.write("f", b"old")
    with pytest.raises(OSError, match="broken off"):
        artifacts.write("f", Broken())
    assert read(artifacts, "f") == b"old"
    assert os.listdir(root) == ["f"]


def test_links_are_not_followed(artifacts: LocalArtifacts, root: Path, secret: Path) -> None:
    artifacts.write("folder/file", b"1")
    (root / "final").symlink_to(secret / "secret")
    (root / "between").symlink_to(secret)
    (root / "inside").symlink_to(root / "folder")
    (root / "dangling").symlink_to(secret / "new")
    assert [one.path for one in artifacts.list()] == ["folder"]
    for path in ("final", "between/secret", "inside/file", "dangling"):
        with pytest.raises(ResourceMissing):
            artifacts.open(path)
    assert artifacts.list("between") == []
    with pytest.raises(ResourceMissing):
        artifacts.write("between/new", b"2")
    artifacts.write("final", b"2")
    artifacts.write("dangling", b"2")
    assert read(artifacts, "final") == b"2"
    artifacts.delete("between/secret")
    artifacts.delete("between")
    assert not (root / "between").is_symlink()
    assert os.listdir(secret) == ["secret"]
    assert (secret / "secret").read_bytes() == b"secret"


def test_deleting_a_folder_with_links_in_it_keeps_their_targets(
    artifacts: LocalArtifacts, root: Path, secret: Path
) -> None:
    artifacts.write("folder/file", b"1")
    (root / "folder" / "link").symlink_to(secret)
    artifacts.delete("folder")
    assert artifacts.list() == []
    assert (secret / "secret").exists()


def test_links_swapped_in_at_any_moment_lead_nowhere(artifacts: LocalArtifacts, root: Path, secret: Path) -> None:
    (root / "real").mkdir(parents=True)
    (root / "real" / "secret").write_bytes(b"public")
    (root / "link").symlink_to(secret)
    done = threading.Event()

    def swap() -> None:
        for name in itertools.cycle(("real", "link")):
            if done.is_set():
                return
            try:
                os.rename(root / name, root / "folder")
            except OSError:
                shutil.rmtree(root / "folder", ignore_errors=True)  # a write found no folder, and made one
                continue
            os.rename(root / "folder", root / name)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        seen = set()
        for number in range(400):
            try:
                seen.add(read(artifacts, "folder/secret"))
                artifacts.write(f"folder/written{number}", b"x")
                artifacts.delete("folder/secret/")
            except (ResourceMissing, InvalidParameterValue):
                continue
    finally:
        done.set()
        thread.join()
    assert b"secret" not in seen
    assert os.listdir(secret) == ["secret"]


def test_pipes_are_no_files(artifacts: LocalArtifacts, root: Path) -> None:
    root.mkdir()
    os.mkfifo(root / "pipe")
    assert artifacts.list() == []
    with pytest.raises(ResourceMissing):
        artifacts.open("pipe")


@pytest.mark.parametrize(
    "path", ["millrace.db", "MILLRACE.DB", "millrace.db-wal", "journal/x", "./journal", ".millrace-x"]
)
def test_what_is_hidden_is_out_of_reach(artifacts: LocalArtifacts, root: Path, path: str) -> None:
    root.mkdir()
    for name in ("millrace.db", "millrace.db-wal"):
        (root / name).write_bytes(b"data")
    assert artifacts.list() == []
    for act in (artifacts.open, artifacts.list, artifacts.delete, lambda path: artifacts.write(path, b"")):
        with pytest.raises(InvalidParameterValue, match="Invalid path"):
            act(path)
    artifacts.delete()
    assert (root / "millrace.db").read_bytes() == b"data"


def test_a_folder_as_a_root_of_its_own(artifacts: LocalArtifacts) -> None:
    below = Below(artifacts, "/0/run/artifacts/")
    below.write("d/f", b"1")
    assert artifacts.list("0/run/artifacts") == [FileInfo("0/run/artifacts/d", True)]
    assert below.list() == [FileInfo("d", True)]
    assert below.list("d") == [FileInfo("d/f", False, 1)]
    for path in ("../../other", "/etc", "%2e%2e/x"):
        with pytest.raises(InvalidParameterValue, match="Invalid path"):
            below.open(path)
    below.delete()
    assert below.list() == []
    assert Below(artifacts, ".").list() == artifacts.list()


def test_trees_go_up_and_down(artifacts: LocalArtifacts, tmp_path: Path) -> None:
    local = tmp_path / "local"
    (local / "a" / "b").mkdir(parents=True)
    (local / "top é").write_bytes(b"1")
    (local / "a" / "b" / "deep").write_bytes(b"2")
    upload(artifacts, local, "up")
    upload(artifacts, local / "top é")
    assert [one.path for one in artifacts.list("up")] == ["up/a", "up/top é"]
    into = tmp_path / "down"
    into.mkdir()
    assert download(artifacts, "up", into) == into / "up"
    assert (into / "up" / "a" / "b" / "deep").read_bytes() == b"2"
    assert download(artifacts, "top é", into).read_bytes() == b"1"
    with pytest.raises(ResourceMissing):
        download(artifacts, "nothing", into)
    with pytest.raises(MlflowException, match="No such file or directory"):
        upload(artifacts, tmp_path / "nothing")
