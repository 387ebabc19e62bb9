"""Runs that are removed for good go with the artifacts that this server keeps."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from millrace.artifacts import local_folder
from millrace.calls import Call, ChangedRuns, ChangeRuns
from millrace.errors import MlflowException
from millrace.server.places import Places
from millrace.store import Store

_logger = logging.getLogger("millrace.server")


def change_runs(store: Store, places: Places, call: ChangeRuns) -> ChangedRuns:
    """Change many runs; the artifacts of those that were purged are deleted when their rows are gone for sure."""
    answer = store.call(call)
    return replace(answer, artifact_uris=[uri for uri in answer.artifact_uris if not _deleted(places, uri)])


def _deleted(places: Places, uri: str) -> bool:
    if not places.owns(uri):
        return False
    try:
        places.at(uri).delete()
    except (MlflowException, OSError) as error:
        _logger.warning("The artifacts at %s are left behind: %s", uri, error)
        return False
    folder = local_folder(uri)
    if folder is not None:
        for empty in (folder, folder.parent):
            with contextlib.suppress(OSError):
                os.rmdir(empty)
    return True


ANSWERS: dict[type[Call[Any]], Callable[[Store, Places, Any], Any]] = {ChangeRuns: change_runs}
"""The function that answers each call of this file."""
