"""Answers to the searches of runs and of experiments."""

from __future__ import annotations

from millrace.calls import CountRuns, ExperimentPage, RunCount, RunPage, SearchExperiments, SearchRuns
from millrace.engine import experiments, run_rows
from millrace.engine.run_plan import Scope, count_runs, find_runs
from millrace.engine.search import (
    Related,
    Source,
    Sql,
    check_max_results,
    condition,
    find,
    mark_of,
    page_of,
    position_of,
    sorting,
)
from millrace.engine.tx import Tx, answers, experiment_number
from millrace.errors import ResourceMissing
from millrace.model import ViewType
from millrace.search import (
    EXPERIMENTS,
    RUNS,
    And,
    Comparison,
    Node,
    Not,
    Or,
    Order,
    parse_filter,
    parse_order_by,
)

MAX_RUNS = 50_000
MAX_EXPERIMENTS = 50_000
DEFAULT_EXPERIMENTS = 1000


def _of_run(table: str, column: str = "value") -> Related:
    return Related(
        exists=f"EXISTS (SELECT 1 FROM {table} t WHERE t.run_id = run.id AND t.key_id = ? AND {{test}})",
        value=column,
        key_as="id",
        join=(
            f"LEFT JOIN (SELECT t.run_id, t.key_id, {column} AS value, 1 AS present FROM {table} t) {{alias}}"
            " ON {alias}.run_id = run.id AND {alias}.key_id = ?"
        ),
    )


SUMMARIES = {
    "min": "t.minimum",
    "max": "t.maximum",
    "mean": "(t.total / NULLIF(t.numbers, 0))",
    "count": "t.n",
    "first_step": "t.first_step",
    "last_step": "t.step",
}
"""What `metrics.loss.min` and its like are in the table of summaries."""

_RELATED = {
    "metric": _of_run("metric_latest", "t.value"),
    "param": _of_run("param", "t.value"),
    "tag": _of_run("tag", "t.value"),
    **{f"metric.{name}": _of_run("metric_latest", column) for name, column in SUMMARIES.items()},
    "dataset": Related(
        exists=(
            "EXISTS (SELECT 1 FROM (SELECT i.run_id, d.name, d.digest, i.context FROM dataset_input i"
            " JOIN dataset d ON d.id = i.dataset_id) t WHERE t.run_id = run.id AND {test})"
        ),
        value="t.{key}",
        key_as="",
    ),
}


def source_of(tx: Tx) -> Source:
    """Runs as what is searched."""
    home = tx.locations.home.replace("'", "''")
    location = (
        f"(SELECT CASE WHEN e.location LIKE 'home:%' THEN '{home}' || SUBSTR(e.location, 6) ELSE e.location END"
        " FROM experiment e WHERE e.id = run.experiment_id)"
    )
    return Source(
        table="run",
        attributes={
            "run_id": "run.uuid",
            "run_name": "run.name",
            "status": "run.status",
            "user_id": "run.user_id",
            "start_time": "run.start_ms",
            "end_time": "run.end_ms",
            "artifact_uri": f"({location} || '/' || run.uuid || '/artifacts')",
        },
        related=_RELATED,
        unique="run.uuid",
        never_null=frozenset(("run_id", "run_name", "status", "user_id", "start_time")),
    )


@answers(SearchRuns)
def search_runs(tx: Tx, call: SearchRuns) -> RunPage:
    """Search runs."""
    check_max_results(call.max_results, MAX_RUNS)
    tree = parse_filter(call.filter, RUNS)
    orders = parse_order_by(call.order_by, RUNS)
    numbers = known_experiments(call.experiment_ids)
    if not numbers:
        return RunPage()
    if not any(order.key == "start_time" and order.entity == "attribute" for order in orders):
        orders = [*orders, Order("attribute", "start_time", False)]
    tree = tree and with_summaries(tx, tree)
    orders = [order_with_summaries(tx, order) for order in orders]
    source = source_of(tx)
    keys = len(sorting(tx, source, orders)[2])
    mark = mark_of((call.experiment_ids, call.filter, call.order_by, call.run_view_type))
    rows = find_runs(
        tx,
        source,
        Scope(numbers, ViewType.stages(call.run_view_type)),
        tree,
        orders,
        limit=call.max_results + 1,
        position=position_of(call.page_token, mark, keys) if call.page_token else None,
    )
    page, token = page_of(rows, keys, call.max_results, mark)
    return RunPage(run_rows.from_rows(tx, page), token)


