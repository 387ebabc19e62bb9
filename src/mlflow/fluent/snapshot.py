"""The code of a run beyond its commit: uncommitted changes, and the packages of the environment."""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from millrace.errors import MlflowException
from millrace.settings import MILLRACE_CODE_MAX_BYTES
from mlflow.client import MlflowClient

DIFF_FILE = "code/uncommitted.diff"
PACKAGES_FILE = "code/packages.txt"
_PATIENCE_S = 10.0
"""How long the end of a run waits for what is still being collected."""
_TIMEOUT_S = 60.0

_logger = logging.getLogger("mlflow.code")


class CodeSnapshot:
    """A thread that keeps with a run what its code is beyond the commit in the tag `mlflow.source.git.commit`.

    `code/uncommitted.diff` is what `git apply` makes of a clean checkout what is here now, new files that git does not
    ignore included; it is left out where there is nothing to say. `code/packages.txt` has the installed distributions
    in the form of a requirements file.

    Args:
        run_id: the run.
        uri: the store that it is in.
    """

    def __init__(self, run_id: str, uri: str) -> None:
        self._client = MlflowClient(uri)
        self._run_id = run_id
        self._folder = _folder_of_script()
        self._thread = threading.Thread(target=self._keep, name="mlflow-code", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait for it, but not for long."""
        self._thread.join(_PATIENCE_S)

    def _keep(self) -> None:
        try:
            self._client.log_text(self._run_id, packages(), PACKAGES_FILE)
            diff = uncommitted(self._folder, MILLRACE_CODE_MAX_BYTES.get())
            if diff:
                self._client._write(self._run_id, DIFF_FILE, diff)
        except (MlflowException, OSError) as error:
            _logger.warning("The code of run %s was not kept: %s", self._run_id, error)


def packages() -> str:
    """The installed distributions with their versions, one a line, sorted by name."""
    found: dict[str, str] = {}
    for one in importlib.metadata.distributions():
        name = one.metadata["Name"]
        # The first on the path is the one that is imported.
        if name:
            found.setdefault(name.lower().replace("_", "-"), f"{name}=={one.version}")
    head = f"# Python {sys.version.split()[0]} on {sys.platform}\n"
    return head + "".join(f"{found[name]}\n" for name in sorted(found))


def uncommitted(folder: Path, limit: int) -> bytes:
    """The difference between the last commit and the files of a git checkout, at most so many bytes.

    Args:
        folder: any folder in the checkout.
        limit: what is longer is cut at the end of a line, and says so.

    Returns:
        The difference; nothing where the folder is in no checkout, or where git is missing.
    """
    top = _git(folder, "rev-parse", "--show-toplevel", "--absolute-git-dir").decode().splitlines()
    if len(top) != 2:
        return b""
    with tempfile.TemporaryDirectory(prefix="mlflow-code-") as scratch:
        # New files are announced in a copy of the index: nobody's own index is touched.
        index = Path(scratch) / "index"
        with contextlib.suppress(OSError):
            shutil.copy2(Path(top[1]) / "index", index)  # with its time, by which git knows what to look at
        variables = {"GIT_INDEX_FILE": str(index)}
        _git(Path(top[0]), "add", "--all", "--intent-to-add", ".", variables=variables)
        command = ("diff", "HEAD", "--no-color", "--no-ext-diff", "--binary")
        return _git(Path(top[0]), *command, variables=variables, limit=limit)


def _git(folder: Path, *command: str, variables: dict[str, str] | None = None, limit: int = 1 << 20) -> bytes:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", **(variables or {})}
    try:
        process = subprocess.Popen(
            ["git", *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return b""
    timer = threading.Timer(_TIMEOUT_S, process.kill)
    timer.daemon = True
    timer.start()
    with process:
        assert process.stdout is not None
        data = process.stdout.read(limit + 1)
        if len(data) > limit:
            process.kill()
            cut = data[: data.rfind(b"\n", 0, limit) + 1]
            data = cut + b"# [the rest is left out: MILLRACE_CODE_MAX_BYTES is %d]\n" % limit
    timer.cancel()
    return data if process.returncode in (0, -9) else b""


def _folder_of_script() -> Path:
    """Where the program is; where that is not known, e.g. in a notebook, the folder that it works in."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folder = Path(os.path.abspath(script)).parent if script else Path.cwd()
    return folder if folder.is_dir() else Path.cwd()
