"""What is kept between calls: as long as the data is the same, and within bounds."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from millrace.calls import ChangeRuns, CreateExperiment, CreateRun, GetRunWindow, LogBatch, SetTag
from millrace.engine import Engine, kept, open_engine, run_order, run_table
from millrace.engine.kept import Kept
from millrace.errors import InvalidParameterValue
from millrace.model import Param


def _counting(value: object) -> tuple[list[object], Callable[[], object]]:
    made: list[object] = []

    def make() -> object:
        made.append(value)
        return value

    return made, make


def test_a_value_is_made_once_for_each_state() -> None:
    store = Kept()
    made, make = _counting("value")
    assert [store.get(1, "key", make), store.get(1, "key", make)] == ["value", "value"]
    assert len(made) == 1
    store.get(2, "key", make)
    assert len(made) == 2
    store.get(1, "key", make)
    assert len(made) == 3


def test_without_a_state_nothing_is_kept() -> None:
    store = Kept()
    made, make = _counting("value")
    store.get(None, "key", make)
    store.get(None, "key", make)
    assert len(made) == 2


def test_what_was_used_last_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_ENTRIES", 2)
    store = Kept()
    for key in ("a", "b", "a", "c"):
        store.get(1, key, lambda: "value")
    made, make = _counting("value")
    store.get(1, "a", make)
    assert not made
    store.get(1, "b", make)
    assert made


def test_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_BYTES", 100)
    store = Kept()
    made, make = _counting(np.zeros(10))
    store.get(1, "a", make)
    store.get(1, "b", make)
    store.get(1, "b", make)
    assert len(made) == 2
    store.get(1, "a", make)
    assert len(made) == 3
    huge, make_huge = _counting(np.zeros(1000))
    assert len(store.get(1, "huge", make_huge)) == 1000  # type: ignore[arg-type]
    store.get(1, "huge", make_huge)
    assert len(huge) == 2


@pytest.fixture(params=["folder", "postgres"])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Two engines on one store, as two processes have them."""
    uri = str(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("postgres_uri")
    both = open_engine(uri), open_engine(uri)
    yield both
    for engine in both:
        engine.close()


def test_writes_of_others_are_seen_at_once(engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = engines
    found: list[object] = []
    search = run_order._found
    monkeypatch.setattr(run_order, "_found", lambda tx, search_: found.append(search_) or search(tx, search_))
    id_ = here.call(CreateExperiment("e")).experiment_id
    window = GetRunWindow([id_], "params.a = '1'", columns=["tags.t"])
    run_id = there.call(CreateRun(id_, start_time=1)).run.info.run_id
    assert here.call(window).rows == 0
    there.call(LogBatch(run_id, params=[Param("a", "1")]))
    assert here.call(window).run_ids == [run_id]
    there.call(SetTag(run_id, "t", "x"))
    assert here.call(window).columns[0].values == ["x"]
    before = len(found)
    assert [here.call(window).rows for _ in range(3)] == [1, 1, 1]
    # On PostgreSQL, what others do elsewhere on the server counts as a change, too.
    assert len(found) == before or here.database.takes_turns is False
    there.call(ChangeRuns("delete", [run_id]))
    assert here.call(window).rows == 0


def test_a_run_that_goes_between_list_and_rows_is_passed_over(engines: tuple[Engine, Engine]) -> None:
    here, _ = engines
    id_ = here.call(CreateExperiment("e")).experiment_id
    run_id = here.call(CreateRun(id_)).run.info.run_id

    class Stale(Kept):
        def get(self, state: object, key: object, make: Callable[[], object], **_: object) -> object:  # type: ignore[override]
            made = make()
            return made + array("q", [10**6]) if isinstance(made, array) else made

    here._known.kept = Stale()
    for tree in ("none", "closed"):
        assert here.call(GetRunWindow([id_], columns=["attributes.run_id"], tree=tree)).run_ids == [run_id]  # type: ignore[arg-type]


def test_what_is_kept_survives_closing(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "store"))
    for n in (1, 2):
        engine.call(CreateRun("0"))
        assert engine.call(GetRunWindow(["0"])).rows == n
        engine.close()
    engine.close()


def test_cells_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_table, "MAX_CELLS", 3)
    engine = open_engine(str(tmp_path / "store"))
    for _ in range(2):
        engine.call(CreateRun("0"))
    names = ["attributes.run_id", "attributes.status"]
    with pytest.raises(InvalidParameterValue, match="2 rows of 2 columns"):
        engine.call(GetRunWindow(["0"], columns=names))
    assert len(engine.call(GetRunWindow(["0"], columns=names, limit=1)).run_ids) == 1
    engine.close()
