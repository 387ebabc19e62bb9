"""The fixtures are those of all tests of gen-AI libraries."""

# ruff: noqa: F401, F811 — fixtures are imported, and asked for by the same names

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlflow
import mlflow.anthropic
import mlflow.openai

sys.path.insert(0, str(Path(__file__).parents[1] / "providers_shared"))

from running import provider, traced


@pytest.fixture
def clients(tmp_path: Path, provider: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store of the test's own, and the clients of OpenAI and Anthropic pointed at the server here, and recorded."""
    mlflow.set_tracking_uri(str(tmp_path / "mlruns"))
    for name, path in (("OPENAI_BASE_URL", "/v1"), ("ANTHROPIC_BASE_URL", "")):
        monkeypatch.setenv(name, f"http://127.0.0.1:{provider}{path}")
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "nobody's")
    mlflow.openai.autolog()
    mlflow.anthropic.autolog()
    yield
    mlflow.openai.autolog(disable=True)
    mlflow.anthropic.autolog(disable=True)
    mlflow.set_tracking_uri("")
