"""The client's part on runs as a whole."""

from __future__ import annotations

from typing import Any

from millrace.calls import CreateRun, DeleteRun, GetRun, RestoreRun, SearchRuns, UpdateRun
from millrace.model import Run, RunStatus, RunTag, ViewType
from mlflow.client.base import ClientBase, as_ids, as_pairs, now_ms
from mlflow.client.paging import PagedList
from mlflow.client.queue import flush_run
from mlflow.client.values import text_of_tag
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_USER

SEARCH_MAX_RESULTS_DEFAULT = 1000


class Runs(ClientBase):
    """Create, find, change, end, delete and restore runs."""

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: dict[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Create a run; it is not made active, and it is RUNNING until `set_terminated`.

        Args:
            experiment_id: the experiment that it belongs to.
            start_time: milliseconds since 1970, UTC; now when omitted.
            tags: tags of the run; values become texts.
            run_name: its name; the store makes one up when omitted.
        """
        return self._open_run(experiment_id, start_time, tags, run_name)

    def _open_run(
        self,
        experiment_id: str,
        start_time: int | None,
        tags: dict[str, Any] | None,
        run_name: str | None,
        *,
        process_id: str = "",
        run_id: str = "",
    ) -> Run:
        """Create a run; with a process that has it open, one that is ended when the process dies.

        MLflow's own server gives it another id than this one.
        """
        texts = {str(key): text_of_tag(value) for key, value in (tags or {}).items()}
        call = CreateRun(
            experiment_id=str(experiment_id),
            user_id=texts.get(MLFLOW_USER, "unknown"),
            run_name=run_name or "",
            start_time=now_ms() if start_time is None else start_time,
            tags=as_pairs(RunTag, texts),
            run_id=run_id,
            process_id=process_id,
        )
        return self._call(call).run

    def get_run(self, run_id: str) -> Run:
        """Get a run with the latest point of each metric, its params, tags, inputs and outputs.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST when there is none.
        """
        return self._call(GetRun(run_id=run_id)).run

    def get_parent_run(self, run_id: str) -> Run | None:
        """Get the run that a run is nested in; None when it is not nested."""
        parent = self.get_run(run_id).data.tags.get(MLFLOW_PARENT_RUN_ID)
        return None if parent is None else self.get_run(parent)

    def search_runs(
        self,
        experiment_ids: list[str],
        filter_string: str = "",
        run_view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = SEARCH_MAX_RESULTS_DEFAULT,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """Search the runs of experiments.

        Args:
            experiment_ids: one id or several.
            filter_string: e.g. `metrics.accuracy > 0.9 AND params.model = 'tree'`.
            run_view_type: `ViewType.ACTIVE_ONLY`, `DELETED_ONLY` or `ALL`.
            max_results: the size of a page.
            order_by: e.g. `["metrics.accuracy DESC"]`; latest start first when omitted.
            page_token: the `token` of the previous page.
        """
        call = SearchRuns(
            experiment_ids=as_ids(experiment_ids),
            filter=filter_string or "",
            run_view_type=run_view_type,
            max_results=max_results,
            order_by=list(order_by or ()),
            page_token=page_token or "",
        )
        page = self._call(call)
        return PagedList(page.runs, page.next_page_token or None)

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change the status (e.g. `"FINISHED"`) or the name of a run."""
        flush_run(run_id)
        number = RunStatus.from_string(status) if status else None
        named = RunStatus.to_string(number) if number else None
        self._call(UpdateRun(run_id=run_id, status=named, run_name=name))

    def _reopen_run(self, run_id: str, name: str | None, process_id: str) -> None:
        """Have a run RUNNING again, and ended when the process dies."""
        flush_run(run_id)
        self._call(UpdateRun(run_id=run_id, status="RUNNING", run_name=name, process_id=process_id))

    def set_terminated(self, run_id: str, status: str | None = None, end_time: int | None = None) -> None:
        """End a run.

        Args:
            run_id: the run.
            status: `"FINISHED"` (when omitted), `"FAILED"` or `"KILLED"`.
            end_time: milliseconds since 1970, UTC; now when omitted.
        """
        self._end_run(run_id, status, end_time, "")

    def _end_run(self, run_id: str, status: str | None, end_time: int | None, reason: str) -> None:
        """End a run, and keep why."""
        flush_run(run_id)
        named = RunStatus.to_string(RunStatus.from_string(status or "FINISHED"))
        self._call(UpdateRun(run_id=run_id, status=named, end_time=end_time or now_ms(), reason=reason))

    def delete_run(self, run_id: str) -> None:
        """Mark a run as deleted; `restore_run` brings it back."""
        flush_run(run_id)
        self._call(DeleteRun(run_id=run_id))

    def restore_run(self, run_id: str) -> None:
        """Bring back a run that was deleted."""
        self._call(RestoreRun(run_id=run_id))
