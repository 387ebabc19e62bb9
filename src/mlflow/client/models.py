"""The client's part on logged models."""

from __future__ import annotations

from typing import Any, Literal

from millrace.calls import (
    CreateLoggedModel,
    DatasetFilter,
    DeleteLoggedModel,
    DeleteLoggedModelTag,
    FinalizeLoggedModel,
    GetLoggedModel,
    LogLoggedModelParams,
    ModelOrder,
    SearchLoggedModels,
    SetLoggedModelTags,
)
from millrace.errors import InvalidParameterValue
from millrace.model import LoggedModel, LoggedModelParameter, LoggedModelStatus, LoggedModelTag
from mlflow.client.base import ClientBase, as_ids, as_pairs
from mlflow.client.paging import PagedList

_WIRE_STATUS = {"READY": LoggedModelStatus.READY, "FAILED": LoggedModelStatus.FAILED}
_SEARCH_MAX_RESULTS = 100


class LoggedModels(ClientBase):
    """Create, finish, find, change and delete logged models."""

    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """Create a logged model in the state PENDING; `finalize_logged_model` ends that state.

        Args:
            experiment_id: the experiment that it belongs to.
            name: its name; the store makes one up when omitted.
            source_run_id: the run that makes it.
            tags: its tags.
            params: its params.
            model_type: a word of the user's, e.g. `agent`.
        """
        call = CreateLoggedModel(
            experiment_id=str(experiment_id),
            name=name or "",
            model_type=model_type or "",
            source_run_id=source_run_id or "",
            params=as_pairs(LoggedModelParameter, params),
            tags=as_pairs(LoggedModelTag, tags),
        )
        return self._call(call).model

    def get_logged_model(self, model_id: str) -> LoggedModel:
        """Get a logged model; raises MlflowException (RESOURCE_DOES_NOT_EXIST) when there is none."""
        return self._call(GetLoggedModel(model_id)).model

    def finalize_logged_model(self, model_id: str, status: Literal["READY", "FAILED"] | str) -> LoggedModel:
        """Say that the files of a logged model are all there (READY) or will not come (FAILED)."""
        wire = _WIRE_STATUS.get(str(getattr(status, "value", status)).removeprefix("LOGGED_MODEL_"))
        if wire is None:
            raise InvalidParameterValue(f"{status!r} is not a valid status: a logged model becomes READY or FAILED.")
        return self._call(FinalizeLoggedModel(model_id, wire)).model

    def delete_logged_model(self, model_id: str) -> None:
        """Delete a logged model; its files stay until `mlflow gc`."""
        self._call(DeleteLoggedModel(model_id))

    def set_logged_model_tags(self, model_id: str, tags: dict[str, Any]) -> None:
        """Set tags of a logged model; values become texts."""
        self._call(SetLoggedModelTags(model_id, as_pairs(LoggedModelTag, tags)))

    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Delete a tag of a logged model."""
        self._call(DeleteLoggedModelTag(model_id, key))

    def log_model_params(self, model_id: str, params: dict[str, str]) -> None:
        """Log params to a logged model; values become texts."""
        self._call(LogLoggedModelParams(model_id, as_pairs(LoggedModelParameter, params)))

    def search_logged_models(
        self,
        experiment_ids: list[str],
        filter_string: str | None = None,
        datasets: list[dict[str, Any]] | None = None,
        max_results: int | None = None,
        order_by: list[dict[str, Any]] | None = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """Search the logged models of experiments.

        Args:
            experiment_ids: one id or several.
            filter_string: e.g. `metrics.accuracy > 0.9 AND params.depth = '3'`.
            datasets: only metrics on these count in the filter: dicts of `dataset_name` and, if wanted,
                `dataset_digest`.
            max_results: the size of a page; 100 when omitted.
            order_by: dicts of `field_name` and, if wanted, `ascending` (True when omitted), `dataset_name`,
                `dataset_digest`; newest first when omitted.
            page_token: the `token` of the previous page.
        """
        if any(not one.get("dataset_name") for one in datasets or ()):
            raise InvalidParameterValue("`dataset_name` in the `datasets` clause must be specified.")
        call = SearchLoggedModels(
            experiment_ids=as_ids(experiment_ids),
            filter=filter_string or "",
            datasets=[DatasetFilter(one["dataset_name"], one.get("dataset_digest")) for one in datasets or ()],
            max_results=max_results if max_results is not None else _SEARCH_MAX_RESULTS,
            order_by=[_order(one) for one in order_by or ()],
            page_token=page_token or "",
        )
        page = self._call(call)
        return PagedList(page.models, page.next_page_token or None)


def _order(one: dict[str, Any]) -> ModelOrder:
    if not isinstance(one, dict) or "field_name" not in one:
        raise InvalidParameterValue("`order_by` must be a list of dictionaries that each have a `field_name`.")
    return ModelOrder(one["field_name"], one.get("ascending"), one.get("dataset_name"), one.get("dataset_digest"))
