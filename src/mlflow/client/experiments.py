"""The client's part on experiments."""

from __future__ import annotations

from typing import Any

from millrace.calls import (
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    GetExperiment,
    GetExperimentByName,
    RestoreExperiment,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
)
from millrace.errors import MlflowException
from millrace.model import Experiment, ExperimentTag, ViewType
from mlflow.client.base import ClientBase, as_pairs
from mlflow.client.paging import PagedList

SEARCH_MAX_RESULTS_DEFAULT = 1000


class Experiments(ClientBase):
    """Create, find, change and delete experiments."""

    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: dict[str, Any] | None = None
    ) -> str:
        """Create an experiment and return its id.

        Args:
            name: a name that no other experiment has, deleted ones included.
            artifact_location: a path or URI for the artifacts of its runs; the store chooses one when omitted.
            tags: tags of the experiment; values become texts.

        Raises:
            MlflowException: RESOURCE_ALREADY_EXISTS when the name is taken.
        """
        call = CreateExperiment(
            name=name,
            artifact_location=str(artifact_location) if artifact_location else "",
            tags=as_pairs(ExperimentTag, tags),
        )
        return self._call(call).experiment_id

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Get an experiment by id; deleted ones too.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST when there is none.
        """
        return self._call(GetExperiment(experiment_id=str(experiment_id))).experiment

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Get an experiment by its exact name, deleted ones too; None when there is none."""
        try:
            return self._call(GetExperimentByName(experiment_name=name)).experiment
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int | None = SEARCH_MAX_RESULTS_DEFAULT,
        filter_string: str | None = None,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Search experiments by name, times and tags.

        Args:
            view_type: `ViewType.ACTIVE_ONLY`, `DELETED_ONLY` or `ALL`.
            max_results: the size of a page.
            filter_string: e.g. `name LIKE 'churn%' AND tags.team = 'a'`.
            order_by: e.g. `["last_update_time DESC"]`; newest first when omitted.
            page_token: the `token` of the previous page.
        """
        call = SearchExperiments(
            max_results=max_results,
            page_token=page_token or "",
            filter=filter_string or "",
            order_by=list(order_by or ()),
            view_type=view_type,
        )
        page = self._call(call)
        return PagedList(page.experiments, page.next_page_token or None)

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment another name, which no other experiment has."""
        self._call(UpdateExperiment(experiment_id=str(experiment_id), new_name=new_name))

    def delete_experiment(self, experiment_id: str) -> None:
        """Mark an experiment and its runs as deleted; `restore_experiment` brings them back."""
        self._call(DeleteExperiment(experiment_id=str(experiment_id)))

    def restore_experiment(self, experiment_id: str) -> None:
        """Bring back an experiment that was deleted, with its runs."""
        self._call(RestoreExperiment(experiment_id=str(experiment_id)))

    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """Set a tag of an experiment; the value becomes a text."""
        self._call(SetExperimentTag(experiment_id=str(experiment_id), key=key, value=str(value)))

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Delete a tag of an experiment."""
        self._call(DeleteExperimentTag(experiment_id=str(experiment_id), key=key))
