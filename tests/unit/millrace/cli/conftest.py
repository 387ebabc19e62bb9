"""Commands as people type them, in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from millrace.cli import cli

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs a command on the store `mlruns` of an empty folder; `fails=` is the exit code to expect."""
    # Not `tmp_path` itself: some tests keep things outside of where commands work.
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    # Commands that use the SDK would remember the folder of another test.
    monkeypatch.setattr("mlflow.client.stores._chosen", {})

    def invoke(*words: object, fails: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(cli, [str(word) for word in words], input=stdin)
        assert result.exit_code == fails, f"{result.output}\n{result.stderr}\n{result.exception!r}"
        # An expected error is a sentence for a person, not a traceback.
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke
