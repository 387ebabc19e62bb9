"""Fluent functions on logged models, and the active model of each thread."""

from __future__ import annotations

import logging
import os
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from millrace.errors import InvalidParameterValue
from millrace.model import LoggedModel
from millrace.settings import MLFLOW_ACTIVE_MODEL_ID
from mlflow.client.paging import all_pages
from mlflow.context.providers import resolve_tags
from mlflow.fluent import frames
from mlflow.fluent.active import active_run, client
from mlflow.fluent.active import experiment_id as current_experiment
from mlflow.utils.mlflow_tags import MLFLOW_MODEL_IS_EXTERNAL

if TYPE_CHECKING:
    import pandas

_logger = logging.getLogger("mlflow.tracking.fluent")


class ActiveModel(LoggedModel, frozen=True):
    """A logged model that was made active; as a context manager it gives way to the one before at the end."""

    def __enter__(self) -> ActiveModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        own = _own()
        if own.stack and own.stack[-1] == self.model_id:
            own.stack.pop()


class _Own(threading.local):
    def __init__(self) -> None:
        self.stack: list[str | None] = []
        self.last: str | None = None


_state: dict[str, _Own] = {}


def _own() -> _Own:
    return _state.get("own") or _state.setdefault("own", _Own())


def get_active_model_id() -> str | None:
    """The id of the logged model that metrics of this thread are linked to; None when there is none."""
    stack = _own().stack
    return stack[-1] if stack else MLFLOW_ACTIVE_MODEL_ID.get()


def set_active_model(*, name: str | None = None, model_id: str | None = None) -> ActiveModel:
    """Set the logged model that metrics of this thread are linked to.

    Args:
        name: the newest logged model of that name in the active experiment; one is created if there is none.
        model_id: the id of a logged model, instead of the name.

    Returns:
        The model; in a `with` statement the one before is active again at its end.

    Raises:
        MlflowException: neither is given, both are given and do not belong together, or there is no such model.
    """
    if name is None and model_id is None:
        raise InvalidParameterValue("Either name or model_id must be provided")
    if model_id is not None:
        found = client().get_logged_model(model_id)
        if name is not None and found.name != name:
            raise InvalidParameterValue(
                f"LoggedModel with model_id {model_id!r} has name {found.name!r}, which does not match the provided "
                f"name {name!r}."
            )
    else:
        page = client().search_logged_models(
            [current_experiment()],
            f"name = '{name}'",
            max_results=1,
            order_by=[{"field_name": "creation_timestamp", "ascending": False}],
        )
        if not page:
            _logger.info("LoggedModel with name '%s' does not exist, creating one...", name)
        found = page[0] if page else create_external_model(name=name)
    _own().stack.append(found.model_id)
    _logger.info("Active model is set to the logged model with ID: %s", found.model_id)
    return ActiveModel(found.info, found.data)


def clear_active_model() -> None:
    """Link metrics of this thread to no logged model any more."""
    _own().stack.clear()
    MLFLOW_ACTIVE_MODEL_ID.unset()


def initialize_logged_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """Create a logged model in the state PENDING; `finalize_logged_model` ends that state.

    Args:
        name: its name; the store makes one up when omitted.
        source_run_id: the run that makes it; the active one when omitted.
        tags: its tags, beside those of the run context.
        params: its params.
        model_type: a word of the user's, e.g. `agent`.
        experiment_id: the experiment that it belongs to; the active run's, else the active one, when omitted.
    """
    active = active_run()
    if source_run_id is None and active is not None:
        source_run_id = active.info.run_id
    if experiment_id is None:
        experiment_id = active.info.experiment_id if active is not None else current_experiment()
    model = client().create_logged_model(experiment_id, name, source_run_id, resolve_tags(tags), params, model_type)
    _own().last = model.model_id
    return model


def initialize_logged_model_of_flavor(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
    flavor: str | None = None,
) -> LoggedModel:
    """As `initialize_logged_model`, for flavors outside of this package, which say their name; it is not kept."""
    return initialize_logged_model(name, source_run_id, tags, params, model_type, experiment_id)


def create_external_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """Create a logged model whose files are elsewhere: it is READY at once, and cannot be loaded from here.

    Args: as of `initialize_logged_model`.
    """
    tags = {**(tags or {}), MLFLOW_MODEL_IS_EXTERNAL: "true"}
    model = initialize_logged_model(name, source_run_id, tags, params, model_type, experiment_id)
    return finalize_logged_model(model.model_id, "READY")


def finalize_logged_model(model_id: str, status: Literal["READY", "FAILED"]) -> LoggedModel:
    """Say that the files of a logged model are all there (`"READY"`) or will not come (`"FAILED"`)."""
    return client().finalize_logged_model(model_id, status)


def get_logged_model(model_id: str) -> LoggedModel:
    """Get a logged model; raises MlflowException (RESOURCE_DOES_NOT_EXIST) when there is none."""
    return client().get_logged_model(model_id)


def last_logged_model() -> LoggedModel | None:
    """The logged model that this thread created last; None when it created none."""
    last = _own().last
    return client().get_logged_model(last) if last else None


def search_logged_models(
    experiment_ids: list[str] | None = None,
    filter_string: str | None = None,
    datasets: list[dict[str, str]] | None = None,
    max_results: int | None = None,
    order_by: list[dict[str, Any]] | None = None,
    output_format: Literal["pandas", "list"] = "pandas",
) -> list[LoggedModel] | pandas.DataFrame:
    """Search logged models, as a table or as a list.

    Args:
        experiment_ids: the experiments to search; the active one when omitted.
        filter_string: e.g. `metrics.accuracy > 0.9 AND params.depth = '3'`.
        datasets: only metrics on these count in the filter: dicts of `dataset_name` and, if wanted, `dataset_digest`.
        max_results: stop after so many; all when omitted.
        order_by: dicts of `field_name` and, if wanted, `ascending`, `dataset_name`, `dataset_digest`.
        output_format: `"pandas"` for a DataFrame, `"list"` for a list.
    """
    if output_format not in ("pandas", "list"):
        raise InvalidParameterValue(
            f"Unsupported output format: {output_format!r}. Supported string values are 'pandas' or 'list'"
        )
    where = experiment_ids or [current_experiment()]
    models = all_pages(
        lambda size, token: client().search_logged_models(where, filter_string, datasets, size, order_by, token),
        100,
        max_results,
    )
    return models if output_format == "list" else frames.models_frame(models)


def log_model_params(params: dict[str, str], model_id: str | None = None) -> None:
    """Log params to a logged model, by default the active one; values become texts."""
    target = model_id or get_active_model_id()
    if target is None:
        raise InvalidParameterValue("`model_id` must be a non-empty string, but got None")
    client().log_model_params(target, params)


def set_logged_model_tags(model_id: str, tags: dict[str, Any]) -> None:
    """Set tags of a logged model; values become texts."""
    client().set_logged_model_tags(model_id, tags)


def delete_logged_model_tag(model_id: str, key: str) -> None:
    """Delete a tag of a logged model."""
    client().delete_logged_model_tag(model_id, key)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_state.clear)
