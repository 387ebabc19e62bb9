"""Which processes have which runs open, and the end of runs whose processes have all died.

Nothing here compares clocks: whoever watches for silence looks whether `beats` still grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from millrace.calls import Attend, Empty, EndAbandoned, EndedRuns
from millrace.engine import points, run_rows
from millrace.engine.db import Row
from millrace.engine.texts import put_texts
from millrace.engine.tx import Tx, answers, now_ms
from millrace.model import LifecycleStage, RunTag

END_REASON = "millrace.endReason"
"""The tag that says why a run ended, where that is not just that it was over."""
_LONGEST = 5000

_BEGIN = (
    "INSERT INTO attendance (run_id, process, beats, heard_ms) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (run_id, process) DO UPDATE SET beats = excluded.beats, heard_ms = excluded.heard_ms, ended_ms = NULL"
)


class Heard(NamedTuple):
    """A process that has a run open, and how often it has said so."""

    run_id: str
    process_id: str
    beats: int


def begin(tx: Tx, run: int, process: str) -> None:
    """Write down that a process has a run (by row id) open from now on."""
    tx.db.execute(_BEGIN, (run, process, 0, now_ms()))
    _forget_reason(tx, run)


def forget(tx: Tx, run: int) -> None:
    """Forget who has a run open: somebody has said what it is."""
    if any(ended for (ended,) in tx.db.rows("DELETE FROM attendance WHERE run_id = ? RETURNING ended_ms", (run,))):
        _forget_reason(tx, run)  # which was that nothing was heard


def keep_reason(tx: Tx, run: int, experiment: int, reason: str) -> None:
    """Keep why a run ended."""
    put_texts(tx, "tag", run, experiment, [RunTag(END_REASON, reason[:_LONGEST])])


def _forget_reason(tx: Tx, run: int) -> None:
    key = tx.key_id(END_REASON)
    if key is not None:
        tx.db.execute("DELETE FROM tag WHERE run_id = ? AND key_id = ?", (run, key))


def heard(tx: Tx) -> list[Heard]:
    """Every process that has a run open and says so again and again; those that never did are left out."""
    rows = tx.db.rows(
        "SELECT r.uuid, a.process, a.beats FROM attendance a JOIN run r ON r.id = a.run_id"
        " WHERE a.beats > 0 AND a.ended_ms IS NULL"
    )
    return [Heard(*row) for row in rows]


@answers(Attend)
def attend(tx: Tx, call: Attend) -> Empty:
    """Note that a process is alive."""
    for row in _rows(tx, call.run_ids):
        known = tx.db.row("SELECT ended_ms FROM attendance WHERE run_id = ? AND process = ?", (row[0], call.process_id))
        if known is None and row[5] == "RUNNING":
            tx.db.execute(_BEGIN, (row[0], call.process_id, 1, now_ms()))
        elif known is not None:
            tx.db.execute(
                "UPDATE attendance SET beats = beats + 1, heard_ms = ?, ended_ms = NULL"
                " WHERE run_id = ? AND process = ?",
                (now_ms(), row[0], call.process_id),
            )
            if known[0] is not None:
                _revive(tx, row)
    return Empty()


@answers(EndAbandoned)
def end_abandoned(tx: Tx, call: EndAbandoned) -> EndedRuns:
    """End runs of a dead process."""
    ended = []
    there = run_rows.ids(tx, call.run_ids)
    for row in _rows(tx, call.run_ids):
        where = (row[0], call.process_id)
        known = tx.db.row("SELECT heard_ms, ended_ms FROM attendance WHERE run_id = ? AND process = ?", where)
        if known is None or known[1] is not None:
            continue
        tx.db.execute("UPDATE attendance SET ended_ms = ? WHERE run_id = ? AND process = ?", (now_ms(), *where))
        shared = tx.db.row("SELECT 1 FROM attendance WHERE run_id = ? AND process <> ? AND ended_ms IS NULL", where)
        if not shared and row[5] == "RUNNING":
            _end(tx, row, known[0], call.reason)
            ended.append(row[1])
    return EndedRuns(ended, [run_id for run_id in call.run_ids if run_id not in there])


def end_silent(tx: Tx, silent: Sequence[Heard], reason: str) -> list[str]:
    """End the runs of processes that were not heard since; the ids of those runs."""
    ended: list[str] = []
    for run_id, process_id, beats in silent:
        still = tx.db.row(
            "SELECT 1 FROM attendance a JOIN run r ON r.id = a.run_id"
            " WHERE r.uuid = ? AND a.process = ? AND a.beats = ?",
            (run_id, process_id, beats),
        )
        if still:
            ended += end_abandoned(tx, EndAbandoned(process_id, [run_id], reason)).run_ids
    return ended


def _rows(tx: Tx, run_ids: Sequence[str]) -> list[Row]:
    """The rows (`run_rows.COLUMNS`) of runs that are there and not deleted, in one order for everybody."""
    found = tx.select_in(
        f"SELECT {run_rows.COLUMNS} FROM run WHERE uuid IN (*) ORDER BY id{tx.db.change_lock}", sorted(set(run_ids))
    )
    return [row for row in found if row[8] == LifecycleStage.ACTIVE]


def _end(tx: Tx, row: Row, heard_ms: int, reason: str) -> None:
    """End a run when something of it was heard last."""
    latest = tx.db.row("SELECT MAX(timestamp_ms) FROM metric_latest WHERE run_id = ?", (row[0],))
    # Timestamps of points are what users make of them.
    point_ms = min(latest[0] or 0 if latest else 0, now_ms())
    end_ms = max(row[6], heard_ms, point_ms)
    tx.db.execute("UPDATE run SET status = 'KILLED', end_ms = ? WHERE id = ?", (end_ms, row[0]))
    keep_reason(tx, row[0], row[2], reason or "The process that logged this run died without ending it.")
    points.settle(tx, row[0])
    tx.touch(row[2], row[1])


def _revive(tx: Tx, row: Row) -> None:
    """Have a run go on that was ended too soon; one that somebody ended since stays as it is (see `forget`)."""
    tx.db.execute("UPDATE run SET status = 'RUNNING', end_ms = NULL WHERE id = ?", (row[0],))
    _forget_reason(tx, row[0])
    tx.touch(row[2], row[1])
