"""Answers to the calls that record what a run used and made: datasets and logged models."""

from __future__ import annotations

from millrace.calls import DatasetSummaries, Empty, LogInputs, LogOutputs, SearchDatasets
from millrace.engine import run_rows
from millrace.engine.tx import Tx, answers, experiment_number
from millrace.errors import InvalidParameterValue
from millrace.model import DatasetInput, DatasetSummary
from millrace.model.limits import check_dataset_input

CONTEXT_TAG = "mlflow.data.context"
MAX_SUMMARIES = 1000
MAX_EXPERIMENTS = 20


@answers(LogInputs)
def log_inputs(tx: Tx, call: LogInputs) -> Empty:
    """Record the datasets and logged models that a run used."""
    for one in call.datasets:
        check_dataset_input(one)
    row = run_rows.find_active(tx, call.run_id)
    for one in call.datasets:
        _put_dataset(tx, row[0], row[2], one)
    for model in call.models:
        _put_model(tx, row[0], "in", model.model_id, 0)
    return Empty()


@answers(LogOutputs)
def log_outputs(tx: Tx, call: LogOutputs) -> Empty:
    """Record the logged models that a run made."""
    row = run_rows.find_active(tx, call.run_id)
    for model in call.models:
        _put_model(tx, row[0], "out", model.model_id, model.step)
    return Empty()


def _put_dataset(tx: Tx, run: int, experiment: int, one: DatasetInput) -> None:
    """Record a dataset as used by a run; the same dataset twice is one input, whose tags are those of the first."""
    data = one.dataset
    tx.db.execute(
        "INSERT INTO dataset (experiment_id, name, digest, source_type, source, schema, profile)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (experiment_id, name, digest) DO NOTHING",
        (experiment, data.name, data.digest, data.source_type, data.source, data.schema, data.profile),
    )
    found = tx.db.row(
        "SELECT id FROM dataset WHERE experiment_id = ? AND name = ? AND digest = ?",
        (experiment, data.name, data.digest),
    )
    assert found is not None
    context = next((tag.value for tag in one.tags if tag.key == CONTEXT_TAG), None)
    new = tx.db.execute(
        "INSERT INTO dataset_input (run_id, dataset_id, position, context)"
        " VALUES (?, ?, (SELECT COUNT(*) FROM dataset_input WHERE run_id = ?), ?)"
        " ON CONFLICT (run_id, dataset_id) DO NOTHING",
        (run, found[0], run, context),
    )
    if not new:
        return
    tx.db.many(
        "INSERT INTO dataset_input_tag (run_id, dataset_id, key, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id, dataset_id, key) DO UPDATE SET value = excluded.value",
        [(run, found[0], tag.key, tag.value) for tag in one.tags],
    )


def _put_model(tx: Tx, run: int, direction: str, model_id: str, step: int) -> None:
    tx.db.execute(
        "INSERT INTO run_model (run_id, direction, model_uuid, step, position)"
        " VALUES (?, ?, ?, ?, (SELECT COUNT(*) FROM run_model WHERE run_id = ? AND direction = ?))"
        " ON CONFLICT (run_id, direction, model_uuid) DO UPDATE SET step = excluded.step",
        (run, direction, model_id, step, run, direction),
    )


@answers(SearchDatasets)
def search_datasets(tx: Tx, call: SearchDatasets) -> DatasetSummaries:
    """List the datasets that active runs of some experiments used."""
    if not call.experiment_ids:
        raise InvalidParameterValue("SearchDatasets request must specify at least one experiment_id.")
    if len(call.experiment_ids) > MAX_EXPERIMENTS:
        raise InvalidParameterValue(
            f"SearchDatasets request cannot specify more than {MAX_EXPERIMENTS} experiment_ids. "
            f"Received {len(call.experiment_ids)} experiment_ids."
        )
    numbers = [experiment_number(one) for one in call.experiment_ids]
    rows = tx.select_in(
        "SELECT DISTINCT d.experiment_id, d.name, d.digest, i.context FROM dataset d"
        " JOIN dataset_input i ON i.dataset_id = d.id JOIN run ON run.id = i.run_id"
        f" WHERE run.stage = 'active' AND d.experiment_id IN (*) ORDER BY 1, 2, 3, 4 LIMIT {MAX_SUMMARIES}",
        numbers,
    )
    return DatasetSummaries([DatasetSummary(str(row[0]), *row[1:]) for row in rows[:MAX_SUMMARIES]])
