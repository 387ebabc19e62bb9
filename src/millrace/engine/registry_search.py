"""Answers to the searches of registered models and of model versions.

Prompts are kept in the registry too, as models with a tag. As in MLflow, searches leave them out unless the filter
says `tags.`mlflow.prompt.is_prompt` = 'true'`.
"""

from __future__ import annotations

from millrace.calls import ModelVersionPage, RegisteredModelPage, SearchModelVersions, SearchRegisteredModels
from millrace.engine import registered_models, versions
from millrace.engine.search import Related, Source, Sql, check_max_results, condition, find
from millrace.engine.tx import Tx, answers
from millrace.search import (
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    And,
    Comparison,
    Node,
    Not,
    Or,
    Order,
    parse_filter,
    parse_order_by,
)

MAX_MODELS = 1000
MAX_VERSIONS = 200_000
PROMPT_TAG = "mlflow.prompt.is_prompt"

_IS_PROMPT = Comparison("tag", PROMPT_TAG, "=", "true")

_MODELS = Source(
    table="registered_model",
    attributes={"name": "registered_model.name", "last_updated_timestamp": "registered_model.updated_ms"},
    related={
        "tag": Related(
            exists=(
                "EXISTS (SELECT 1 FROM registered_model_tag t"
                " WHERE t.registered_model_id = registered_model.id AND t.key = ? AND {test})"
            ),
            value="t.value",
        )
    },
    unique="registered_model.id",
)
_VERSIONS = Source(
    table=versions.TABLES,
    attributes={
        "name": "registered_model.name",
        "version_number": "model_version.version",
        "run_id": "model_version.run_id",
        "source_path": "model_version.source",
        "creation_timestamp": "model_version.created_ms",
        "last_updated_timestamp": "model_version.updated_ms",
    },
    related={
        "tag": Related(
            exists=(
                "EXISTS (SELECT 1 FROM model_version_tag t"
                " WHERE t.registered_model_id = model_version.registered_model_id"
                " AND t.version = model_version.version AND t.key = ? AND {test})"
            ),
            value="t.value",
        )
    },
    unique="model_version.version",  # behind the name, which every order has
)
_BY_NAME = [Order("attribute", "name", True), Order("attribute", "version_number", False)]
_NEWEST_FIRST = [Order("attribute", "last_updated_timestamp", False), *_BY_NAME]


@answers(SearchRegisteredModels)
def search_registered_models(tx: Tx, call: SearchRegisteredModels) -> RegisteredModelPage:
    """Search registered models."""
    check_max_results(call.max_results, MAX_MODELS)
    tree = parse_filter(call.filter, REGISTERED_MODELS)
    orders = parse_order_by(call.order_by, REGISTERED_MODELS)
    rows, token = find(
        tx,
        _MODELS,
        registered_models.COLUMNS,
        _conditions(tx, _MODELS, tree),
        _completed(orders, [Order("attribute", "name", True)]),
        limit=call.max_results,
        page_token=call.page_token,
        search=(call.filter, call.order_by),
    )
    return RegisteredModelPage(registered_models.from_rows(tx, rows), token)


@answers(SearchModelVersions)
def search_model_versions(tx: Tx, call: SearchModelVersions) -> ModelVersionPage:
    """Search model versions."""
    check_max_results(call.max_results, MAX_VERSIONS)
    tree = parse_filter(call.filter, MODEL_VERSIONS)
    orders = parse_order_by(call.order_by, MODEL_VERSIONS)
    rows, token = find(
        tx,
        _VERSIONS,
        versions.COLUMNS,
        _conditions(tx, _VERSIONS, tree),
        _completed(orders, _BY_NAME) if orders else _NEWEST_FIRST,
        limit=call.max_results,
        page_token=call.page_token,
        search=(call.filter, call.order_by),
    )
    return ModelVersionPage(versions.from_rows(tx, rows), token)


def _completed(orders: list[Order], default: list[Order]) -> list[Order]:
    """Orders, and behind them the default ones that they lack."""
    there = {order.key for order in orders}
    return [*orders, *(order for order in default if order.key not in there)]


def _conditions(tx: Tx, source: Source, tree: Node | None) -> list[Sql]:
    found = [] if tree is None else [condition(tx, source, _with_prompts(tree))]
    if tree is None or not _names_prompts(tree):
        found.append(condition(tx, source, Not(_IS_PROMPT)))
    return found


def _names_prompts(tree: Node) -> bool:
    match tree:
        case Comparison():
            return (tree.entity, tree.key) == ("tag", PROMPT_TAG)
        case Not(part):
            return _names_prompts(part)
        case And(parts) | Or(parts):
            return any(_names_prompts(part) for part in parts)


def _with_prompts(tree: Node) -> Node:
    """The tree, in which "is no prompt" also holds for what has no such tag."""
    match tree:
        case Comparison("tag", key, op, value) if key == PROMPT_TAG and (op, value) in (("=", "false"), ("!=", "true")):
            return Not(_IS_PROMPT)
        case Comparison():
            return tree
        case Not(part):
            return Not(_with_prompts(part))
        case And(parts):
            return And(tuple(_with_prompts(part) for part in parts))
        case Or(parts):
            return Or(tuple(_with_prompts(part) for part in parts))
