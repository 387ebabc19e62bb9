"""Evaluations and optimizations of `dspy` with whichever `mlflow` PYTHONPATH names; prints the runs that came of them.

Run as: python dspy_runs.py FOLDER
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"

import dspy
from dspy.teleprompt import BootstrapFewShot, BootstrapFewShotWithRandomSearch
from dspy.utils import DummyLM
from dspy_calls import Program, _examples, matches

import mlflow
import mlflow.dspy


class Unsure(Program):
    def forward(self, question: str) -> Any:
        """Fails for one question."""
        if question == "q1":
            raise ValueError("no answer")
        return self.step(question=question)


def _read(path: str, run_id: str) -> Any:
    text = Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=path)).read_text()
    return json.loads(text) if path.endswith(".json") else text


def shown() -> list[dict[str, Any]]:
    """The runs, the oldest first, without what differs from run to run."""
    found = mlflow.search_runs(output_format="list", order_by=["start_time ASC"])
    names = {run.info.run_id: run.info.run_name for run in found}
    client = mlflow.MlflowClient()
    every = []
    for run in found:
        run_id = run.info.run_id
        paths = sorted(each.path for each in client.list_artifacts(run_id))
        inputs = [each.dataset.name for each in run.inputs.dataset_inputs]
        parent = names.get(run.data.tags.get("mlflow.parentRunId", ""))
        tags = {k: v for k, v in run.data.tags.items() if k not in ("mlflow.user", "mlflow.parentRunId")}
        tags = {k: v for k, v in tags.items() if not k.startswith("mlflow.source") and k != "mlflow.runName"}
        tags.pop("mlflow.log-model.history", None)
        is_named = "eval" in run.info.run_name
        steps = {k: [[one.step, one.value] for one in client.get_metric_history(run_id, k)] for k in run.data.metrics}
        every.append(
            {
                "name": run.info.run_name if is_named else "given",
                "status": run.info.status,
                "parent": None if parent is None else parent if "eval" in parent else "given",
                "params": run.data.params,
                "metrics": steps,
                "tags": tags,
                "artifacts": {path: _read(path, run_id) for path in paths if "." in path},
                "inputs": inputs,
                "models": len(run.outputs.model_outputs) if run.outputs else 0,
            }
        )
    return every


def main(folder: str) -> None:
    """Evaluate and optimize."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/runs.db")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("calls", artifact_location=f"{folder}/artifacts"))
    dspy.configure(lm=DummyLM([{"answer": "red", "reasoning": "It is."}] * 500))
    mlflow.dspy.autolog(log_evals=True, log_compiles=True)
    options: Any = {"metric": matches, "num_threads": 1, "display_progress": False}
    program = Program()
    dspy.Evaluate(devset=_examples("red", "blue"), **options)(program)
    with mlflow.start_run(run_name="given"):
        dspy.Evaluate(devset=_examples("red"), **options)(program)
    dspy.Evaluate(devset=_examples("red", "blue"), provide_traceback=False, max_errors=5, **options)(Unsure())
    BootstrapFewShot(metric=matches, max_bootstrapped_demos=1).compile(Program(), trainset=_examples("red", "blue"))
    search = BootstrapFewShotWithRandomSearch(
        metric=matches, max_bootstrapped_demos=1, num_candidate_programs=1, num_threads=1
    )
    search.compile(Program(), trainset=_examples("red", "blue"), valset=_examples("red"))
    with mlflow.start_run(run_name="given"):
        BootstrapFewShot(metric=matches, max_bootstrapped_demos=1).compile(Program(), trainset=_examples("red"))
    mlflow.dspy.autolog(log_evals=False, log_compiles=False)
    dspy.Evaluate(devset=_examples("red", "blue"), **options)(program)
    traces = mlflow.search_traces(return_type="list", order_by=["timestamp_ms ASC"])
    told = [[a.to_dict() if hasattr(a, "to_dict") else str(a) for a in trace.info.assessments] for trace in traces]
    runs = [bool(trace.info.trace_metadata.get("mlflow.sourceRun")) for trace in traces]
    sys.stdout.write(
        "\n" + json.dumps({"runs": shown(), "assessments": [len(each) for each in told], "in": runs}) + "\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
