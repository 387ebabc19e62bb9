"""A storage of Optuna in a tracking server: a study is a run, its trials are child runs, in MLflow's layout of both."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from collections.abc import Container, Sequence
from typing import Any

from millrace.model import Metric, Param, RunTag
from mlflow.client import MlflowClient
from mlflow.environment.libraries import library

optuna = library("optuna")

from optuna.distributions import BaseDistribution, distribution_to_json, json_to_distribution  # noqa: E402
from optuna.exceptions import DuplicatedStudyError, UpdateFinishedTrialError  # noqa: E402
from optuna.storages import BaseStorage  # noqa: E402
from optuna.study import StudyDirection  # noqa: E402
from optuna.study._frozen import FrozenStudy  # noqa: E402
from optuna.trial import FrozenTrial, TrialState  # noqa: E402

_STATUS = {
    TrialState.RUNNING: "RUNNING",
    TrialState.COMPLETE: "FINISHED",
    TrialState.PRUNED: "KILLED",
    TrialState.FAIL: "FAILED",
    TrialState.WAITING: "SCHEDULED",
}
_STATE = {status: state for state, status in _STATUS.items()}

_DIRECTION = "optuna.study_direction"
_PARENT = "mlflow.parentRunId"
_NUMBER = "numbers"
_DISTRIBUTIONS = "param_directions"
_INTERNAL = "param_internal_val_"
_USER, _SYSTEM = "user_", "sys_"
_VALUE, _INTERMEDIATE, _TRIALS = "value", "intermediate_value", "trial_id"
_STEP_OF_VALUES = 1


class MlflowStorage(BaseStorage):
    """Keep Optuna's studies in an experiment, where any number of processes may work on them.

    Every call is stored before it returns, but values, which are stored as metrics are.

    Args:
        experiment_id: the experiment.
        name: a name of this storage, for the user.
        batch_flush_interval: accepted for compatibility: nothing waits here.
        batch_size_threshold: accepted for compatibility.
    """

    def __init__(
        self,
        experiment_id: str,
        name: str | None = None,
        batch_flush_interval: float = 1.0,
        batch_size_threshold: int = 100,
    ) -> None:
        self._experiment_id = experiment_id
        self._name = name
        self._client = MlflowClient()

    def __getstate__(self) -> dict[str, Any]:
        return {"_experiment_id": self._experiment_id, "_name": self._name, "uri": self._client.tracking_uri}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._experiment_id, self._name = state["_experiment_id"], state["_name"]
        self._client = MlflowClient(state["uri"])

    def flush_all_batches(self) -> None:
        """Wait until everything is stored: reading what a run has does."""
        self._client.search_runs([self._experiment_id], max_results=1)

    # -- studies ------------------------------------------------------------------------------------------------
    def create_new_study(self, directions: Sequence[StudyDirection], study_name: str | None = None) -> str:
        """Make a study; answers its id, which is its run's.

        Raises:
            optuna.exceptions.DuplicatedStudyError: there is one of that name.
        """
        study_name = study_name or f"no-name-{random.getrandbits(64):016x}"
        if self.get_study_id_by_name_if_exists(study_name) is not None:
            raise DuplicatedStudyError(
                f"Another study with name '{study_name}' already exists. Please specify a different name, or reuse the "
                "existing one by setting `load_if_exists` (for Python API) or `--skip-if-exists` flag (for CLI)."
            )
        tags = {_DIRECTION: ",".join(each.name for each in directions)}
        return self._client.create_run(self._experiment_id, run_name=study_name, tags=tags).info.run_id

    def delete_study(self, study_id: str) -> None:
        """Delete a study and its trials."""
        for run in [*self._trial_runs(study_id), self._study(study_id)]:
            self._client.delete_run(run.info.run_id)

    def set_study_user_attr(self, study_id: str, key: str, value: Any) -> None:
        """Set an attribute of the user's, any JSON value."""
        self._set_attribute(self._study(study_id).info.run_id, _USER + key, value)

    def set_study_system_attr(self, study_id: str, key: str, value: Any) -> None:
        """Set an attribute of Optuna's."""
        self._set_attribute(self._study(study_id).info.run_id, _SYSTEM + key, value)

    def get_study_id_by_name_if_exists(self, study_name: str) -> str | None:
        """The id of the study of that name; None where there is none."""
        quoted = study_name.replace("'", "''")
        runs = self._client.search_runs([self._experiment_id], f"attributes.run_name = '{quoted}'")
        return next((run.info.run_id for run in runs if _DIRECTION in run.data.tags), None)

    def get_study_id_from_name(self, study_name: str) -> str:
        """The id of the study of that name; KeyError where there is none."""
        found = self.get_study_id_by_name_if_exists(study_name)
        if found is None:
            raise KeyError(f"Study {study_name} not found")
        return found

    def get_study_name_from_id(self, study_id: str) -> str:
        """The name of a study."""
        return str(self._study(study_id).info.run_name)

    def get_study_directions(self, study_id: str) -> list[StudyDirection]:
        """What the study optimizes each value towards."""
        return _directions(self._study(study_id))

    def get_study_user_attrs(self, study_id: str) -> dict[str, Any]:
        """The attributes of the user's."""
        return _attributes(self._study(study_id), _USER)

    def get_study_system_attrs(self, study_id: str) -> dict[str, Any]:
        """The attributes of Optuna's."""
        return _attributes(self._study(study_id), _SYSTEM)

    def get_all_studies(self) -> list[FrozenStudy]:
        """All studies of the experiment, the oldest first."""
        runs = self._all_runs(f"tags.`{_DIRECTION}` LIKE '%'")
        return [
            FrozenStudy(
                study_name=run.info.run_name,
                direction=None,
                directions=_directions(run),
                user_attrs=_attributes(run, _USER),
                system_attrs=_attributes(run, _SYSTEM),
                study_id=run.info.run_id,
            )
            for run in runs
        ]

    # -- trials -------------------------------------------------------------------------------------------------
    def create_new_trial(self, study_id: str, template_trial: FrozenTrial | None = None) -> str:
        """Make a trial; answers its id, which is its run's."""
        self._study(study_id)
        state = TrialState.RUNNING if template_trial is None else template_trial.state
        run_id: str = self._client.create_run(self._experiment_id, tags={_PARENT: study_id}).info.run_id
        # The study's points of this metric, in their order, number its trials, whichever processes make them.
        ticket = float(random.getrandbits(53))
        self._client.log_metric(study_id, _TRIALS, ticket, step=_STEP_OF_VALUES)
        tickets = [each.value for each in self._client.get_metric_history(study_id, _TRIALS)]
        tags = {_NUMBER: str(tickets.index(ticket)), _DISTRIBUTIONS: "{}"}
        params: dict[str, str] = {}
        if template_trial is not None:
            tags |= {_USER + key: json.dumps(value) for key, value in template_trial.user_attrs.items()}
            tags |= {_SYSTEM + key: json.dumps(value) for key, value in template_trial.system_attrs.items()}
            distributions = template_trial.distributions
            tags[_DISTRIBUTIONS] = json.dumps(
                {name: distribution_to_json(each) for name, each in distributions.items()}
            )
            for name, value in template_trial.params.items():
                tags[_INTERNAL + name] = str(distributions[name].to_internal_repr(value))
                params[name] = str(value)
        self._client.log_batch(
            run_id,
            params=[Param(key, value) for key, value in params.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )
        if template_trial is not None:
            for step, value in template_trial.intermediate_values.items():
                self._client.log_metric(run_id, _INTERMEDIATE, value, step=step)
            self._log_values(run_id, template_trial.values)
        if state is TrialState.WAITING:
            self._client.update_run(run_id, _STATUS[state])
        elif state is not TrialState.RUNNING:
            self._client.set_terminated(run_id, _STATUS[state])
        return run_id

    def set_trial_param(
        self, trial_id: str, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        """Set a parameter of a running trial."""
        run = self._open_trial(trial_id)
        distributions = json.loads(run.data.tags.get(_DISTRIBUTIONS, "{}"))
        if param_name in distributions:
            optuna.distributions.check_distribution_compatibility(
                json_to_distribution(distributions[param_name]), distribution
            )
        distributions[param_name] = distribution_to_json(distribution)
        value = str(distribution.to_external_repr(param_value_internal))
        tags = {_INTERNAL + param_name: str(param_value_internal), _DISTRIBUTIONS: json.dumps(distributions)}
        known = param_name in run.data.params
        self._client.log_batch(
            trial_id,
            params=[] if known else [Param(param_name, value)],
            tags=[RunTag(key, text) for key, text in tags.items()],
        )

    def get_trial_id_from_study_id_trial_number(self, study_id: str, trial_number: int) -> str:
        """The id of a study's trial by its number; KeyError where there is none."""
        for run in self._trial_runs(study_id):
            if _number(run) == trial_number:
                return str(run.info.run_id)
        raise KeyError(f"No trial with trial number {trial_number} exists in study with study_id {study_id}.")

    def set_trial_state_values(self, trial_id: str, state: TrialState, values: Sequence[float] | None = None) -> bool:
        """Set state and values of a trial; False where another process has begun it before."""
        run = self._open_trial(trial_id)
        if state is TrialState.RUNNING and _STATE[run.info.status] is not TrialState.WAITING:
            return False
        self._log_values(trial_id, values)
        if state.is_finished():
            self._client.set_terminated(trial_id, _STATUS[state])
        else:
            self._client.update_run(trial_id, _STATUS[state])
        return True

    def set_trial_intermediate_value(self, trial_id: str, step: int, intermediate_value: float) -> None:
        """Report a value of a running trial at a step."""
        self._open_trial(trial_id)
        self._client.log_metric(trial_id, _INTERMEDIATE, intermediate_value, step=step)

    def set_trial_user_attr(self, trial_id: str, key: str, value: Any) -> None:
        """Set an attribute of the user's, any JSON value."""
        self._open_trial(trial_id)
        self._set_attribute(trial_id, _USER + key, value)

    def set_trial_system_attr(self, trial_id: str, key: str, value: Any) -> None:
        """Set an attribute of Optuna's."""
        self._open_trial(trial_id)
        self._set_attribute(trial_id, _SYSTEM + key, value)

    def get_trial(self, trial_id: str) -> FrozenTrial:
        """A trial as it is now; KeyError where there is none."""
        return self._trial(self._run(trial_id, "trial"))

    def get_all_trials(
        self, study_id: str, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The trials of a study by their numbers, those in some states where asked."""
        self._study(study_id)
        runs = [run for run in self._trial_runs(study_id) if states is None or _STATE[run.info.status] in states]
        found = [self._trial(run) for run in runs]
        return copy.deepcopy(found) if deepcopy else found

    # -- runs ---------------------------------------------------------------------------------------------------
    def _run(self, run_id: str, kind: str) -> Any:
        try:
            return self._client.get_run(run_id)
        except Exception as error:
            raise KeyError(f"No {kind} with id {run_id} exists.") from error

    def _study(self, study_id: str) -> Any:
        return self._run(study_id, "study")

    def _open_trial(self, trial_id: str) -> Any:
        run = self._run(trial_id, "trial")
        if _STATE[run.info.status].is_finished():
            raise UpdateFinishedTrialError(f"Trial#{_number(run)} has already finished and can not be updated.")
        return run

    def _all_runs(self, filter_string: str) -> list[Any]:
        runs: list[Any] = []
        token = None
        while True:
            page = self._client.search_runs(
                [self._experiment_id], filter_string, order_by=["attributes.start_time ASC"], page_token=token
            )
            runs += page
            token = page.token
            if not token:
                return runs

    def _trial_runs(self, study_id: str) -> list[Any]:
        runs = self._all_runs(f"tags.`{_PARENT}` = '{study_id}'")
        # One that has no number yet is being made by another process.
        return sorted((run for run in runs if _NUMBER in run.data.tags), key=_number)

    def _set_attribute(self, run_id: str, key: str, value: Any) -> None:
        self._client.set_tag(run_id, key, json.dumps(value))

    def _log_values(self, run_id: str, values: Sequence[float] | None) -> None:
        if values:
            names = [_VALUE] if len(values) == 1 else [f"{_VALUE}_{index}" for index in range(len(values))]
            now = int(dt.datetime.now().timestamp() * 1000)
            points = [Metric(name, value, now, _STEP_OF_VALUES) for name, value in zip(names, values, strict=True)]
            self._client.log_batch(run_id, metrics=points)

    def _trial(self, run: Any) -> FrozenTrial:
        tags, metrics = run.data.tags, run.data.metrics
        described = json.loads(tags.get(_DISTRIBUTIONS, "{}"))
        distributions = {name: json_to_distribution(text) for name, text in described.items()}
        params = {
            name: each.to_external_repr(float(tags[_INTERNAL + name]))
            for name, each in distributions.items()
            if _INTERNAL + name in tags
        }
        several = sorted((name for name in metrics if name.startswith(f"{_VALUE}_")), key=lambda each: int(each[6:]))
        values = [metrics[_VALUE]] if _VALUE in metrics else [metrics[name] for name in several]
        steps = self._client.get_metric_history(run.info.run_id, _INTERMEDIATE) if _INTERMEDIATE in metrics else []
        state = _STATE[run.info.status]
        return FrozenTrial(
            number=_number(run),
            trial_id=run.info.run_id,
            state=state,
            value=None,
            values=values or None,
            datetime_start=None if state is TrialState.WAITING else _time(run.info.start_time),
            datetime_complete=_time(run.info.end_time) if state.is_finished() else None,
            params=params,
            distributions=distributions,
            user_attrs=_attributes(run, _USER),
            system_attrs=_attributes(run, _SYSTEM),
            intermediate_values={each.step: each.value for each in steps},
        )


def _number(run: Any) -> int:
    return int(run.data.tags[_NUMBER])


def _time(milliseconds: int | None) -> dt.datetime | None:
    return None if milliseconds is None else dt.datetime.fromtimestamp(milliseconds / 1000)


def _directions(run: Any) -> list[StudyDirection]:
    return [StudyDirection[name] for name in run.data.tags[_DIRECTION].split(",")]


def _attributes(run: Any, prefix: str) -> dict[str, Any]:
    found = {key: value for key, value in run.data.tags.items() if key.startswith(prefix)}
    return {key.removeprefix(prefix): json.loads(value) for key, value in found.items()}
