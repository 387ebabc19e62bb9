"""The suite of `millrace.testing` over every store that we have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.journal import open_journaled
from millrace.store import Store, open_store
from millrace.testing import StoreSuite


class TestFolder(StoreSuite):
    """The engine on SQLite, in a folder."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        opened = open_store(str(tmp_path / "store"))
        yield opened
        opened.close()


class TestPostgres(StoreSuite):
    """The engine on a real PostgreSQL."""

    @pytest.fixture
    def store(self, postgres_uri: str) -> Iterator[Store]:
        opened = open_store(postgres_uri)
        yield opened
        opened.close()


class TestRemote(StoreSuite):
    """A store over HTTP, on a server of ours with the engine on SQLite behind it."""

    @pytest.fixture
    def store(self, served_store: str) -> Iterator[Store]:
        opened = open_store(served_store)
        yield opened
        opened.close()


class TestJournaled(StoreSuite):
    """A journal in front of the engine, in a folder."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        opened = open_journaled(str(tmp_path / "store"))
        yield opened
        opened.close()


class TestJournaledRemote(StoreSuite):
    """A journal in front of a server of ours."""

    @pytest.fixture
    def store(self, served_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
        monkeypatch.setenv("MILLRACE_JOURNAL_DIR", str(tmp_path / "journals"))
        opened = open_journaled(served_store)
        yield opened
        opened.close()
