"""Tests of the SDK begin without traces of the tests before, and find the Python of the real MLflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.isolation import fresh

__all__ = ["fresh"]


@pytest.fixture(scope="session")
def witness() -> str:
    """The path of a Python that has the real MLflow 3.8.1."""
    python = Path(__file__).parents[3] / ".witness/bin/python"
    if not python.exists():
        pytest.fail("the real MLflow is not installed: run `make witness`")
    return str(python)
