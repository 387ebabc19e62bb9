"""What other libraries ask about where they run, and how they mark their functions, in MLflow's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def is_on_databricks() -> bool:
    """Whether MLflow of Databricks runs here, which has what libraries then look for: no."""
    return False


def databricks_workspace() -> str | None:
    """The address of the workspace on Databricks: none."""
    return None


def experimental(f: Callable[..., Any] | None = None, version: str | None = None) -> Callable[..., Any]:
    """Mark a function or class as one that may change: `@experimental` or `@experimental(version="3.0.0")`."""
    return f if f is not None else lambda marked: marked
