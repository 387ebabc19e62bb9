"""Fixtures of the wire tests: our server, played the whole scenario once for the session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # `record.py` is a script: it and the tests import their neighbours by plain names

from player import Exchange, play, read, running_server  # noqa: E402


@pytest.fixture(scope="session")
def recorded() -> dict[str, list[Exchange]]:
    """What a real MLflow server said, by topic."""
    return read(HERE / "transcripts")


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Exchange]]]:
    """What our server says to the same requests, by topic."""
    folder = tmp_path_factory.mktemp("wire")
    with running_server(Path(sys.executable), folder) as url:
        yield play(url, str(folder / "artifacts"))
