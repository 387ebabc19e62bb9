"""`mlflow.agno.autolog`: runs of agents, teams and workflows, what models are asked, and tools, as spans."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Coroutine, Generator
from typing import Any

from mlflow.agno.saying import (
    FLAVOR_NAME,
    begin_model,
    begin_run,
    begin_step,
    begin_tool,
    begin_workflow,
    finish_model,
    finish_run,
    finish_tool,
    gather_model,
    gather_run,
    gather_tool,
)
from mlflow.autologging import Call, Integration, class_tree, safely
from mlflow.tracing.library import Begin, Finish, Started, fail, is_on, spans, start, stream, stream_later, trace_calls
from mlflow.tracing.live import LiveSpan
from mlflow.tracing.starting import activate, deactivate, get_current_active_span
from mlflow.tracing.streams import Gather

_CALLS = ("invoke", "ainvoke", "invoke_stream", "ainvoke_stream")


def autolog(*, log_traces: bool = True, disable: bool = False, silent: bool = False) -> None:
    """Record what Agno does as spans from now on: under the active span, or as a trace.

    Runs of agents, teams and workflows with their steps, what models are asked, and tools; whole and streamed,
    synchronous and asynchronous; the tokens that were used.

    Args:
        log_traces: record traces, which is all that there is to record.
        disable: record nothing any more, and leave Agno as it was.
        silent: show no messages of autologging.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    models: Any = importlib.import_module("agno.models.base")
    for kind in class_tree(models.Model):
        if kind is not models.Model:  # its own ask nothing
            _patch_model(kind)
    INTEGRATION.see_later_classes(models.Model, _patch_model)  # those of modules that come later, and the user's own
    run = _Finish(finish_run, gather_run)
    runs = ("run", "arun", "continue_run", "acontinue_run")
    _trace(importlib.import_module("agno.agent").Agent, runs, begin_run, run)
    _trace(importlib.import_module("agno.team").Team, runs, begin_run, run)
    workflow: Any = importlib.import_module("agno.workflow")
    _trace(workflow.Workflow, ("run", "arun"), begin_workflow, run)
    steps = ("execute", "aexecute", "execute_stream", "aexecute_stream")
    _trace(getattr(workflow, "Step", None), steps, begin_step, run)
    function: Any = importlib.import_module("agno.tools.function")
    for name in ("execute", "aexecute"):
        INTEGRATION.trace(function.FunctionCall, name, _tool)


# -- models ----------------------------------------------------------------------------------------------------------
def _patch_model(kind: type) -> None:
    own = tuple(name for name in _CALLS if name in vars(kind))
    _trace(kind, own, _begin_model, _Finish(finish_model, gather_model))


def _begin_model(call: Call) -> Started | None:
    started = begin_model(call)
    above = get_current_active_span()
    # A class may call the method that it overrides.
    is_inner = above is not None and (above.name, above.span_type) == (started.name, started.span_type)
    return None if is_inner else started


# -- tools -----------------------------------------------------------------------------------------------------------
def _tool(call: Call) -> Generator[None, None, None]:
    """A hook for tools, some of which give their answer in pieces, as those that run other agents do."""

    def finish(flavor: str, span: LiveSpan, result: Any) -> Any:
        pieces: Any = getattr(result, "result", None)
        if hasattr(pieces, "__anext__"):
            result.result = stream_later(flavor, span, pieces, gather_tool)
        elif hasattr(pieces, "__next__"):
            result.result = stream(flavor, span, pieces, gather_tool)
        else:
            return finish_tool(flavor, span, result)
        if call.owner.result is pieces:  # where Agno reads it
            call.owner.result = result.result
        return result

    yield from spans(begin_tool, finish)(call)


# -- calls whose answer is there at once, comes later, or comes in pieces -------------------------------------------
class _Finish:
    """Ends the span of a call whose answer may be a stream.

    Args:
        finish: ends it with a whole answer.
        gather: says what the pieces of a stream come to.
    """

    def __init__(self, finish: Finish, gather: Gather) -> None:
        self._finish = finish
        self._gather = gather

    def __call__(self, flavor: str, span: LiveSpan, result: Any) -> Any:
        if hasattr(result, "__anext__"):
            return stream_later(flavor, span, result, self._gather)
        if hasattr(result, "__next__"):
            return stream(flavor, span, result, self._gather)
        return self._finish(flavor, span, result)


def _trace(owner: Any, names: tuple[str, ...], begin: Begin, finish: Finish) -> None:
    for name in names:
        function = getattr(owner, name, None)
        if name.startswith("a") and function is not None and not inspect.iscoroutinefunction(inspect.unwrap(function)):
            INTEGRATION.trace(owner, name, _later(begin, finish))
        else:
            trace_calls(INTEGRATION, owner, name, begin, finish)


def _later(begin: Begin, finish: Finish) -> Any:
    """A hook for functions that answer a coroutine or an asynchronous stream: the span begins when that does."""

    def hook(call: Call) -> Generator[None, None, None]:
        yield
        if inspect.iscoroutine(call.result):
            call.result = _awaited(call, begin, finish, call.result)
        elif hasattr(call.result, "__anext__") and is_on(INTEGRATION):
            span = start(begin(call))
            if span is not None:
                call.result = finish(call.flavor, span, call.result)

    return hook


async def _awaited(call: Call, begin: Begin, finish: Finish, answer: Coroutine[Any, Any, Any]) -> Any:
    span = None
    with safely(FLAVOR_NAME, "begin a span"):
        span = start(begin(call)) if is_on(INTEGRATION) else None
    if span is None:
        return await answer
    token = activate(span)
    try:
        result = await answer
    except BaseException as error:
        deactivate(token)
        with safely(FLAVOR_NAME, "end a span"):
            fail(span, error)
        raise
    deactivate(token)
    with safely(FLAVOR_NAME, "end a span"):
        result = finish(FLAVOR_NAME, span, result)
    if not hasattr(result, "__anext__"):
        span.end()  # at the latest
    return result


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="agno", supported=("1.7", "4"))
"""What is patched in Agno."""
