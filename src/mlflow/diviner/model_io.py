"""Saving, logging and loading of Diviner's grouped forecasters, as MLflow did up to its version 2."""

from __future__ import annotations

import os
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.requirements import pinned_or_error
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "diviner"
FLAVOR = Flavor(FLAVOR_NAME, module="diviner")
FILE_NAME = "model.div"
_SETTINGS = ("predict_col", "alpha", "return_conf_int", "inverse_transform")


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: Diviner, pinned."""
    return [pinned_or_error("diviner")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    diviner_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a forecaster to a local directory.

    Args:
        diviner_model: a fitted `GroupedProphet` or `GroupedPmdarima`; not one that was fitted with Spark.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives; found by predicting the example by default.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        metadata: whatever the user wants to have in the `MLmodel` file.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: more than one way of describing the environment was used.
    """
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        diviner_model.save(saving.path(FILE_NAME))
        saving.pyfunc("mlflow.diviner", predict=_DivinerModelWrapper(diviner_model).predict, data=FILE_NAME)
        told = {"model_type": type(diviner_model).__name__, "fit_with_spark": False, "data": FILE_NAME}
        saving.flavor(diviner_version=FLAVOR.version(), **told)


def log_model(
    diviner_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    metadata: dict[str, Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    **kwargs: Any,
) -> ModelInfo:
    """Log a forecaster: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = dict(locals())
    return Model.log(flavor=mlflow.diviner, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None, **kwargs: Any) -> Any:
    """Load a forecaster.

    Args:
        model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`, `models:/<name>@<alias>`,
            `runs:/<run id>/<path>`, or the URI of a directory on a server or in an object store.
        dst_path: an existing directory to download to; a temporary one by default.
        **kwargs: for Diviner's `load`.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    return _load(*FLAVOR.open(model_uri, dst_path), **kwargs)


def _load(directory: str, entry: dict[str, Any], **kwargs: Any) -> Any:
    kind = entry.get("model_type")
    if entry.get("fit_with_spark") or kind not in ("GroupedProphet", "GroupedPmdarima"):
        raise MlflowException(
            f"The model is a {kind} that was fitted with Spark, or unknown: it cannot be loaded here."
        )
    path = os.path.join(directory, entry.get("data", FILE_NAME))
    return getattr(FLAVOR.library(), kind).load(path, **kwargs)


class _DivinerModelWrapper:
    """A forecaster behind the interface that every flavor gives pyfunc."""

    def __init__(self, diviner_model: Any) -> None:
        self.diviner_model = diviner_model

    def get_raw_model(self) -> Any:
        """The forecaster."""
        return self.diviner_model

    def predict(self, dataframe: Any, params: dict[str, Any] | None = None) -> Any:
        """Forecast each group.

        Args:
            dataframe: one row that says what: `n_periods` or `horizon`, how many steps; of `GroupedProphet`
                `frequency`, their length as pandas names it; `groups`, the keys of those to forecast, all by default;
                of `GroupedPmdarima` also `predict_col`, `alpha`, `return_conf_int` and `inverse_transform`.
            params: not used.

        Returns:
            Diviner's DataFrame: a row for each group and step.

        Raises:
            MlflowException: the row does not say what is needed.
        """
        asked = dataframe.to_dict("list")
        schema = f"Configuration schema: {list(asked)}."
        given = {name: values[0] for name, values in asked.items()}
        steps = given.get("n_periods", given.get("horizon"))
        if not isinstance(steps, int):
            raise MlflowException.invalid_parameter_value(
                "The provided prediction configuration Pandas DataFrame does not contain either the `n_periods` or "
                f"`horizon` columns. At least one of these must be specified with a valid integer value. {schema}"
            )
        groups = given.get("groups")
        if groups is not None and not (isinstance(groups, list) and all(isinstance(e, list | tuple) for e in groups)):
            raise MlflowException.invalid_parameter_value(
                "Specifying a group subset for prediction requires groups to be defined as a "
                f"[List[(Tuple|List)[<group_keys>]]. Submitted group type: {type(groups)}."
            )
        chosen = {} if groups is None else {"groups": [tuple(each) for each in groups]}
        if type(self.diviner_model).__name__ == "GroupedProphet":
            if given.get("frequency") is None:
                raise MlflowException.invalid_parameter_value(
                    "Diviner's GroupedProphet model requires a `frequency` value to be submitted in Pandas date_range "
                    "format. The submitted configuration Pandas DataFrame does not contain a `frequency` column. "
                    + schema
                )
            forecast = self.diviner_model.predict_groups if chosen else self.diviner_model.forecast
            return forecast(horizon=steps, frequency=given["frequency"], **chosen)
        settings = {name: given[name] for name in _SETTINGS if given.get(name) is not None}
        forecast = self.diviner_model.predict_groups if chosen else self.diviner_model.predict
        return forecast(n_periods=steps, **settings, **chosen)


def _load_pyfunc(path: str) -> _DivinerModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    return _DivinerModelWrapper(_load(*FLAVOR.opened(path)))
