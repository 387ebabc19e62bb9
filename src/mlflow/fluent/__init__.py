"""The fluent API: module-level functions with an active run."""

from __future__ import annotations

from mlflow.config.logs import configure

configure()
