"""What is kept of a run's code: uncommitted changes and packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mlflow
from mlflow.fluent import snapshot


def _git(folder: Path, *command: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *command], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one commit."""
    folder = tmp_path / "code"
    (folder / "deep").mkdir(parents=True)
    _git(folder, "init", "-q")
    (folder / "train.py").write_text("rate = 1\n")
    (folder / ".gitignore").write_text("data/\n")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "first")
    return folder


def test_a_clean_checkout_has_nothing_to_say(checkout: Path) -> None:
    assert snapshot.uncommitted(checkout, 10_000) == b""


def test_the_difference_makes_a_clean_checkout_what_is_here(checkout: Path, tmp_path: Path) -> None:
    (checkout / "train.py").write_text("rate = 2\n")
    (checkout / "deep" / "new.py").write_text("new = True\n")
    (checkout / "staged.py").write_text("staged = True\n")
    _git(checkout, "add", "staged.py")
    (checkout / "data").mkdir()
    (checkout / "data" / "big.bin").write_bytes(b"\0" * 1000)
    (checkout / "weights.bin").write_bytes(bytes(range(256)))
    before = _git(checkout, "status", "--porcelain")
    diff = snapshot.uncommitted(checkout / "deep", 100_000)
    assert _git(checkout, "status", "--porcelain") == before
    assert b"big.bin" not in diff
    clone = tmp_path / "clone"
    _git(tmp_path, "clone", "-q", str(checkout), str(clone))
    (tmp_path / "it.diff").write_bytes(diff)
    _git(clone, "apply", str(tmp_path / "it.diff"))
    assert (clone / "train.py").read_text() == "rate = 2\n"
    assert (clone / "deep" / "new.py").read_text() == "new = True\n"
    assert (clone / "staged.py").read_text() == "staged = True\n"
    assert (clone / "weights.bin").read_bytes() == bytes(range(256))


def test_what_is_too_long_is_cut_and_says_so(checkout: Path) -> None:
    (checkout / "train.py").write_text("".join(f"line {number}\n" for number in range(10_000)))
    diff = snapshot.uncommitted(checkout, 1000)
    assert len(diff) < 1100
    assert diff.endswith(b"\n# [the rest is left out: MILLRACE_CODE_MAX_BYTES is 1000]\n")


def test_outside_of_a_checkout_there_is_none(tmp_path: Path) -> None:
    assert snapshot.uncommitted(tmp_path, 1000) == b""


def test_packages_are_a_requirements_file() -> None:
    lines = snapshot.packages().splitlines()
    assert lines[0] == f"# Python {sys.version.split()[0]} on {sys.platform}"
    assert [line for line in lines if line.startswith("numpy==")] == [f"numpy=={__import__('numpy').__version__}"]
    assert lines[1:] == sorted(lines[1:], key=lambda line: line.split("==")[0].lower().replace("_", "-"))


def test_a_run_keeps_both_when_asked(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "train.py").write_text("rate = 3\n")
    monkeypatch.setattr(snapshot, "_folder_of_script", lambda: checkout)
    with mlflow.start_run(log_code=True) as run:
        pass
    assert "+rate = 3\n" in mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/code/uncommitted.diff")
    assert "numpy==" in mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/code/packages.txt")
    monkeypatch.setenv("MLFLOW_LOG_CODE", "true")
    with mlflow.start_run() as run:
        pass
    assert len(mlflow.MlflowClient().list_artifacts(run.info.run_id, "code")) == 2
    with mlflow.start_run(log_code=False) as run:
        pass
    assert mlflow.MlflowClient().list_artifacts(run.info.run_id) == []
