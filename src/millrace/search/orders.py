"""Orders of searches: text to keys and directions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from millrace.errors import InvalidParameterValue
from millrace.search.kinds import Kind
from millrace.search.parser import entity_and_key

_CLAUSE = re.compile(
    r"""\s*(?P<key>[^\s,;()'"`]*(?:`[^`]*`|"[^"]*")?)(?P<rest>(?:\s+[^\s,;()]+)*)\s*""",
)


class Order(NamedTuple):
    """One key that results are ordered by."""

    entity: str
    """attribute, metric, param or tag."""
    key: str
    ascending: bool
    dataset_name: str | None = None
    """For a metric of a logged model: the dataset that it was measured on."""
    dataset_digest: str | None = None


def parse_order_by(clauses: Sequence[str], kind: Kind) -> list[Order]:
    """The orders of clauses such as `metrics.loss DESC`.

    Raises:
        InvalidParameterValue: one is no order for this kind of thing, or a key comes twice.
    """
    orders = [parse_order(clause, kind) for clause in clauses]
    keys = [(order.entity, order.key) for order in orders]
    repeated = [f"{entity}.{key}" for entity, key in dict.fromkeys(keys) if keys.count((entity, key)) > 1]
    if repeated:
        raise InvalidParameterValue(f"`order_by` contains duplicate fields: {repeated}")
    return orders


def parse_order(clause: str, kind: Kind) -> Order:
    """The order of one clause; raises InvalidParameterValue."""
    match = _CLAUSE.fullmatch(clause)
    key = match["key"] if match else ""
    words = match["rest"].split() if match else []
    if not key or key.upper() in ("ASC", "DESC") or len(words) > 1 or not re.match(r"[A-Za-z_`\"]", key):
        if len(words) == 2 and words[1].upper() in ("ASC", "DESC") and words[0].upper() not in ("ASC", "DESC"):
            raise InvalidParameterValue(f"Invalid ordering key in order_by clause '{clause}'.")
        raise InvalidParameterValue(f"Invalid order_by clause '{clause}'. Could not be parsed.")
    if words and words[0].upper() not in ("ASC", "DESC"):
        raise InvalidParameterValue(f"Invalid ordering key in order_by clause '{clause}'.")
    entity, name = entity_and_key(key, kind, kind.orders)
    if entity != "attribute" and entity not in kind.ordered_entities:
        raise InvalidParameterValue(f"Invalid order_by entity: {entity}")
    return Order(entity, name, not words or words[0].upper() == "ASC")
