"""Where MLflow has its click command: `from mlflow.cli import cli`."""

from __future__ import annotations

from millrace.cli import cli

__all__ = ["cli"]
