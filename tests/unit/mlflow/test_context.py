"""The tags that a new run gets from where it is started."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlflow
from mlflow.context import providers
from mlflow.tracking.context.abstract_context import RunContextProvider
from mlflow.tracking.context.registry import resolve_tags
from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_SOURCE_NAME, MLFLOW_SOURCE_TYPE, MLFLOW_USER


@pytest.fixture(autouse=True)
def uncached() -> Iterator[None]:
    caches = (providers.git_commit, providers.user_name, providers.registry)
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git working tree with one commit, whose script runs."""
    folder = tmp_path / "tree"
    (folder / "deep").mkdir(parents=True)
    monkeypatch.setattr(sys, "argv", [str(folder / "deep" / "train.py")])
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "commit", "--quiet", "--allow-empty", "--message=first")
    return folder


def _git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", folder, *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_user_script_and_commit(tree: Path) -> None:
    tags = mlflow.start_run().data.tags
    assert tags[MLFLOW_SOURCE_NAME] == str(tree / "deep" / "train.py")
    assert tags[MLFLOW_SOURCE_TYPE] == "LOCAL"
    assert tags[MLFLOW_USER] == mlflow.active_run().info.user_id  # type: ignore[union-attr]
    assert tags[MLFLOW_GIT_COMMIT] == _git(tree, "rev-parse", "HEAD")


@pytest.mark.parametrize("words", [("pack-refs", "--all"), ("checkout", "--quiet", "--detach")])
def test_commits_of_packed_and_detached_trees(tree: Path, words: tuple[str, ...]) -> None:
    _git(tree, *words)
    assert resolve_tags()[MLFLOW_GIT_COMMIT] == _git(tree, "rev-parse", "HEAD")


def test_commits_of_further_worktrees(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tree.parent / "other"
    _git(tree, "worktree", "add", "--quiet", str(other))
    monkeypatch.setattr(sys, "argv", [str(other / "train.py")])
    assert resolve_tags()[MLFLOW_GIT_COMMIT] == _git(tree, "rev-parse", "HEAD")


def test_no_commit_and_no_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "train.py")])
    assert MLFLOW_GIT_COMMIT not in resolve_tags()
    providers.git_commit.cache_clear()
    _git(tmp_path, "init", "--quiet")
    assert MLFLOW_GIT_COMMIT not in resolve_tags()


def test_variables_and_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", '{"a": 1, "b": "x"}')
    monkeypatch.setenv("MLFLOW_DOCKER_IMAGE", "image:1")
    tags = resolve_tags({"b": "mine", MLFLOW_USER: "me"})
    assert (tags["a"], tags["b"], tags["mlflow.docker.image.uri"], tags[MLFLOW_USER]) == ("1", "mine", "image:1", "me")
    assert MLFLOW_USER not in resolve_tags(ignore=[providers.DefaultRunContext])


class _Plugin(RunContextProvider):
    def in_context(self) -> bool:
        return True

    def tags(self) -> dict[str, str]:
        return {"plugin": "yes"}


class _Broken(RunContextProvider):
    def in_context(self) -> bool:
        raise RuntimeError("broken")

    def tags(self) -> dict[str, str]:
        return {}


def test_plugins_add_tags_and_cannot_stop_a_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mlflow.start_run()  # which shows the messages of `mlflow`
    providers.registry().register(_Plugin)
    providers.registry().register(_Broken)
    assert resolve_tags()["plugin"] == "yes"
    assert "Encountered unexpected error during resolving tags: broken" in capfd.readouterr().err


def test_plugins_are_found_by_their_entry_point(tmp_path: Path) -> None:
    (tmp_path / "some_plugin.py").write_text(
        "from mlflow.tracking.context.abstract_context import RunContextProvider\n"
        "class Provider(RunContextProvider):\n"
        "    def in_context(self): return True\n"
        "    def tags(self): return {'from': 'plugin'}\n"
    )
    info = tmp_path / "some_plugin-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some-plugin\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[mlflow.run_context_provider]\none = some_plugin:Provider\ntwo = some_plugin:Missing\n"
    )
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import mlflow; print(mlflow.start_run().data.tags['from'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "plugin"
    assert 'Failure attempting to register context provider "two"' in done.stderr
