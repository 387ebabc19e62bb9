"""Runs: one execution that logs, its params, metrics, tags, inputs and outputs."""

from __future__ import annotations

from typing import Any, Final

from msgspec import field
from msgspec.structs import force_setattr

from millrace.errors import InvalidParameterValue
from millrace.model.datasets import DatasetInput
from millrace.model.entity import Entity, Pair, as_dict


class RunStatus:
    """The states of a run: by number in Python, by name on the wire."""

    RUNNING: Final = 1
    SCHEDULED: Final = 2
    FINISHED: Final = 3
    FAILED: Final = 4
    KILLED: Final = 5

    _NAMES: Final = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
    _NUMBERS: Final = {name: number for number, name in _NAMES.items()}

    @classmethod
    def from_string(cls, status_str: str) -> int:
        """The number of a status by name; raises InvalidParameterValue for an unknown one."""
        if status_str not in cls._NUMBERS:
            raise InvalidParameterValue(
                f"Could not get run status corresponding to string {status_str}. "
                f"Valid run status strings: {list(cls._NUMBERS)}"
            )
        return cls._NUMBERS[status_str]

    @classmethod
    def to_string(cls, status: int | str) -> str:
        """The name of a status by number (a name is returned as it is)."""
        if status in cls._NUMBERS:
            return str(status)
        if status not in cls._NAMES:
            raise InvalidParameterValue(
                f"Could not get string corresponding to run status {status}. Valid run statuses: {list(cls._NAMES)}"
            )
        return cls._NAMES[int(status)]

    @classmethod
    def is_terminated(cls, status: int) -> bool:
        """Whether a run in this state will not log any more."""
        return status in (cls.FINISHED, cls.FAILED, cls.KILLED)

    @classmethod
    def all_status(cls) -> list[int]:
        """All states by number."""
        return list(cls._NAMES)


class Metric(Entity, frozen=True, gc=False):
    """One point of a series: `value` at `step`, logged at `timestamp` (milliseconds since 1970, UTC)."""

    key: str
    value: float
    timestamp: int
    step: int = field(default_factory=int)
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None
    run_id: str | None = None

    def to_dictionary(self) -> dict[str, Any]:
        """The fields as a dict."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


class MetricSummary(Entity, frozen=True, gc=False):
    """All points of a series summed up; min, max and mean are of those that are no NaN, None if there are none."""

    key: str
    count: int
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    first_step: int = 0
    last_step: int = 0


class Param(Pair, frozen=True, gc=False):
    """A fact about a run that is written once."""


class RunTag(Pair, frozen=True, gc=False):
    """A fact about a run that may change."""


class RunInfo(Entity, frozen=True):
    """What a run is: ids, name, user, status, times (milliseconds since 1970, UTC), artifact root."""

    run_id: str
    experiment_id: str
    user_id: str
    status: str
    start_time: int | None
    end_time: int | None = None
    lifecycle_stage: str = field(default_factory=lambda: "active")
    artifact_uri: str | None = None
    run_name: str | None = None
    run_uuid: str = ""

    def __post_init__(self) -> None:
        # Old clients read the id under its first name; both are always sent.
        force_setattr(self, "run_uuid", self.run_id)


class RunData(Entity, frozen=True):
    """What a run logged: the latest point of each metric, params and tags."""

    metric_list: list[Metric] = field(name="metrics", default_factory=list)
    param_list: list[Param] = field(name="params", default_factory=list)
    tag_list: list[RunTag] = field(name="tags", default_factory=list)
    summary_list: list[MetricSummary] = field(name="metric_summaries", default_factory=list)

    def summaries(self) -> dict[str, MetricSummary]:
        """The summary of each metric: count, min, max, mean, first and last step.

        A run that was read by itself (`mlflow.get_run`) from Millrace has them; pages of searches leave them out.
        """
        return {one.key: one for one in self.summary_list}

    @property
    def metrics(self) -> dict[str, float]:
        """The latest value of each metric."""
        return {metric.key: metric.value for metric in self.metric_list}

    @property
    def params(self) -> dict[str, str]:
        """The params as a dict."""
        return as_dict(self.param_list)

    @property
    def tags(self) -> dict[str, str]:
        """The tags as a dict."""
        return as_dict(self.tag_list)

    @property
    def _metric_objs(self) -> list[Metric]:
        # MLflow's own name for the list; integrations read it.
        return self.metric_list

    def to_dictionary(self) -> dict[str, Any]:
        """Metrics, params and tags as a dict of dicts."""
        return {"metrics": self.metrics, "params": self.params, "tags": self.tags}


class LoggedModelInput(Entity, frozen=True):
    """A logged model that a run used."""

    model_id: str

    def to_dictionary(self) -> dict[str, Any]:
        """The fields as a dict."""
        return {"model_id": self.model_id}


class LoggedModelOutput(Entity, frozen=True):
    """A logged model that a run made, at a training step."""

    model_id: str
    step: int = field(default_factory=int)

    def to_dictionary(self) -> dict[str, Any]:
        """The fields as a dict."""
        return {"model_id": self.model_id, "step": self.step}


class RunInputs(Entity, frozen=True):
    """The datasets and models that a run used."""

    dataset_inputs: list[DatasetInput] = field(default_factory=list)
    model_inputs: list[LoggedModelInput] = field(default_factory=list)

    def to_dictionary(self) -> dict[str, Any]:
        """The inputs as a dict of lists."""
        return {
            "dataset_inputs": [one.to_dictionary() for one in self.dataset_inputs],
            "model_inputs": [one.to_dictionary() for one in self.model_inputs],
        }


class RunOutputs(Entity, frozen=True):
    """The models that a run made."""

    model_outputs: list[LoggedModelOutput] = field(default_factory=list)

    def to_dictionary(self) -> dict[str, Any]:
        """The outputs as a dict of lists."""
        return {"model_outputs": [one.to_dictionary() for one in self.model_outputs]}


class Run(Entity, frozen=True):
    """One execution that logged, whole."""

    info: RunInfo
    data: RunData = RunData()
    inputs: RunInputs = RunInputs()
    outputs: RunOutputs = RunOutputs()

    def to_dictionary(self) -> dict[str, Any]:
        """The run as a dict of plain values."""
        return {
            "info": {name: value for name, value in self.info if name != "run_uuid"},
            "data": self.data.to_dictionary(),
            "inputs": self.inputs.to_dictionary(),
            "outputs": self.outputs.to_dictionary(),
        }


class MetricWithRunId(Entity, frozen=True, gc=False):
    """One point of a series, with the run that it belongs to."""

    key: str
    value: float
    timestamp: int = field(default_factory=int)
    step: int = field(default_factory=int)
    run_id: str = ""
