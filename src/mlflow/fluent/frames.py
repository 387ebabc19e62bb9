"""What searches find, as pandas tables."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from millrace.model import Experiment, LoggedModel, Run
from mlflow.client import MlflowClient
from mlflow.client.columns import RunTable
from mlflow.client.paging import all_pages

if TYPE_CHECKING:
    import pandas

_logger = logging.getLogger("mlflow.tracking.fluent")
_INFO = ("run_id", "experiment_id", "status", "artifact_uri")
_TIMES = ("start_time", "end_time")


def check_format(output_format: str) -> None:
    """Raise ValueError for a format that a search cannot answer in."""
    if output_format not in ("pandas", "list"):
        raise ValueError(f"Unsupported output format: {output_format}. Supported string values are 'pandas' or 'list'")


def all_experiments(client: MlflowClient) -> list[Experiment]:
    """Every active experiment."""
    return all_pages(lambda size, token: client.search_experiments(max_results=size, page_token=token), 1000, None)


def ids_of_names(client: MlflowClient, names: list[str]) -> list[str]:
    """The ids of experiments by name; names that no experiment has are warned of and left out."""
    ids = []
    for name in names:
        found = client.get_experiment_by_name(name)
        if found is None:
            _logger.warning("Cannot retrieve experiment by name %s", name)
        else:
            ids.append(found.experiment_id)
    return ids


def runs_frame(runs: list[Run]) -> pandas.DataFrame:
    """Runs as a table: a row each, times in UTC; absent metrics are NaN, absent params and tags None."""
    import numpy as np
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in _INFO:
        columns[name] = pd.Series([getattr(run.info, name) for run in runs], dtype="object")
    for name in _TIMES:
        stamps = [getattr(run.info, name) for run in runs]
        columns[name] = pd.to_datetime(pd.Series(stamps, dtype="object"), unit="ms", utc=True)
    for kind, absent in (("metrics", np.nan), ("params", None), ("tags", None)):
        found = [getattr(run.data, kind) for run in runs]
        keys = dict.fromkeys(key for values in found for key in values)
        for key in keys:
            column = [values.get(key, absent) for values in found]
            columns[f"{kind}.{key}"] = pd.Series(column, dtype="float64" if kind == "metrics" else "object")
    return pd.DataFrame(columns)


def columns_frame(table: RunTable) -> pandas.DataFrame:
    """The same table as `runs_frame` makes, from columns."""
    import numpy as np
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in _INFO:
        columns[name] = pd.Series(table.columns[f"attributes.{name}"], dtype="object")
    for name in _TIMES:
        stamps = table.columns[f"attributes.{name}"]
        columns[name] = pd.to_datetime(pd.Series(stamps, dtype="object"), unit="ms", utc=True)
    for kind in ("metrics", "params", "tags"):
        begun = []
        for name, values in table.columns.items():
            if name.startswith(f"{kind}."):
                first = next((index for index, value in enumerate(values) if value is not None), None)
                if first is not None:
                    begun.append((first, name, values))
        for _, name, values in sorted(begun, key=lambda one: one[:2]):
            column = np.array(values, np.float64) if kind == "metrics" else values
            columns[name] = pd.Series(column, dtype="float64" if kind == "metrics" else "object")
    return pd.DataFrame(columns)


def models_frame(models: list[LoggedModel]) -> pandas.DataFrame:
    """Logged models as a table: a row each, a column for each of their fields."""
    import pandas as pd

    rows = [{name: value for name, value in model if name not in ("info", "data", "model_uri")} for model in models]
    names = list(rows[0]) if rows else []
    columns = {name: [row[name] for row in rows] for name in names}
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype="int64" if name.endswith("_timestamp") else "object")
            for name, values in columns.items()
        }
    )
