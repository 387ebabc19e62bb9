"""Calls on logged models."""

from __future__ import annotations

from msgspec import Struct

from millrace.calls.base import Answer, Call, Edit, Empty, Manage, Read, Required, endpoint
from millrace.model import LoggedModel, LoggedModelParameter, LoggedModelTag


class LoggedModelAnswer(Answer, frozen=True):
    """One logged model."""

    model: LoggedModel


class LoggedModelPage(Answer, frozen=True):
    """A page of logged models, and the token of the next page if there is one."""

    models: list[LoggedModel] = []
    next_page_token: str | None = None


@endpoint("POST", "mlflow/logged-models", needs=Edit.experiment)
class CreateLoggedModel(Call[LoggedModelAnswer], frozen=True):
    """Create a logged model in an experiment, in the state PENDING; `model_id` (ours) lets a client choose the id."""

    experiment_id: Required
    name: str = ""
    model_type: str = ""
    source_run_id: str = ""
    params: list[LoggedModelParameter] = []
    tags: list[LoggedModelTag] = []
    model_id: str = ""


@endpoint("GET", "mlflow/logged-models/{model_id}", needs=Read.logged_model)
class GetLoggedModel(Call[LoggedModelAnswer], frozen=True):
    """Get a logged model."""

    model_id: Required


@endpoint("PATCH", "mlflow/logged-models/{model_id}", needs=Edit.logged_model)
class FinalizeLoggedModel(Call[LoggedModelAnswer], frozen=True):
    """Set a logged model's status: LOGGED_MODEL_READY or LOGGED_MODEL_UPLOAD_FAILED."""

    model_id: Required
    status: str | int


@endpoint("DELETE", "mlflow/logged-models/{model_id}", needs=Manage.logged_model)
class DeleteLoggedModel(Call[Empty], frozen=True):
    """Delete a logged model; its files stay until `mlflow gc`."""

    model_id: Required


class DatasetFilter(Struct, frozen=True, omit_defaults=True):
    """Only metrics on this dataset count in a search's filter."""

    dataset_name: str
    dataset_digest: str | None = None


class ModelOrder(Struct, frozen=True, omit_defaults=True):
    """One key that a search is ordered by; a metric's may name the dataset that it was measured on."""

    field_name: str
    ascending: bool | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


@endpoint("POST", "mlflow/logged-models/search", needs=Read.experiment)
class SearchLoggedModels(Call[LoggedModelPage], frozen=True):
    """Search the logged models of experiments."""

    experiment_ids: list[str]
    filter: str = ""
    datasets: list[DatasetFilter] = []
    max_results: int = 50
    order_by: list[ModelOrder] = []
    page_token: str = ""


class LoggedModelCount(Answer, frozen=True):
    """How many logged models there are."""

    count: int = 0


@endpoint("POST", "logged-models/count", needs=Read.experiment, version="millrace/1")
class CountLoggedModels(Call[LoggedModelCount], frozen=True):
    """Count the logged models that SearchLoggedModels would find (ours)."""

    experiment_ids: list[str]
    filter: str = ""
    datasets: list[DatasetFilter] = []


@endpoint("PATCH", "mlflow/logged-models/{model_id}/tags", needs=Edit.logged_model)
class SetLoggedModelTags(Call[Empty], frozen=True):
    """Set tags of a logged model."""

    model_id: Required
    tags: list[LoggedModelTag] = []


@endpoint("DELETE", "mlflow/logged-models/{model_id}/tags/{tag_key}", needs=Edit.logged_model)
class DeleteLoggedModelTag(Call[Empty], frozen=True):
    """Delete a tag of a logged model."""

    model_id: Required
    tag_key: Required


@endpoint("POST", "mlflow/logged-models/{model_id}/params", needs=Edit.logged_model)
class LogLoggedModelParams(Call[Empty], frozen=True):
    """Log params to a logged model."""

    model_id: Required
    params: list[LoggedModelParameter] = []
