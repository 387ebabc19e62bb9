"""Calls on experiments."""

from __future__ import annotations

from millrace.calls.base import Answer, Call, Create, Edit, Empty, Manage, Read, Required, endpoint
from millrace.model import DatasetSummary, Experiment, ExperimentTag


class ExperimentAnswer(Answer, frozen=True):
    """One experiment."""

    experiment: Experiment


class CreatedExperiment(Answer, frozen=True):
    """The id of the experiment that was created."""

    experiment_id: str


class ExperimentPage(Answer, frozen=True):
    """A page of experiments, and the token of the next page if there is one."""

    experiments: list[Experiment] = []
    next_page_token: str | None = None


@endpoint("POST", "mlflow/experiments/create", needs=Create.experiment)
class CreateExperiment(Call[CreatedExperiment], frozen=True):
    """Create an experiment with a name that no other experiment has, deleted ones included."""

    name: Required
    artifact_location: str = ""
    tags: list[ExperimentTag] = []


@endpoint("GET", "mlflow/experiments/get", needs=Read.experiment)
class GetExperiment(Call[ExperimentAnswer], frozen=True):
    """Get an experiment by id; deleted ones too."""

    experiment_id: Required


@endpoint("GET", "mlflow/experiments/get-by-name", needs=Read.experiment)
class GetExperimentByName(Call[ExperimentAnswer], frozen=True):
    """Get an experiment by name; an active one before a deleted one."""

    experiment_name: Required


@endpoint("POST GET", "mlflow/experiments/search", needs=Read.experiment)
class SearchExperiments(Call[ExperimentPage], frozen=True):
    """Search experiments by name, times and tags, newest first unless ordered otherwise."""

    max_results: int | None = None
    page_token: str = ""
    filter: str = ""
    order_by: list[str] = []
    view_type: str | int = "ACTIVE_ONLY"


@endpoint("POST", "mlflow/experiments/update", needs=Edit.experiment)
class UpdateExperiment(Call[Empty], frozen=True):
    """Rename an experiment."""

    experiment_id: Required
    new_name: Required


@endpoint("POST", "mlflow/experiments/delete", needs=Manage.experiment)
class DeleteExperiment(Call[Empty], frozen=True):
    """Mark an experiment and its runs as deleted."""

    experiment_id: Required


@endpoint("POST", "mlflow/experiments/restore", needs=Manage.experiment)
class RestoreExperiment(Call[Empty], frozen=True):
    """Bring back an experiment and its runs that were marked as deleted."""

    experiment_id: Required


@endpoint("POST", "mlflow/experiments/set-experiment-tag", needs=Edit.experiment)
class SetExperimentTag(Call[Empty], frozen=True):
    """Set a tag of an experiment."""

    experiment_id: Required
    key: Required
    value: str = ""


@endpoint("POST", "mlflow/experiments/delete-experiment-tag", needs=Edit.experiment)
class DeleteExperimentTag(Call[Empty], frozen=True):
    """Delete a tag of an experiment."""

    experiment_id: Required
    key: Required


class DatasetSummaries(Answer, frozen=True):
    """The datasets that runs of some experiments used."""

    dataset_summaries: list[DatasetSummary] = []


@endpoint("POST", "mlflow/experiments/search-datasets", needs=Read.experiment)
class SearchDatasets(Call[DatasetSummaries], frozen=True):
    """List the datasets that active runs of some experiments used, at most 1,000."""

    experiment_ids: list[str] = []
