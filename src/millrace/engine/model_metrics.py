"""Metrics that are linked to logged models, as well as to the run that logged them."""

from __future__ import annotations

from collections.abc import Sequence

from millrace.engine.tx import Tx
from millrace.errors import ResourceMissing
from millrace.model import Metric


def link(tx: Tx, run_id: str, metrics: Sequence[Metric]) -> None:
    """Link those of a run's points to logged models that name one.

    Raises:
        ResourceMissing: one names a logged model that does not exist.
    """
    linked = [metric for metric in metrics if metric.model_id]
    if not linked:
        return
    uuids = sorted({metric.model_id for metric in linked if metric.model_id})
    ids: dict[str | None, int] = dict(
        tx.select_in("SELECT uuid, id FROM logged_model WHERE stage = 'active' AND uuid IN (*)", uuids)
    )
    for uuid in uuids:
        if uuid not in ids:
            raise ResourceMissing(f"Logged model with ID '{uuid}' not found.")
    for metric in linked:
        tx.db.execute(
            "INSERT INTO logged_model_metric"
            " (model_id, key, run_uuid, dataset_name, dataset_digest, value, step, timestamp_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (model_id, key, run_uuid, dataset_name, dataset_digest) DO UPDATE SET"
            " value = excluded.value, step = excluded.step, timestamp_ms = excluded.timestamp_ms"
            " WHERE (excluded.step, excluded.timestamp_ms)"
            " >= (logged_model_metric.step, logged_model_metric.timestamp_ms)",
            (
                ids[metric.model_id],
                metric.key,
                run_id,
                metric.dataset_name or "",
                metric.dataset_digest or "",
                float(metric.value),
                metric.step,
                metric.timestamp,
            ),
        )
