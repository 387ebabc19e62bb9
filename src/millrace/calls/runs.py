"""Calls on runs as a whole: create, read, search, update, delete, restore."""

from __future__ import annotations

from millrace.calls.base import Answer, Call, Edit, Empty, Manage, Read, Required, endpoint
from millrace.model import Run, RunInfo, RunTag


class RunAnswer(Answer, frozen=True):
    """One run, whole."""

    run: Run


class RunInfoAnswer(Answer, frozen=True):
    """What a run is, after the change."""

    run_info: RunInfo


class RunPage(Answer, frozen=True):
    """A page of runs, and the token of the next page if there is one."""

    runs: list[Run] = []
    next_page_token: str | None = None


@endpoint("POST", "mlflow/runs/create", needs=Edit.experiment)
class CreateRun(Call[RunAnswer], frozen=True):
    """Create a run in an experiment.

    `start_time` is in milliseconds since 1970, UTC. `run_id` (32 hex digits, ours) lets a client choose the id, so
    that creating the same run again answers with the run that is there. `process_id` (ours) names the process that
    has the run open, as in Attend; a run without one is never ended by anybody else.
    """

    experiment_id: str = ""
    user_id: str = ""
    run_name: str = ""
    start_time: int | None = None
    tags: list[RunTag] = []
    run_id: str = ""
    process_id: str = ""


@endpoint("GET", "mlflow/runs/get", needs=Read.run)
class GetRun(Call[RunAnswer], frozen=True):
    """Get a run with the latest point of each metric, its params, tags, inputs and outputs."""

    run_id: Required


class RunCount(Answer, frozen=True):
    """How many runs there are."""

    count: int = 0


@endpoint("POST", "runs/count", needs=Read.experiment, version="millrace/1")
class CountRuns(Call[RunCount], frozen=True):
    """Count the runs that SearchRuns would find (ours)."""

    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"


@endpoint("POST", "mlflow/runs/update", needs=Edit.run)
class UpdateRun(Call[RunInfoAnswer], frozen=True):
    """Change a run's status, end time (milliseconds since 1970, UTC) or name.

    Ours: with the status RUNNING, `process_id` names the process that has the run open again, as in Attend; with
    another one, `reason` says why the run ended and is kept in the tag `millrace.endReason`.
    """

    run_id: Required
    status: str | int | None = None
    end_time: int | None = None
    run_name: str | None = None
    process_id: str = ""
    reason: str = ""


@endpoint("POST", "mlflow/runs/delete", needs=Manage.run)
class DeleteRun(Call[Empty], frozen=True):
    """Mark a run as deleted."""

    run_id: Required


@endpoint("POST", "mlflow/runs/restore", needs=Manage.run)
class RestoreRun(Call[Empty], frozen=True):
    """Bring back a run that was marked as deleted."""

    run_id: Required


@endpoint("POST", "mlflow/runs/search", needs=Read.run)
class SearchRuns(Call[RunPage], frozen=True):
    """Search the runs of experiments by attributes, metrics, params, tags and datasets."""

    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    max_results: int = 1000
    order_by: list[str] = []
    page_token: str = ""
