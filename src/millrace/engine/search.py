"""Searches: the tree of a filter to SQL, orders with their ties, and pages that neither repeat nor skip.

A page token holds the sort values of the last row, so a page costs the same wherever it is, and rows that come and go
between two pages do not move the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from millrace import wire
from millrace.engine.db import Row
from millrace.engine.tx import Tx
from millrace.errors import InvalidParameterValue
from millrace.search import And, Comparison, Node, Not, Or, Order, Value

Sql = tuple[str, list[object]]
"""A piece of SQL and the values of its parameters."""


NO_KEY = -1
"""The id of a key that nobody has logged."""


class Related(NamedTuple):
    """Rows of another table that belong to the thing that is searched, one for each key."""

    exists: str
    """`EXISTS (… key = ? … AND {test})`."""
    value: str
    """The column that is compared, in `exists`; `{key}` in it is replaced by the key."""
    join: str = ""
    """`LEFT JOIN … key = ?{dataset} … {alias} …`, for orders; `{dataset}` is where an order by dataset goes."""
    key_as: str = "name"
    """What the key's parameter is: its name, its id (in table `key`), or nothing."""
    values: tuple[object, ...] = ()
    """The parameters that `exists` has behind the key's."""


class Source(NamedTuple):
    """What is searched: a table, its attributes as SQL, and what is related to it."""

    table: str
    attributes: dict[str, str]
    related: dict[str, Related]
    unique: str
    """The column that breaks the last tie."""
    never_null: frozenset[str] = frozenset()
    """The attributes that everything has."""


class SortKey(NamedTuple):
    """One expression that rows are sorted by."""

    sql: str
    ascending: bool


def find(
    tx: Tx,
    source: Source,
    columns: str,
    where: Sequence[Sql],
    orders: Sequence[Order],
    *,
    limit: int,
    page_token: str,
    search: object,
) -> tuple[list[Row], str | None]:
    """A page of rows, and the token of the next page if there is one.

    Args:
        tx: the transaction.
        source: what is searched.
        columns: the columns to answer.
        where: conditions that all hold.
        orders: what to order by, before the source's own unique column.
        limit: how many rows a page has at most.
        page_token: the token of this page, empty for the first one.
        search: everything that must not change from page to page; a token of another search is refused.
    """
    joins, values, keys = sorting(tx, source, orders)
    mark = mark_of(search)
    conditions = list(where)
    if page_token:
        conditions.append(behind(keys, position_of(page_token, mark, len(keys))))
    sql = f"SELECT {columns}, {', '.join(key.sql for key in keys)} FROM {source.table}{joins}"
    if conditions:
        sql += " WHERE " + " AND ".join(f"({condition})" for condition, _ in conditions)
        for _, more in conditions:
            values += more
    rows = tx.db.rows(f"{sql} ORDER BY {in_order(keys)} LIMIT ?", [*values, limit + 1])
    return page_of(rows, len(keys), limit, mark)


def in_order(keys: Sequence[SortKey]) -> str:
    """What stands behind ORDER BY."""
    return ", ".join(f"{key.sql} {'ASC' if key.ascending else 'DESC'}" for key in keys)


def mark_of(search: object) -> int:
    """What tells the tokens of a search from those of others."""
    return zlib.crc32(repr(search).encode())


def page_of(rows: list[Row], keys: int, limit: int, mark: int) -> tuple[list[Row], str | None]:
    """Up to `limit` of the rows, without the sort keys at their ends, and a token when there are more."""
    token = None
    if len(rows) > limit:
        rows = rows[:limit]
        token = wire.page_token([mark, *(_spelled(value) for value in rows[-1][-keys:])])
    return [row[:-keys] for row in rows], token


def sorting(tx: Tx, source: Source, orders: Sequence[Order]) -> tuple[str, list[object], list[SortKey]]:
    """Joins with their values, and sort keys: numbers before NaN before what is missing, in both directions."""
    joins, values, keys = "", [], []
    for index, order in enumerate(orders):
        if order.entity == "attribute":
            value = source.attributes[order.key]
            if order.key not in source.never_null:
                keys.append(SortKey(f"(CASE WHEN {value} IS NULL THEN 1 ELSE 0 END)", True))
        else:
            alias = f"sort_{index}"
            related = source.related[order.entity]
            datasets = {"dataset_name": order.dataset_name, "dataset_digest": order.dataset_digest}
            named = {column: text for column, text in datasets.items() if text}
            joins += " " + related.join.format(alias=alias, dataset="".join(f" AND {column} = ?" for column in named))
            values += [*_key_values(tx, related, order.key), *named.values()]
            value = f"{alias}.value"
            present = f"{alias}.present"
            keys.append(SortKey(f"(CASE WHEN {present} IS NULL THEN 2 WHEN {value} IS NULL THEN 1 ELSE 0 END)", True))
        keys.append(SortKey(value, order.ascending))
    keys.append(SortKey(source.unique, True))
    return joins, list(values), keys


