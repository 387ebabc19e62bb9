"""Small things about local files that scripts take from `mlflow.utils.file_utils`."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from millrace.artifacts import local_folder


class TempDir:
    """A temporary folder, as a context manager.

    Args:
        chdr: make it the current folder for as long.
        remove_on_exit: delete it at the end.
    """

    def __init__(self, chdr: bool = False, remove_on_exit: bool = True) -> None:
        self._chdr = chdr
        self._remove = remove_on_exit
        self._before = ""
        self._folder = ""

    def __enter__(self) -> TempDir:
        self._folder = tempfile.mkdtemp()
        if self._chdr:
            self._before = os.getcwd()
            os.chdir(self._folder)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before:
            os.chdir(self._before)
        if self._remove:
            shutil.rmtree(self._folder)

    def path(self, *path: str) -> str:
        """The path of something in the folder."""
        return os.path.join(self._folder, *path)


def path_to_local_file_uri(path: str) -> str:
    """The `file:` URI of a path."""
    return Path(path).absolute().as_uri()


def local_file_uri_to_path(uri: str) -> str:
    """The path that a `file:` URI means; another text as it is."""
    folder = local_folder(uri) if uri.startswith("file:") else None
    return str(folder) if folder else uri
