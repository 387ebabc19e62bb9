"""What tracing remembers in this process: the active span of each context, and what was switched on or off."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue
from millrace.model import MlflowExperimentLocation

if TYPE_CHECKING:
    from mlflow.tracing.going import GoingTrace
    from mlflow.tracing.live import LiveSpan, NoOpSpan

_logger = logging.getLogger("mlflow.tracing.provider")

CURRENT: ContextVar[LiveSpan | NoOpSpan | None] = ContextVar("mlflow_span", default=None)
"""The span that new ones are put under; a NoOpSpan under one that is not recorded."""
_destination: ContextVar[MlflowExperimentLocation | None] = ContextVar("mlflow_trace_destination", default=None)


class TracingConfig:
    """What `configure` sets."""

    def __init__(self, span_processors: list[Callable[[LiveSpan], None]] | None = None) -> None:
        self.span_processors = span_processors or []


class _State:
    """What belongs to the process."""

    def __init__(self) -> None:
        self.enabled = True
        self.destination: MlflowExperimentLocation | None = None
        self.config = TracingConfig()
        self.last_trace_id: str | None = None


class _Own(threading.local):
    """What belongs to one thread."""

    last_trace_id: str | None = None


STATE = _State()
GOING: dict[str, GoingTrace] = {}
"""The traces whose root span is open in this process, by id."""
_own = _Own()


def is_tracing_enabled() -> bool:
    """Whether spans are recorded."""
    return STATE.enabled


def disable() -> None:
    """Record no spans from now on; functions that are traced run as if they were not."""
    STATE.enabled = False


def enable() -> None:
    """Record spans again after `disable`."""
    STATE.enabled = True


def trace_disabled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Record no spans while a function runs."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        before, STATE.enabled = STATE.enabled, False
        try:
            return function(*args, **kwargs)
        finally:
            STATE.enabled = before

    return wrapper


def reset() -> None:
    """Forget destinations and `disable`: tracing is as at the start of the process."""
    STATE.enabled = True
    STATE.destination = None
    _destination.set(None)


def set_destination(destination: Any, *, context_local: bool = False) -> None:
    """Say where traces go that are started from now on.

    Args:
        destination: `mlflow.entities.trace_location.MlflowExperimentLocation(experiment_id)`.
        context_local: for this thread or asynchronous task only.

    Raises:
        MlflowException: it is no such location.
    """
    place = experiment_of(destination)
    location = None if place is None else MlflowExperimentLocation(place)
    if context_local:
        _destination.set(location)
    else:
        STATE.destination = location


def experiment_of(destination: Any) -> str | None:
    """The experiment that a destination of traces names.

    Raises:
        InvalidParameterValue: it names none.
    """
    if isinstance(destination, MlflowExperimentLocation) or hasattr(destination, "experiment_id"):
        place = destination.experiment_id
        return None if place is None else str(place)
    raise InvalidParameterValue(
        f"Invalid destination type: {type(destination)}. The destination must be an instance of TraceLocation."
    )


def chosen_destination() -> str | None:
    """The experiment that `set_destination` chose for this context, else for the process; None when it did not."""
    location = _destination.get() or STATE.destination
    return None if location is None else location.experiment_id


class TracingConfigContext:
    """What `configure` returns: in a `with` statement, the configuration before comes back at its end."""

    def __init__(self, before: TracingConfig) -> None:
        self._before = before

    def __enter__(self) -> TracingConfigContext:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        STATE.config = self._before


def configure(span_processors: list[Callable[[LiveSpan], None]] | None = None) -> TracingConfigContext:
    """Set what is done to every span before it ends, such as hiding what must not be stored.

    Args:
        span_processors: functions that take a span and change it, e.g. by `set_inputs` and `set_outputs`; an empty
            list for none, None to leave them as they are. One that fails is told of in the log, and changes nothing.

    Raises:
        MlflowException: one of them is no function of one argument.
    """
    before = STATE.config
    if span_processors is not None:
        for processor in span_processors:
            if not callable(processor):
                raise InvalidParameterValue(
                    f"Span processors must be functions of one span; this is none: {processor!r}."
                )
        STATE.config = TracingConfig(list(span_processors))
    return TracingConfigContext(before)


def get_config() -> TracingConfig:
    """The configuration that holds now."""
    return STATE.config


def process(span: LiveSpan) -> None:
    """Give a span that is about to end to the processors."""
    for processor in STATE.config.span_processors:
        try:
            processor(span)
        except Exception as error:
            _logger.warning("Span processor %s failed: %s", getattr(processor, "__name__", processor), error)


def get_last_active_trace_id(thread_local: bool = False) -> str | None:
    """The id of the trace of this process that ended last; None when none did.

    Args:
        thread_local: of this thread instead of the process.
    """
    return _own.last_trace_id if thread_local else STATE.last_trace_id


def set_last_active_trace_id(trace_id: str) -> None:
    """Remember a trace as the one that ended last."""
    STATE.last_trace_id = _own.last_trace_id = trace_id
