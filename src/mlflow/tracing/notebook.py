"""Traces in notebooks: Millrace shows them on its page only."""

from __future__ import annotations


def disable_notebook_display() -> None:
    """Show no traces in notebooks; none are shown anyhow."""


def enable_notebook_display() -> None:
    """Show traces in notebooks: accepted for compatibility, the page shows them."""
