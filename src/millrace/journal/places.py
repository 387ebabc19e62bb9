"""Where the journal of a store is."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from millrace.settings import MILLRACE_JOURNAL_DIR, state_folder

FOLDER = "journal"
"""The name of the journal's folder in the folder of a store."""


def journal_of(uri: str) -> tuple[Path, str]:
    """The folder of a store's journal, and what the store is called in messages and in the file `store`.

    Args:
        uri: any URI that `millrace.store.open_store` takes.
    """
    import hashlib  # which most programs, tracking to a folder, never need

    name = plain(uri)
    if not _scheme(uri):
        return Path(name) / FOLDER, name
    home = MILLRACE_JOURNAL_DIR.get() or os.path.join(state_folder(), "millrace")
    return Path(os.path.abspath(os.path.expanduser(home))) / hashlib.sha256(name.encode()).hexdigest()[:32], name


def plain(uri: str) -> str:
    """A URI without user, password, query and trailing slash; of a file or folder, with its absolute path."""
    scheme = _scheme(uri)
    if scheme == "sqlite":
        return "sqlite:///" + os.path.abspath(uri.partition("://")[2].partition("?")[0][1:])
    if scheme:
        parts = urlsplit(uri)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
    path = unquote(urlsplit(uri).path) if uri.startswith("file:") else uri
    return os.path.abspath(os.path.expanduser(path or "mlruns"))


def _scheme(uri: str) -> str:
    """The scheme, empty for folders."""
    scheme = uri.partition(":")[0] if "://" in uri or uri.startswith("sqlite:") else ""
    return "" if scheme == "file" else scheme
