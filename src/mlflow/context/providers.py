"""Run context: the tags that a new run gets from where it is started (script, user, commit, environment, plugins)."""

from __future__ import annotations

import getpass
import json
import logging
import subprocess
import sys
from abc import ABC, abstractmethod
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from millrace.settings import MLFLOW_DOCKER_IMAGE, MLFLOW_RUN_CONTEXT
from mlflow.utils.mlflow_tags import (
    MLFLOW_DOCKER_IMAGE_URI,
    MLFLOW_GIT_COMMIT,
    MLFLOW_SOURCE_NAME,
    MLFLOW_SOURCE_TYPE,
    MLFLOW_USER,
)

_logger = logging.getLogger("mlflow.tracking.context")
PLUGIN_GROUP = "mlflow.run_context_provider"


class RunContextProvider(ABC):
    """Where a run is started, as tags; plugins subclass this."""

    @abstractmethod
    def in_context(self) -> bool:
        """Whether this provider has tags for a run that is started now."""

    @abstractmethod
    def tags(self) -> dict[str, str]:
        """The tags."""


class DefaultRunContext(RunContextProvider):
    """The user, the script or notebook, and its kind."""

    def in_context(self) -> bool:
        """Always."""
        return True

    def tags(self) -> dict[str, str]:
        """User, source name and source type."""
        return {MLFLOW_USER: user_name(), MLFLOW_SOURCE_NAME: main_file(), MLFLOW_SOURCE_TYPE: "LOCAL"}


class GitRunContext(RunContextProvider):
    """The commit that the script is at."""

    def in_context(self) -> bool:
        """Whether the script is in a git working tree with a commit."""
        return git_commit(main_file()) is not None

    def tags(self) -> dict[str, str]:
        """The commit."""
        return {MLFLOW_GIT_COMMIT: git_commit(main_file()) or ""}


class SystemEnvironmentContext(RunContextProvider):
    """Tags from the environment variables `MLFLOW_RUN_CONTEXT` (a JSON object) and `MLFLOW_DOCKER_IMAGE`."""

    def in_context(self) -> bool:
        """Whether one of them is set."""
        return MLFLOW_RUN_CONTEXT.defined or MLFLOW_DOCKER_IMAGE.defined

    def tags(self) -> dict[str, str]:
        """Their tags."""
        tags = {str(key): str(value) for key, value in json.loads(MLFLOW_RUN_CONTEXT.get() or "{}").items()}
        image = MLFLOW_DOCKER_IMAGE.get()
        return {**tags, MLFLOW_DOCKER_IMAGE_URI: image} if image else tags


@cache
def user_name() -> str:
    """The name of the user that this process runs as; `unknown` where it has none."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A container may run under a user number that has no name.
        return "unknown"


def main_file() -> str:
    """The script that runs, as it was called, or the interpreter in an interactive session."""
    return sys.argv[0] if sys.argv and sys.argv[0] else sys.executable


@cache
def git_commit(path: str) -> str | None:
    """The commit of the git working tree that a file is in; None when there is none."""
    if path in ("-", "-c", "-m"):  # code from a pipe or a command line is in no file
        return None
    folder = Path(path).resolve()
    folder = folder if folder.is_dir() else folder.parent
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            return _head(parent)
    return None


def _head(tree: Path) -> str | None:
    # A loose reference is one file; everything else (worktrees, packed references) is left to git itself.
    try:
        head = (tree / ".git" / "HEAD").read_text().strip()
        name = head.removeprefix("ref: ")
        commit = (tree / ".git" / name).read_text().strip() if name != head else head
        if len(commit) in (40, 64):
            return commit
    except OSError:
        pass
    try:
        asked = subprocess.run(
            ["git", "-C", str(tree), "rev-parse", "--verify", "HEAD"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() or None if asked.returncode == 0 else None


class RunContextProviderRegistry:
    """The providers in the order in which their tags are taken; of two with the same tag, the later wins."""

    def __init__(self) -> None:
        self._registry: list[RunContextProvider] = []

    def register(self, run_context_provider_cls: type[Any]) -> None:
        """Add a provider by its class."""
        self._registry.append(run_context_provider_cls())

    def register_entrypoints(self) -> None:
        """Add the providers that installed plugins declare."""
        for plugin in entry_points(group=PLUGIN_GROUP):
            try:
                self.register(plugin.load())
            except Exception as error:
                _logger.warning('Failure attempting to register context provider "%s": %s', plugin.name, error)

    def __iter__(self) -> Any:
        return iter(self._registry)


@cache
def registry() -> RunContextProviderRegistry:
    """The providers of this process: ours, then those of plugins."""
    found = RunContextProviderRegistry()
    for provider in (DefaultRunContext, GitRunContext, SystemEnvironmentContext):
        found.register(provider)
    found.register_entrypoints()
    return found


def resolve_tags(tags: dict[str, Any] | None = None, ignore: list[Any] | None = None) -> dict[str, Any]:
    """The tags of a run that is started here and now: those of every provider, then the given ones.

    Args:
        tags: tags that win over those of providers.
        ignore: classes of providers to leave out.
    """
    found: dict[str, Any] = {}
    for provider in registry():
        if ignore and any(isinstance(provider, kind) for kind in ignore):
            continue
        try:
            if provider.in_context():
                found.update(provider.tags())
        except Exception as error:
            # A faulty plugin must not stop a training.
            _logger.warning("Encountered unexpected error during resolving tags: %s", error)
    return {**found, **(tags or {})}
