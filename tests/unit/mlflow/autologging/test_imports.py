"""Doing something once a library has been imported."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlflow.autologging import imports
from mlflow.autologging.imports import when_imported


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "late_library.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, imports._Finder)]
    sys.modules.pop("late_library", None)


def test_everybody_who_waits_is_told_once_when_it_is_complete() -> None:
    told: list[str] = []
    when_imported("late_library", lambda: told.append("replaced"), key="one")
    when_imported("late_library", lambda: told.append(f"one {sys.modules['late_library'].value}"), key="one")
    when_imported("late_library", lambda: told.append("other"), key="other")
    assert told == []
    importlib.import_module("late_library")
    assert told == ["one 1", "other"]
    importlib.reload(sys.modules["late_library"])
    assert told == ["one 1", "other"]


def test_what_is_imported_already_is_told_at_once() -> None:
    importlib.import_module("late_library")
    told: list[str] = []
    when_imported("late_library", lambda: told.append("now"), key="one")
    assert told == ["now"]
