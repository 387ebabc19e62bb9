"""Handing spans to the store: into the journal, which takes microseconds, and from there when the store is there."""

from __future__ import annotations

import logging

from millrace.calls import AppendSpans, TracePart
from millrace.model import Span
from mlflow.client.stores import flush_journals, store_at

_logger = logging.getLogger("mlflow.tracing.export")


def append(uri: str, part: TracePart, span: Span) -> None:
    """Store a span, and what is known of its trace; what goes wrong is told in the log."""
    try:
        store_at(uri).call(AppendSpans(traces=[part], spans=[span]))
    except Exception as error:
        _logger.warning("Failed to send trace to MLflow backend: %s", error)


def flush_trace_async_logging(terminate: bool = False) -> None:
    """Wait until the spans that have ended so far are stored.

    Args:
        terminate: accepted for compatibility: there is no queue that could be ended.
    """
    try:
        flush_journals()
    except Exception as error:
        _logger.error("Failed to flush trace async logging: %s", error)
