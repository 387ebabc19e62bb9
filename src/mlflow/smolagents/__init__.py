"""smolagents: runs of agents, calls of models and tools as traces."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from millrace.model import SpanAttributeKey, SpanType
from mlflow.autologging import Call, Integration
from mlflow.tracing.library import Started, set_usage, stream, trace_calls
from mlflow.tracing.live import LiveSpan

__all__ = ["FLAVOR_NAME", "autolog"]

FLAVOR_NAME = "smolagents"
_OF_AGENTS = (
    *("additional_authorized_imports", "authorized_imports", "executor_type", "max_steps", "provide_run_summary"),
    *("return_full_result", "step_number", "stream_outputs"),
)
_OF_MODELS = ("flatten_messages_as_text", "model_id", "tool_arguments_key", "tool_name_key")


def autolog(log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record every run of an agent as a span from now on: under the active span, or as a trace.

    Runs of agents, the tools that they call, and calls of models. Agents ask models by `generate`, which is not
    recorded here: turn on the autologging of what is below too, e.g. `mlflow.openai.autolog()`.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave the library as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    agents, models, tools = (importlib.import_module(f"smolagents.{name}") for name in ("agents", "models", "tools"))
    trace_calls(INTEGRATION, agents.MultiStepAgent, "run", _begin_run, _finish_run)
    for module, base, begin in ((models, models.Model, _begin_model), (tools, tools.Tool, _begin_tool)):
        for kind in vars(module).values():
            if inspect.isclass(kind) and issubclass(kind, base) and "__call__" in vars(kind):
                trace_calls(INTEGRATION, kind, "__call__", begin, _finish)


def _begin_run(call: Call) -> Started:
    attributes: dict[str, Any] = {"agent_name": type(call.owner).__name__, **_attributes(call.owner, _OF_AGENTS)}
    attributes["tools"] = list(getattr(call.owner, "tools", None) or ())
    attributes["managed_agents"] = list(getattr(call.owner, "managed_agents", None) or ())
    return _started(call, SpanType.AGENT, attributes)


def _begin_model(call: Call) -> Started:
    attributes = {SpanAttributeKey.MESSAGE_FORMAT: FLAVOR_NAME, **_attributes(call.owner, _OF_MODELS)}
    return _started(call, SpanType.CHAT_MODEL, attributes)


def _begin_tool(call: Call) -> Started:
    return _started(call, SpanType.TOOL, {})


def _started(call: Call, span_type: str, attributes: dict[str, Any]) -> Started:
    inputs = dict(inspect.signature(call.function).bind(*call.args, **call.kwargs).arguments)
    return Started(f"{type(call.owner).__name__}.{call.function.__name__}", span_type, inputs, attributes)


def _attributes(owner: Any, names: tuple[str, ...]) -> dict[str, str]:
    """Some attributes of an object, as texts; others of models may hold keys of providers."""
    values = {name: getattr(owner, name, None) for name in names}
    return {name: str(value) for name, value in values.items() if value is not None}


def _finish(flavor: str, span: LiveSpan, result: Any) -> Any:
    _set_outputs(span, result)
    usage = getattr(result, "token_usage", None)
    if usage is not None and span.span_type == SpanType.CHAT_MODEL:
        set_usage(span, usage.input_tokens, usage.output_tokens)
    span.end()
    return result


def _finish_run(flavor: str, span: LiveSpan, result: Any) -> Any:
    if inspect.isgenerator(result):
        return stream(flavor, span, result, _gather)
    return _finish(flavor, span, result)


def _gather(span: LiveSpan, pieces: list[Any]) -> None:
    if pieces:
        _set_outputs(span, getattr(pieces[-1], "output", None))


def _set_outputs(span: LiveSpan, result: Any) -> None:
    """Set the fields of what smolagents made, which wraps answers; what is none of its objects as it is."""
    is_its = type(result).__module__.startswith("smolagents.") and hasattr(result, "__dict__")
    span.set_outputs(dict(vars(result)) if is_its else result)


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="smolagents", supported=("1.14", "2"))
