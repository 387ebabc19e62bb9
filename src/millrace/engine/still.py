"""Whether a list of runs that was computed before some writes still holds: logging does not make it be computed again.

A run that goes on is written to all the time, and with it the state of the data is another one. But its new points
leave a list as it is unless they change what matches, or what the list is ordered by. Which runs were written to stands
in the table of changes; these alone are looked at: whether each matches as before, and stands between its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from millrace.engine import changes
from millrace.engine.run_plan import Scope, matching_ids
from millrace.engine.run_search import source_of, with_summaries
from millrace.engine.tx import TRACES, Tx
from millrace.search import RUNS, And, Node, parse_filter
from millrace.series.lazy import LazyModule

if TYPE_CHECKING:
    from array import array

    import numpy as np
    import numpy.typing as npt

    Key = npt.NDArray[np.float64] | npt.NDArray[np.int64]
else:
    np = LazyModule("numpy")

MOST = 100
"""With more runs that were written to, the list is computed again."""
MARGIN_MS = 6000
"""A change that was written down so long before may have become visible since, or stand for what came behind it."""

Keys = Callable[[Sequence[int]], Sequence["Key"]]
"""What runs are sorted by, the most important first."""


class Written(NamedTuple):
    """A run that was written to."""

    id: int
    uuid: str
    in_scope: bool


def written(tx: Tx, scope: Scope, since_ms: int) -> list[Written] | None:
    """The runs of the experiments that were written to since; None where that is not known run by run."""
    after = since_ms - MARGIN_MS
    if changes.forgotten(after):
        return None
    rows = tx.db.rows(f"SELECT experiment_id, run_uuid FROM change WHERE seq > ? LIMIT {MOST + 1}", (after,))
    if len(rows) > MOST:
        return None
    if _restaged(tx, [experiment for experiment, uuid in rows if not uuid and experiment in scope.experiments], after):
        return None
    found = [uuid for experiment, uuid in rows if experiment in scope.experiments and uuid not in ("", TRACES)]
    known = tx.select_in("SELECT id, uuid, experiment_id, stage FROM run WHERE uuid IN (*)", found)
    if len(known) < len(found):
        return None  # all runs of an experiment, or a run that is gone
    return [
        Written(id_, uuid, experiment in scope.experiments and stage in scope.stages)
        for id_, uuid, experiment, stage in known
    ]


def _restaged(tx: Tx, experiments: Sequence[int], after_ms: int) -> bool:
    """Whether some of the experiments may have been deleted or restored, and with them their runs: then their times of
    change are late, which logged models do not move."""
    rows = tx.select_in("SELECT updated_ms FROM experiment WHERE id IN (*)", experiments)
    return any(updated > after_ms for (updated,) in rows)


def list_holds(tx: Tx, scope: Scope, text: str, ids: array[int], since_ms: int, keys: Keys | None = None) -> bool:
    """Whether the runs that match a filter are the same as then, and in the same order."""
    runs = written(tx, scope, since_ms)
    if runs is None:
        return False
    if not runs:
        return True
    listed = np.frombuffer(ids, np.int64)
    places = np.flatnonzero(np.isin(listed, [run.id for run in runs]))
    if set(listed[places].tolist()) != _matching(tx, scope, text, runs):
        return False
    if keys is None or not len(places):
        return True
    near = np.unique(np.concatenate((places - 1, places, places + 1)))
    some = listed[near[(near >= 0) & (near < len(listed))]].tolist()
    # The keys that come first are the most important ones; what is alike in all of them is the newest first.
    order = np.lexsort([*_newest_first(tx, some), *keys(some)[::-1]])
    return bool((order == np.arange(len(some))).all())


def _matching(tx: Tx, scope: Scope, text: str, runs: Sequence[Written]) -> set[int]:
    inside = [run for run in runs if run.in_scope]
    tree = parse_filter(text, RUNS)
    if tree is None or not inside:
        return {run.id for run in inside}
    these = parse_filter(f"attributes.run_id IN ({', '.join(repr(run.uuid) for run in inside)})", RUNS)
    both: Node = And((with_summaries(tx, tree), *([these] if these else [])))
    return set(matching_ids(tx, source_of(tx), scope, both))


def _newest_first(tx: Tx, ids: Sequence[int]) -> list[Key]:
    """Keys for `lexsort`: the id of what began at the same time, then the begin."""
    found = tx.select_in("SELECT id, uuid, start_ms FROM run WHERE id IN (*)", ids)
    rows = {id_: (uuid, start) for id_, uuid, start in found}
    order = {uuid: place for place, uuid in enumerate(sorted(uuid for uuid, _ in rows.values()))}
    return [
        np.array([order[rows[id_][0]] for id_ in ids], np.int64),
        np.array([-rows[id_][1] for id_ in ids], np.int64),
    ]


def parents_hold(tx: Tx, scope: Scope, key: int, parents: Mapping[int, int], since_ms: int) -> bool:
    """Whether the parents of the runs in a scope, which the tag with this key names, are the same as then."""
    runs = written(tx, scope, since_ms)
    if runs is None or any(not run.in_scope for run in runs):
        return False
    ids = {run.uuid: run.id for run in runs}
    own = tx.select_in("SELECT run_id, value FROM tag WHERE key_id = ? AND run_id IN (*)", list(ids.values()), [key])
    found = tx.select_in("SELECT uuid, id, experiment_id, stage FROM run WHERE uuid IN (*)", [uuid for _, uuid in own])
    above = {
        uuid: id_ for uuid, id_, experiment, stage in found if experiment in scope.experiments and stage in scope.stages
    }
    named = {run: above.get(uuid) for run, uuid in own}
    if any(parents.get(run.id) != named.get(run.id) for run in runs):
        return False
    marks = ",".join("?" * len(scope.experiments))
    inside = f"SELECT run_id, value FROM tag WHERE key_id = ? AND experiment_id IN ({marks})"
    below = tx.select_in(f"{inside} AND SUBSTR(value, 1, 64) IN (*)", list(ids), [key, *scope.experiments])
    return all(parents.get(run) == ids.get(uuid) for run, uuid in below)
