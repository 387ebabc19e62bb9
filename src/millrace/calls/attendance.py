"""Our own calls on whether the processes that log runs are alive; see docs/explanation/dead-runs.md."""

from __future__ import annotations

from millrace.calls.base import Answer, Call, Edit, Empty, Required, endpoint


class EndedRuns(Answer, frozen=True):
    """The runs that were ended, and those that are not there; their creation may still be on its way."""

    run_ids: list[str] = []
    unknown: list[str] = []


@endpoint("POST", "runs/attend", needs=Edit.run, version="millrace/1")
class Attend(Call[Empty], frozen=True):
    """Say that a process is alive and has runs open.

    A run that was ended because nothing had been heard of its process is RUNNING again. Runs that ended otherwise, are
    deleted or do not exist are left as they are.
    """

    process_id: Required
    run_ids: list[str] = []


@endpoint("POST", "runs/end-abandoned", needs=Edit.run, version="millrace/1")
class EndAbandoned(Call[EndedRuns], frozen=True):
    """End runs of a process that is known to be dead, as KILLED, unless another process has them open too.

    Only runs that this process said to have open, and that are RUNNING, are touched. `reason` is kept in the tag
    `millrace.endReason`.
    """

    process_id: Required
    run_ids: list[str] = []
    reason: str = ""
