from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from millrace.artifacts import LocalArtifacts, MultipartUploads
from millrace.errors import InvalidParameterValue, ResourceMissing


@pytest.fixture
def artifacts(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "root")


@pytest.fixture
def uploads(artifacts: LocalArtifacts) -> MultipartUploads:
    return MultipartUploads(artifacts)


def test_parts_become_one_file_in_the_order_of_their_numbers(
    artifacts: LocalArtifacts, uploads: MultipartUploads
) -> None:
    upload = uploads.begin("d/é")
    second = uploads.part(upload, 2, b"two")
    uploads.part(upload, 1, b"wrong")
    first = uploads.part(upload, 1, io.BytesIO(b"one" * 1_000_000))
    assert artifacts.list() == []
    uploads.complete(upload, "d/é", [(2, second), (1, f'"{first}"')])
    with artifacts.open("d/é") as stream:
        assert stream.read() == b"one" * 1_000_000 + b"two"
    assert os.listdir(artifacts.root / ".millrace-uploads") == []
    with pytest.raises(ResourceMissing):
        uploads.complete(upload, "d/é", [(1, first)])


def test_what_does_not_fit_is_refused(artifacts: LocalArtifacts, uploads: MultipartUploads) -> None:
    upload = uploads.begin("f")
    etag = uploads.part(upload, 1, b"1")
    for parts in ([], [(2, etag)], [(1, "other")], [(1, etag), (2, etag)], [(1, etag), (1, etag)]):
        with pytest.raises(InvalidParameterValue):
            uploads.complete(upload, "f", parts)
    with pytest.raises(InvalidParameterValue, match="is not one of 'other'"):
        uploads.complete(upload, "other", [(1, etag)])
    for number in (0, -1, 10_001):
        with pytest.raises(InvalidParameterValue, match="Part numbers"):
            uploads.part(upload, number, b"")
    for unknown in ("", "..", "0" * 32, "../../x"):
        with pytest.raises(ResourceMissing):
            uploads.part(unknown, 1, b"")
    with pytest.raises(InvalidParameterValue, match="Invalid path"):
        uploads.begin("../f")
    assert artifacts.list() == []


def test_an_aborted_upload_leaves_nothing(artifacts: LocalArtifacts, uploads: MultipartUploads) -> None:
    upload = uploads.begin("f")
    uploads.part(upload, 1, b"1")
    uploads.abort(upload, "f")
    assert os.listdir(artifacts.root / ".millrace-uploads") == []
    with pytest.raises(ResourceMissing):
        uploads.part(upload, 1, b"1")


def test_uploads_that_nobody_finished_are_forgotten(artifacts: LocalArtifacts, uploads: MultipartUploads) -> None:
    old = uploads.begin("f")
    os.utime(artifacts.root / ".millrace-uploads" / old, (1, 1))
    new = uploads.begin("f")
    assert os.listdir(artifacts.root / ".millrace-uploads") == [new]
