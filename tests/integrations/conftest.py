"""Tests with other people's libraries, each group in an environment of its own (`make test-integrations`)."""

from __future__ import annotations

import pytest

from tests.isolation import fresh

__all__ = ["fresh"]


def pytest_configure(config: pytest.Config) -> None:
    """Let those libraries warn as they like: only warnings about our own code are errors here."""
    for line in ("default", r"error:::mlflow(\..*)?", r"error:::millrace(\..*)?"):
        config.addinivalue_line("filterwarnings", line)
