"""A store behind a door, and the folder of its journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.store import open_store
from tests.unit.millrace.journal.gates import Gate


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    opened = Gate(open_store(str(tmp_path / "store")))
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store" / "journal"
