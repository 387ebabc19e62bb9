"""Generated files say what the code says now."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("script", "command"),
    [("schema.py", "make schema"), ("stubs.py", "make schema"), ("reference.py", "make docs")],
)
def test_generated_files_are_fresh(root: Path, script: str, command: str) -> None:
    written = runpy.run_path(str(root / "scripts" / script))["files"]()
    assert written
    stale = [path for path, text in written.items() if not _same(root / path, text)]
    assert not stale, f"run `{command}` and commit what it writes: {', '.join(stale)}"


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text