@answers(CountRuns)
def count(tx: Tx, call: CountRuns) -> RunCount:
    """Count runs."""
    tree = parse_filter(call.filter, RUNS)
    numbers = known_experiments(call.experiment_ids)
    if not numbers:
        return RunCount()
    scope = Scope(numbers, ViewType.stages(call.run_view_type))
    return RunCount(count_runs(tx, source_of(tx), scope, tree and with_summaries(tx, tree)))


def summary(tx: Tx, entity: str, key: str) -> tuple[str, str]:
    """A metric's entity and key; `loss.min` is the minimum of `loss`, unless somebody logs a metric of that name."""
    base, _, name = key.rpartition(".")
    if entity == "metric" and base and name in SUMMARIES and tx.key_id(key) is None:
        return f"metric.{name}", base
    return entity, key


def with_summaries(tx: Tx, tree: Node) -> Node:
    """A filter whose `metrics.loss.min` and their like are told from keys."""
    match tree:
        case Comparison():
            entity, key = summary(tx, tree.entity, tree.key)
            return tree._replace(entity=entity, key=key)
        case Not(part):
            return Not(with_summaries(tx, part))
        case And(parts):
            return And(tuple(with_summaries(tx, part) for part in parts))
        case Or(parts):
            return Or(tuple(with_summaries(tx, part) for part in parts))


def order_with_summaries(tx: Tx, order: Order) -> Order:
    """An order whose `metrics.loss.min` and its like is told from keys."""
    entity, key = summary(tx, order.entity, order.key)
    return order._replace(entity=entity, key=key)


def known_experiments(ids: list[str]) -> list[int]:
    """The numbers of experiments; what can be no experiment's id is ignored, as MLflow ignores unknown ids."""
    numbers = []
    for id_ in dict.fromkeys(ids):
        try:
            numbers.append(experiment_number(id_))
        except ResourceMissing:
            continue
    return numbers


def _in_stages(column: str, view_type: int | str) -> Sql:
    stages = ViewType.stages(view_type)
    return f"{column} IN ({','.join('?' * len(stages))})", list(stages)


_EXPERIMENTS = Source(
    table="experiment",
    attributes={
        "name": "experiment.name",
        "creation_time": "experiment.created_ms",
        "last_update_time": "experiment.updated_ms",
        "experiment_id": "experiment.id",
    },
    related={
        "tag": Related(
            exists=(
                "EXISTS (SELECT 1 FROM experiment_tag t WHERE t.experiment_id = experiment.id AND t.key = ? AND {test})"
            ),
            value="t.value",
        )
    },
    unique="experiment.id",
)


@answers(SearchExperiments)
def search_experiments(tx: Tx, call: SearchExperiments) -> ExperimentPage:
    """Search experiments."""
    limit = DEFAULT_EXPERIMENTS if call.max_results is None else call.max_results
    check_max_results(limit, MAX_EXPERIMENTS)
    tree = parse_filter(call.filter, EXPERIMENTS)
    orders = parse_order_by(call.order_by, EXPERIMENTS) or [Order("attribute", "creation_time", False)]
    if not any(order.key == "experiment_id" for order in orders):
        orders = [*orders, Order("attribute", "experiment_id", False)]
    where = [_in_stages("experiment.stage", call.view_type)]
    if tree is not None:
        where.append(condition(tx, _EXPERIMENTS, tree))
    rows, token = find(
        tx,
        _EXPERIMENTS,
        experiments.COLUMNS,
        where,
        orders,
        limit=limit,
        page_token=call.page_token,
        search=(call.filter, call.order_by, call.view_type),
    )
    return ExperimentPage(experiments.from_rows(tx, rows), token)