def behind(keys: Sequence[SortKey], position: Sequence[Value]) -> Sql:
    """The condition that a row sorts behind a position."""
    ways: list[str] = []
    values: list[object] = []
    for index, key in enumerate(keys):
        if position[index] is None:
            continue  # nothing sorts behind what is missing: the key before this one has sorted it last
        parts = []
        for same, value in zip(keys[:index], position[:index], strict=True):
            parts.append(f"{same.sql} IS NULL" if value is None else f"{same.sql} = ?")
            if value is not None:
                values.append(value)
        parts.append(f"{key.sql} {'>' if key.ascending else '<'} ?")
        values.append(position[index])
        ways.append(" AND ".join(parts))
    sql = " OR ".join(f"({way})" for way in ways)
    if position[0] is not None:
        # Says nothing new, and lets the database go to the place in an index at once.
        sql = f"{keys[0].sql} {'>=' if keys[0].ascending else '<='} ? AND ({sql})"
        values.insert(0, position[0])
    return sql, values


def _spelled(value: object) -> int | str | None:
    """A sort value in a token: JSON has no infinities, and tells no float from an int."""
    if isinstance(value, float):
        return f"f{value!r}"
    return value if value is None or isinstance(value, int) else f"s{value}"


def position_of(token: str, mark: int, count: int) -> list[Value]:
    """The sort values of the last row of the page before; raises InvalidParameterValue."""
    made_for, *spelled = wire.page_position(token, list[int | str | None]) or [None]
    if made_for != mark or len(spelled) != count:
        raise InvalidParameterValue(
            "Invalid page token: it was made for a search with another filter, order or scope. "
            "Start again without a page token."
        )
    return [value if not isinstance(value, str) else _unspelled(value) for value in spelled]


def _unspelled(text: str) -> float | str:
    if text[:1] != "f":
        return text[1:]
    try:
        return float(text[1:])
    except ValueError:
        raise InvalidParameterValue("Invalid page token: pass `next_page_token` of the previous page.") from None


def condition(tx: Tx, source: Source, node: Node) -> Sql:
    """The SQL condition of a filter."""
    match node:
        case Comparison():
            return _comparison(tx, source, node)
        case Not(part):
            sql, values = condition(tx, source, part)
            return f"NOT COALESCE({sql}, FALSE)", values
        case And(parts) | Or(parts):
            found = [condition(tx, source, part) for part in parts]
            joined = (" AND " if isinstance(node, And) else " OR ").join(f"({sql})" for sql, _ in found)
            return joined, [value for _, values in found for value in values]


def _comparison(tx: Tx, source: Source, node: Comparison) -> Sql:
    if node.entity == "attribute":
        return _test(tx, source.attributes[node.key], node.op, node.value)
    related = source.related[node.entity]
    keys = [*_key_values(tx, related, node.key), *related.values]
    column = related.value.format(key=node.key)
    if node.op in ("IS NULL", "IS NOT NULL"):
        test = "1 = 1" if related.key_as else f"{column} IS NOT NULL"
        negation = "NOT " if node.op == "IS NULL" else ""
        return negation + related.exists.format(test=test), keys
    if node.entity == "param" and isinstance(node.value, float):
        column = tx.db.as_number(column)
    test, values = _test(tx, column, node.op, node.value)
    return related.exists.format(test=test), keys + values


def _key_values(tx: Tx, related: Related, key: str) -> list[object]:
    if related.key_as == "id":
        return [tx.key_id(key) or NO_KEY]
    return [key] if related.key_as else []


def _test(tx: Tx, column: str, op: str, value: Value) -> Sql:
    if op in ("IS NULL", "IS NOT NULL"):
        return f"{column} {op}", []
    if isinstance(value, tuple):
        return f"{column} {op} ({','.join('?' * len(value))})", list(value)
    if op in ("LIKE", "ILIKE"):
        # A backslash is no escape in MLflow's patterns; it is one in PostgreSQL's, unless another is named.
        pattern = str(value).replace("~", "~~")
        if op == "ILIKE":
            return f"LOWER({column}) LIKE LOWER(?) ESCAPE '~'", [pattern]
        return f"{column} LIKE ? ESCAPE '~'", [pattern]
    if op == "RLIKE":
        return tx.db.matching(column), [value]
    return f"{column} {op} ?", [value]


def check_max_results(max_results: int, limit: int) -> None:
    """Refuse a page size that is not positive, or beyond the limit; in MLflow's words."""
    if max_results < 1:
        raise InvalidParameterValue(
            f"Invalid value {max_results} for parameter 'max_results' supplied. It must be a positive integer"
        )
    if max_results > limit:
        raise InvalidParameterValue(
            f"Invalid value {max_results} for parameter 'max_results' supplied. It must be at most {limit}"
        )
