"""The answer to Ingest: a writer's journalled points, stored once and in the transaction that counts them."""

from __future__ import annotations

from collections import defaultdict

from millrace.calls import Ingest, Ingested, Refusal
from millrace.engine import model_metrics, points, run_rows
from millrace.engine.tx import Tx, answers, now_ms
from millrace.errors import InvalidParameterValue, MlflowException
from millrace.model import Metric
from millrace.model.limits import are_fine, check_metric, columns_are_fine


@answers(Ingest)
def ingest(tx: Tx, call: Ingest) -> Ingested:
    """Store what a writer journalled between two positions."""
    if len({len(call.which), len(call.steps), len(call.timestamps), len(call.values)}) > 1:
        raise InvalidParameterValue(
            "The columns 'which', 'steps', 'timestamps' and 'values' must have the same length."
        )
    if call.which and not 0 <= min(call.which) <= max(call.which) < len(call.series):
        raise InvalidParameterValue("The column 'which' must hold indexes of 'series'.")
    position, moved = advance(tx, call.writer_id, call.start, call.end)
    if not moved:
        return Ingested(position)
    if _stored_whole(tx, call):
        return Ingested(call.end)
    refused = []
    for run_id, parts in _by_run(call).items():
        try:
            row = run_rows.find_active(tx, run_id)
        except MlflowException as error:
            refused += [Refusal(index, error.error_code, error.message) for index in parts]
            continue
        metrics: list[Metric] = []
        for index, found in parts.items():
            try:
                if not are_fine(found):
                    for metric in found:
                        check_metric(metric)
                model_metrics.link(tx, run_id, found)
            except MlflowException as error:
                refused.append(Refusal(index, error.error_code, error.message))
            else:
                metrics += found
        points.append(tx, row[0], row[2], metrics)
    return Ingested(call.end, sorted(refused, key=lambda one: one.series))


def _stored_whole(tx: Tx, call: Ingest) -> bool:
    """Store points that are all of one run, as nearly all are; False where that will not do, and nothing was done."""
    if len({one.run_id for one in call.series}) != 1:
        return False
    if any(one.model_id or one.dataset_name or one.dataset_digest for one in call.series):
        return False
    if not columns_are_fine({one.key for one in call.series}, call.steps, call.timestamps, call.values):
        return False
    try:
        row = run_rows.find_active(tx, call.series[0].run_id)
    except MlflowException:
        return False
    keys = [call.series[index].key for index in call.which]
    points.append_columns(tx, row[0], row[2], keys, call.steps, call.timestamps, call.values)
    return True


def advance(tx: Tx, writer_id: str, start: int, end: int) -> tuple[int, bool]:
    """Move the position of a writer from `start` to `end`; where it is then, and whether it was moved.

    What was journalled between the two is stored in the same transaction, if it was moved, and never otherwise.
    """
    row = tx.db.row(f"SELECT position FROM writer WHERE id = ?{tx.db.change_lock}", (writer_id,))
    position: int = row[0] if row else 0
    if start != position or end <= position:
        return position, False
    tx.db.execute(
        "INSERT INTO writer (id, position, updated_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET position = excluded.position, updated_ms = excluded.updated_ms",
        (writer_id, end, now_ms()),
    )
    return end, True


def _by_run(call: Ingest) -> dict[str, dict[int, list[Metric]]]:
    """The points of each series, by its run and its index."""
    found: dict[str, dict[int, list[Metric]]] = defaultdict(lambda: defaultdict(list))
    columns = zip(call.which, call.steps, call.timestamps, call.values, strict=True)
    for index, step, timestamp, value in columns:
        name = call.series[index]
        found[name.run_id][index].append(
            Metric(
                name.key,
                value,
                timestamp,
                step,
                name.model_id or None,
                name.dataset_name or None,
                name.dataset_digest or None,
            )
        )
    return found
