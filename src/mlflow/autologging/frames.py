"""The names that a user's code has for the things that it passes to a function."""

from __future__ import annotations

import inspect
from types import FrameType
from typing import Any


def caller_outside(*packages: str) -> FrameType | None:
    """The innermost frame of this thread that belongs to none of the packages."""
    frame = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] in packages:
        frame = frame.f_back
    return frame


def name_of(value: Any, frame: FrameType | None) -> str | None:
    """The variable that holds exactly this object where a frame stands; None when there is none.

    A parameter of a function is followed to the code that called it: `evaluate(X_test)` is about `X_test`, whatever
    `evaluate` calls it.
    """
    while frame is not None:
        # Names that nobody wrote are not identifiers; those of notebooks' outputs begin with an underscore.
        names = [key for key, held in list(frame.f_locals.items()) if held is value and key.isidentifier()]
        name = min(names, key=lambda each: each.startswith("_"), default=None)
        if name is None or name not in _parameters(frame):
            return name
        frame = frame.f_back
    return None


def _parameters(frame: FrameType) -> tuple[str, ...]:
    code = frame.f_code
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
