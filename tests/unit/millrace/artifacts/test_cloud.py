from __future__ import annotations

import io

import pytest
from obstore.store import MemoryStore

from millrace.artifacts.cloud import CloudArtifacts
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import FileInfo


@pytest.fixture
def artifacts() -> CloudArtifacts:
    return CloudArtifacts("memory:///", MemoryStore())


def test_what_is_written_is_read_listed_and_deleted(artifacts: CloudArtifacts) -> None:
    artifacts.write("d/é 1", b"one")
    artifacts.write("d/e/f", io.BytesIO(b"two" * 5_000_000))
    artifacts.write("a", b"")
    assert artifacts.list() == [FileInfo("a", False, 0), FileInfo("d", True)]
    assert artifacts.list("d") == [FileInfo("d/e", True), FileInfo("d/é 1", False, 3)]
    assert artifacts.list("a") == artifacts.list("nothing") == []
    with artifacts.open("d/e/f") as stream:
        assert stream.read(4) == b"twot"
        assert len(stream.read()) == 14_999_996
    artifacts.delete("d")
    artifacts.delete("nothing")
    assert artifacts.list() == [FileInfo("a", False, 0)]
    with pytest.raises(ResourceMissing):
        artifacts.open("d/é 1")
    artifacts.delete()
    assert artifacts.list() == []


def test_a_folder_is_not_deleted_by_a_part_of_its_name(artifacts: CloudArtifacts) -> None:
    artifacts.write("model/a", b"1")
    artifacts.write("model2/a", b"2")
    artifacts.delete("model")
    assert [one.path for one in artifacts.list()] == ["model2"]


@pytest.mark.parametrize("path", ["../x", "a/../../x", "%2e%2e/x", "/x", "file:///x", ""])
def test_paths_stay_below_the_root(artifacts: CloudArtifacts, path: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Invalid path"):
        artifacts.open(path)
    with pytest.raises(InvalidParameterValue, match="Invalid path"):
        artifacts.write(path, b"")


def test_parts_of_an_object_are_read(artifacts: CloudArtifacts) -> None:
    data = bytes(range(256)) * 9000
    artifacts.write("a", data)
    with artifacts.open("a") as stream:
        assert stream.seekable()
        assert stream.seek(0, 2) == len(data)
        assert stream.read() == b""
        assert stream.seek(2_000_000) == 2_000_000
        assert stream.read(10) == data[2_000_000:2_000_010]
        stream.seek(0)
        assert stream.read() == data
