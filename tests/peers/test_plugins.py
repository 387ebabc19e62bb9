"""A real installed plugin, loaded by the real MLflow and by ours alike."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from comparing import differences
from known import OF_PLUGINS, outdated, unexplained
from running import run_flow

PLUGIN = Path(__file__).with_name("plugin") / "millrace_test_plugin"


def _install(folder: Path) -> None:
    """Put the plugin into a folder as pip does: its package, and its entry points in a folder of metadata."""
    shutil.copytree(PLUGIN, folder / PLUGIN.name)
    declared = json.loads(PLUGIN.with_name("entry_points.json").read_text())
    metadata = folder / "millrace_test_plugin-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: millrace-test-plugin\nVersion: 1.0\n")
    (metadata / "RECORD").write_text("")
    groups = (
        f"[{group}]\n" + "".join(f"{name} = {PLUGIN.name}.{what}\n" for name, what in points.items())
        for group, points in declared.items()
    )
    (metadata / "entry_points.txt").write_text("\n".join(groups))


def _answer(python: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    folder.mkdir()
    _install(folder / "installed")
    (folder / "work").mkdir()
    for name, value in (("PLUGIN_NOTES", "notes"), ("PLUGIN_SHELF", "shelf"), ("PYTHONPATH", "installed")):
        monkeypatch.setenv(name, str(folder / value))
    return run_flow(python, "plugins", folder, str(folder / "work"))


def test_a_plugin_works_here_as_in_mlflow(witness: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = _answer(witness, tmp_path / "real", monkeypatch)
    ours = _answer(Path(sys.executable), tmp_path / "ours", monkeypatch)
    differing = differences(real, ours, "plugins")
    assert not unexplained(set(differing), OF_PLUGINS), differing
    assert not outdated("plugins", set(differing), OF_PLUGINS)
    assert os.listdir(tmp_path / "ours" / "shelf" / "box")
