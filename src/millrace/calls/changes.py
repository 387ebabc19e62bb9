"""Our own call that tells what has changed since a moment; the page's feed of changes is made of it."""

from __future__ import annotations

from msgspec import Struct

from millrace.calls.base import Answer, Call, Read, endpoint


class Change(Struct, frozen=True, omit_defaults=True):
    """Something that was changed."""

    seq: int
    """When, as a number that grows: milliseconds since 1970, UTC, or more where clocks differ."""
    experiment_id: str = ""
    """Empty for registered models."""
    run_id: str = ""
    """Empty for what an experiment has besides runs: its name, tags and logged models."""
    traces: bool = False
    """Whether it is the traces of the experiment that were changed; which ones is not told."""


class Changes(Answer, frozen=True):
    """What was changed after a moment, each thing once, the oldest change first."""

    cursor: int = 0
    """The moment that this answer knows all changes of; but a change that is hardly older may still be under way."""
    changes: list[Change] = []
    all: bool = False
    """Whether there are too many to tell, or the moment is too long ago: anything may have changed."""
    state: str = ""
    """Which state of the data was read: the same again means that nothing was changed in between, whatever it was; only
    the process that answered knows its states. Empty where that is not known."""


@endpoint("GET", "changes/since", needs=Read.experiment, version="millrace/1")
class GetChanges(Call[Changes], frozen=True):
    """Get what has changed after `cursor`, in some experiments or (empty) in all; 0 gives the cursor of now.

    Of a run that is written to all the time, one change a second is told. So a change stands for what happens to its
    run in the second behind it, too.
    """

    cursor: int = 0
    experiment_ids: list[str] = []
