"""The answer to the search of logged models."""

from __future__ import annotations

from collections.abc import Sequence

from millrace.calls import (
    CountLoggedModels,
    DatasetFilter,
    LoggedModelCount,
    LoggedModelPage,
    ModelOrder,
    SearchLoggedModels,
)
from millrace.engine import logged_models
from millrace.engine.run_search import known_experiments
from millrace.engine.search import Related, Source, Sql, check_max_results, condition, find
from millrace.engine.tx import Tx, answers
from millrace.errors import InvalidParameterValue
from millrace.search import LOGGED_MODELS, Order, parse_filter

MAX_MODELS = 50_000


def _texts(table: str) -> Related:
    return Related(
        exists=f"EXISTS (SELECT 1 FROM {table} t WHERE t.model_id = logged_model.id AND t.key = ? AND {{test}})",
        value="t.value",
    )


def _source(datasets: Sequence[DatasetFilter]) -> Source:
    on_datasets, values = _on_datasets(datasets)
    return Source(
        table="logged_model",
        attributes={
            "name": "logged_model.name",
            "model_id": "logged_model.uuid",
            "model_type": "logged_model.model_type",
            "status": "logged_model.status",
            "source_run_id": "logged_model.source_run_id",
            "experiment_id": "CAST(logged_model.experiment_id AS TEXT)",
            "creation_timestamp": "logged_model.created_ms",
            "last_updated_timestamp": "logged_model.updated_ms",
            "id": "logged_model.id",
        },
        related={
            "param": _texts("logged_model_param"),
            "tag": _texts("logged_model_tag"),
            "metric": Related(
                exists=(
                    "EXISTS (SELECT 1 FROM logged_model_metric t WHERE t.model_id = logged_model.id AND t.key = ?"
                    f" AND {on_datasets} AND {{test}})"
                ),
                value="t.value",
                values=tuple(values),
                # Of the points that were measured in several runs or on several datasets, the latest.
                join=(
                    "LEFT JOIN (SELECT model_id, value, 1 AS present, ROW_NUMBER() OVER (PARTITION BY model_id"
                    " ORDER BY step DESC, timestamp_ms DESC, dataset_name, dataset_digest, run_uuid) AS place"
                    " FROM logged_model_metric WHERE key = ?{dataset}) {alias}"
                    " ON {alias}.model_id = logged_model.id AND {alias}.place = 1"
                ),
            ),
        },
        unique="logged_model.id",
    )


def _on_datasets(datasets: Sequence[DatasetFilter]) -> Sql:
    """The condition that a metric `t` was measured on one of the datasets; without any, always."""
    if not datasets:
        return "1 = 1", []
    ways, values = [], []
    for one in datasets:
        if not one.dataset_name:
            raise InvalidParameterValue("`dataset_name` in the `datasets` clause must be specified.")
        ways.append("t.dataset_name = ?" + (" AND t.dataset_digest = ?" if one.dataset_digest else ""))
        values += [text for text in (one.dataset_name, one.dataset_digest) if text]
    return "(" + " OR ".join(ways) + ")", list(values)


@answers(SearchLoggedModels)
def search_logged_models(tx: Tx, call: SearchLoggedModels) -> LoggedModelPage:
    """Search logged models."""
    check_max_results(call.max_results, MAX_MODELS)
    orders = [_order(one) for one in call.order_by] or [Order("attribute", "creation_timestamp", False)]
    source = _source(call.datasets)
    where = _where(tx, source, call)
    if where is None:
        return LoggedModelPage()
    rows, token = find(
        tx,
        source,
        logged_models.COLUMNS,
        where,
        [*orders, Order("attribute", "id", False)],  # of two in one millisecond, the newer first
        limit=call.max_results,
        page_token=call.page_token,
        search=(call.experiment_ids, call.filter, call.order_by, call.datasets),
    )
    return LoggedModelPage(logged_models.from_rows(tx, rows), token)


@answers(CountLoggedModels)
def count_logged_models(tx: Tx, call: CountLoggedModels) -> LoggedModelCount:
    """Count logged models."""
    where = _where(tx, _source(call.datasets), call)
    if where is None:
        return LoggedModelCount()
    tests = " AND ".join(f"({test})" for test, _ in where)
    row = tx.db.row(f"SELECT COUNT(*) FROM logged_model WHERE {tests}", [one for _, values in where for one in values])
    return LoggedModelCount(row[0] if row else 0)


def _where(tx: Tx, source: Source, call: SearchLoggedModels | CountLoggedModels) -> list[Sql] | None:
    """What the models meet that are looked for; None where there are no experiments to look in."""
    tree = parse_filter(call.filter, LOGGED_MODELS)
    numbers = known_experiments(call.experiment_ids)
    if not numbers:
        return None
    where: list[Sql] = [
        (f"logged_model.experiment_id IN ({','.join('?' * len(numbers))})", list(numbers)),
        ("logged_model.stage = 'active'", []),
    ]
    if call.datasets:
        test, values = _on_datasets(call.datasets)
        where.append(
            (f"EXISTS (SELECT 1 FROM logged_model_metric t WHERE t.model_id = logged_model.id AND {test})", values)
        )
    if tree is not None:
        where.append(condition(tx, source, tree))
    return where


def _order(one: ModelOrder) -> Order:
    """One order; raises InvalidParameterValue."""
    entity, dot, key = one.field_name.partition(".")
    ascending = one.ascending is not False
    if entity == "metrics" and key:
        return Order("metric", key, ascending, one.dataset_name, one.dataset_digest)
    if dot:
        raise InvalidParameterValue(f"Invalid order by field name: {one.field_name}. Only metrics are supported.")
    if one.field_name not in LOGGED_MODELS.orders:
        raise InvalidParameterValue(f"Invalid order by field name: {one.field_name}")
    return Order("attribute", LOGGED_MODELS.orders[one.field_name], ascending)
