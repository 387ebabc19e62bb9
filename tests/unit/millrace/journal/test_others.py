"""Journals that somebody else left: sent by a command, or by a thread that watches."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from millrace.calls import CreateRun, GetMetricHistory
from millrace.errors import ResourceMissing
from millrace.journal import Watch, open_journaled, store_of, sync
from millrace.journal.places import journal_of, plain
from millrace.journal.writer import Writer
from millrace.model import Metric
from millrace.store import Store, open_store


def _leave(folder: Path, run_id: str, count: int) -> None:
    writer = Writer(folder, lambda: None)
    assert writer.append(run_id, [Metric("m", 1.0, step, step) for step in range(count)])
    writer.retire()
    writer.release()


def _count(store: Store, run_id: str) -> int:
    return len(store.call(GetMetricHistory(run_id, "m")).metrics)


def test_a_journal_is_sent_once_however_often_and_to_whom_it_belongs(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    run_id = store.call(CreateRun("0")).run.info.run_id
    folder = tmp_path / "journal of a server"
    _leave(folder, run_id, 20)
    _leave(folder, run_id, 30)
    told: list[tuple[int, int]] = []
    assert sync(folder, store, lambda done, total: told.append((done, total))) == 50
    assert told[-1][0] == told[-1][1] > 30 * 28
    assert told == sorted(told)
    assert sync(folder, store) == 0
    assert _count(store, run_id) == 30  # the same points were left twice
    store.close()


def test_what_a_killed_process_left_is_stored_while_somebody_watches(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    run_id = store.call(CreateRun("0")).run.info.run_id
    folder = tmp_path / "store" / "journal"
    watch = Watch(folder, store)
    _leave(folder, run_id, 7)
    for _ in range(200):
        if _count(store, run_id):
            break
        time.sleep(0.05)
    watch.stop()
    assert _count(store, run_id) == 7
    assert list(folder.glob("*.journal")) == []
    store.close()


def test_a_journal_says_whose_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_JOURNAL_DIR", str(tmp_path / "journals"))
    uri = f"sqlite:///{tmp_path}/file.db"
    store = open_journaled(uri)
    run_id = store.call(CreateRun("0")).run.info.run_id
    _leave(store.folder, run_id, 1)
    assert _count(store, run_id) == 1
    assert store.folder.parent == tmp_path / "journals"
    with pytest.raises(ResourceMissing):
        store_of(tmp_path)
    writer = Writer(store.folder, lambda: None, name=journal_of(uri)[1])
    assert writer.append(run_id, [Metric("m", 1.0, 5, 5)])
    assert store_of(store.folder) == uri
    assert _count(store, run_id) == 2
    store.close()


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("http://user:secret@host:5000/path/", "http://host:5000/path"),
        ("postgresql://user:secret@host/db?sslmode=off", "postgresql://host/db"),
        ("sqlite:////a/../b/file.db", "sqlite:////b/file.db"),
        ("file:///a/b%20c", "/a/b c"),
        ("/a/b/", "/a/b"),
    ],
)
def test_secrets_are_no_part_of_a_name(uri: str, name: str) -> None:
    assert plain(uri) == name


def test_the_journal_of_a_folder_is_in_it(tmp_path: Path) -> None:
    assert journal_of(str(tmp_path)) == (tmp_path / "journal", str(tmp_path))
    assert journal_of(tmp_path.as_uri())[0] == tmp_path / "journal"
    (tmp_path / "journal").mkdir()
    assert store_of(tmp_path / "journal") == str(tmp_path)
