"""Filters and orders of searches: text to tree. Knows no SQL."""

from millrace.search.kinds import (
    EXPERIMENTS,
    LOGGED_MODELS,
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    RUNS,
    TABLE,
    TRACES,
    Kind,
)
from millrace.search.orders import Order, parse_order, parse_order_by
from millrace.search.parser import parse_filter
from millrace.search.tree import And, Comparison, Node, Not, Or, Value

__all__ = [
    "EXPERIMENTS",
    "LOGGED_MODELS",
    "MODEL_VERSIONS",
    "REGISTERED_MODELS",
    "RUNS",
    "TABLE",
    "TRACES",
    "And",
    "Comparison",
    "Kind",
    "Node",
    "Not",
    "Or",
    "Order",
    "Value",
    "parse_filter",
    "parse_order",
    "parse_order_by",
]
