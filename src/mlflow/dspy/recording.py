"""What is logged of an evaluation, and of an optimization with the evaluations in it."""

from __future__ import annotations

import inspect
import json
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import mlflow
from millrace.model import AssessmentSource
from mlflow.autologging import AutologgedRun, Call, safely
from mlflow.environment.libraries import library
from mlflow.fluent.active import client, end_until

_DATA = ("student", "teacher", "trainset", "valset", "devset", "program", "metric")
_SECRET = frozenset({"api_key", "api_base"})


class Evaluation:
    """One call of a `dspy.Evaluate`.

    Args:
        call: it.
        optimization: the optimization that it is a step of.
    """

    def __init__(self, call: Call, optimization: Optimization | None) -> None:
        self._flavor = call.flavor
        self._metric = call.argument("metric") or getattr(call.owner, "metric", None)
        self._devset = call.argument("devset") or getattr(call.owner, "devset", None)
        self._key = str((call.argument("callback_metadata") or {}).get("metric_key") or "eval")
        self._optimization = optimization
        self._traces: dict[int, tuple[Any, str]] = {}
        self._step = 0
        self._run: AutologgedRun | None = None
        options = call.options
        within = optimization is not None
        self.is_traced = bool(options.get("log_traces_from_compile" if within else "log_traces_from_eval"))
        if options.get("log_evals"):
            with safely(self._flavor, "begin a run"):
                self._begin(call.argument("program"))

    def _begin(self, program: Any) -> None:
        above = self._optimization.run if self._optimization else None
        if above is not None and self._optimization is not None:
            self._step = self._optimization.count(self._key)
            run = mlflow.start_run(run_name=f"{self._key}_{self._step}", nested=True, parent_run_id=above.run_id)
            self._run = AutologgedRun(run.info.run_id, started=True)
        elif (active := mlflow.active_run()) is not None:
            self._run = AutologgedRun(active.info.run_id, started=False)
        else:
            self._run = AutologgedRun(mlflow.start_run(run_name=self._key).info.run_id, started=True)
        if program is not None:
            self._run.log_params({**dict(_flat(type(program).__name__, program.dump_state())), **lm_params()})
            log_program(self._run, program, "model.json")

    @property
    def run_id(self) -> str | None:
        """The run that it is logged to, if it is."""
        return None if self._run is None else self._run.run_id

    def note(self, prediction: Any, trace_id: str) -> None:
        """Keep which trace a prediction came from, as long as it goes on; from any thread."""
        self._traces[id(prediction)] = (prediction, trace_id)

    def finish(self, answer: Any) -> None:
        """Log what came of it."""
        score, results = _parts(answer)
        name = getattr(self._metric, "__name__", None) or type(self._metric).__name__
        for _, prediction, value in results or ():
            found = self._traces.get(id(prediction))
            if found is not None and (number := _plain(value)) is not None:
                with safely(self._flavor, "log a score"):
                    source = AssessmentSource(source_type="CODE", source_id="default")
                    mlflow.log_feedback(trace_id=found[1], name=name, value=number, source=source)
        if self._run is not None:
            with safely(self._flavor, "log an evaluation"):
                if score is not None:
                    self._run.log_metrics({self._key: float(score)})
                    if self._optimization is not None and self._optimization.run is not None:
                        self._optimization.run.log_metrics({self._key: float(score)}, step=self._step)
                if results:
                    client().log_table(self._run.run_id, _table(results), "result_table.json")

    def end(self, status: str) -> None:
        """End the run, where this evaluation started it."""
        self._traces.clear()
        if self._run is not None and self._run.started:
            with safely(self._flavor, "end the run"):
                end_until(self._run.run_id, status)


class Optimization:
    """One `compile` of an optimizer.

    Args:
        call: it.
    """

    def __init__(self, call: Call) -> None:
        self._flavor = call.flavor
        self._steps: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.is_traced = bool(call.options.get("log_traces_from_compile"))
        self.run: AutologgedRun | None = None
        if call.options.get("log_compiles"):
            self.run = call.run()
            with safely(self._flavor, "log the arguments"):
                self._log_arguments(self.run, call)

    def _log_arguments(self, run: AutologgedRun, call: Call) -> None:
        given = inspect.signature(call.function).bind(*call.args, **call.kwargs).arguments
        given = {**given, **given.pop("kwargs", {})}
        plain = {name: value for name, value in given.items() if isinstance(value, bool | int | float | str)}
        run.log_params({**{name: value for name, value in plain.items() if name not in _DATA}, **lm_params()})
        for name in ("trainset", "valset"):
            examples = call.argument(name) or call.kwargs.get(name)
            if examples:
                client().log_table(run.run_id, _columns([dict(each) for each in examples]), f"{name}.json")

    def count(self, key: str) -> int:
        """The number of the next evaluation of a kind, from 0."""
        with self._lock:
            self._steps[key] += 1
            return self._steps[key] - 1

    def finish(self, program: Any) -> None:
        """Log the program that came out of it."""
        if self.run is not None:
            with safely(self._flavor, "log the program"):
                log_program(self.run, program, "best_model.json")


def log_program(run: AutologgedRun, program: Any, name: str) -> None:
    """Log a program's state as a file, as its own `save` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        program.save(path)
        run.log_artifact(path)


def lm_attributes(lm: Any) -> dict[str, Any]:
    """What a model is asked with, but how it is reached."""
    found = {name: value for name, value in (getattr(lm, "kwargs", None) or {}).items() if name not in _SECRET}
    for name in ("model", "model_type", "cache"):
        if hasattr(lm, name):
            found[name] = getattr(lm, name)
    return found


def lm_params() -> dict[str, str]:
    """The params of the model that DSPy is set to."""
    lm = library("dspy").settings.get("lm")
    return {} if lm is None else {"lm_params": json.dumps(lm_attributes(lm), sort_keys=True, default=str)}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Nested values by paths; what says nothing is left out."""
    if isinstance(value, dict) or hasattr(value, "toDict"):
        for key, each in (value if isinstance(value, dict) else value.toDict()).items():
            yield from _flat(f"{name}.{key}", each)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _flat(f"{name}.{index}", each)
    elif value is not None:
        yield name, value


def _parts(answer: Any) -> tuple[Any, list[Any] | None]:
    """Score and results of an evaluation: versions differ in what they answer."""
    if hasattr(answer, "score") and hasattr(answer, "results"):
        return answer.score, list(answer.results)
    if isinstance(answer, tuple):
        results = next((part for part in answer[1:] if part and isinstance(part[0], tuple)), None)
        return answer[0], results
    return answer, None


def _plain(value: Any) -> bool | int | float | str | None:
    if isinstance(value, bool | int | float | str):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _table(results: list[Any]) -> dict[str, list[Any]]:
    rows = []
    for example, prediction, score in results:
        row = {"score": _plain(score)}
        row.update({f"example_{name}": value for name, value in dict(example).items()})
        found = dict(prediction) if hasattr(prediction, "toDict") else {"": prediction}
        row.update({f"pred_{name}": value for name, value in found.items()})
        rows.append(row)
    return _columns(rows)


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}
