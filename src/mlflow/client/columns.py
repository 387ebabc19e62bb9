"""What a search of runs finds, column by column, from stores that can answer so; MLflow's own servers cannot."""

from __future__ import annotations

from typing import NamedTuple

from millrace.calls import Cell, GetRunColumns, GetRunWindow
from millrace.errors import MlflowException, lacks_the_call
from mlflow.client.stores import store_at

ATTRIBUTES = ("run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time")
_CELLS = 2_000_000
"""How many cells are asked for at once, about."""
_ROWS = 10_000
_foreign: set[str] = set()
"""The URIs of stores that do not know these calls."""


class RunTable(NamedTuple):
    """Runs, column by column: the attributes, then all metrics, params and tags that any of them has."""

    rows: int
    columns: dict[str, list[Cell]]


def search_columns(
    uri: str,
    experiment_ids: list[str],
    filter: str,
    run_view_type: int,
    max_results: int,
    order_by: list[str],
) -> RunTable | None:
    """The first runs that a search finds; None where the store cannot tell all of it in this way.

    Raises:
        MlflowException: as the search itself.
    """
    if uri in _foreign:
        return None
    store = store_at(uri)
    try:
        catalogue = store.call(GetRunColumns(experiment_ids, filter, run_view_type))
    except MlflowException as error:
        if not lacks_the_call(error):
            raise
        _foreign.add(uri)
        return None
    if not catalogue.complete:
        return None
    names = [f"attributes.{name}" for name in ATTRIBUTES] + [one.name for one in catalogue.columns]
    columns: dict[str, list[Cell]] = {name: [] for name in names}
    step = min(max(_CELLS // len(names), 100), _ROWS)
    offset, matches = 0, None
    while offset < max_results and (matches is None or offset < matches):
        limit = min(step, max_results - offset)
        window = store.call(GetRunWindow(experiment_ids, filter, run_view_type, order_by, offset, limit, columns=names))
        if matches not in (None, window.matches):
            return None  # runs came or went: who counts rows would miss some
        for column in window.columns:
            columns[column.name] += column.values
        matches = window.matches
        offset += limit
    return RunTable(min(matches or 0, max_results), columns)
