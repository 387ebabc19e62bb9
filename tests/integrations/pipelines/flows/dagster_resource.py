"""The resource and the hook of dagster-mlflow: the ops of a job share a run."""

import os

os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"

from dagster import job, op
from dagster_mlflow import end_mlflow_on_run_finished, mlflow_tracking


@op(required_resource_keys={"mlflow"})
def prepare(context) -> int:
    context.resources.mlflow.log_params({f"p{index}": index for index in range(120)})
    return 3


@op(required_resource_keys={"mlflow"})
def train(context, count: int) -> None:
    for step in range(count):
        context.resources.mlflow.log_metric("loss", 1 / (step + 1), step=step)
    context.resources.mlflow.log_dict({"count": count}, "notes/count.json")


@end_mlflow_on_run_finished
@job(resource_defs={"mlflow": mlflow_tracking})
def work() -> None:
    train(prepare())


os.environ["TEAM"] = "blue"
config = {"experiment_name": "pipeline", "extra_tags": {"kind": "nightly"}, "env_to_tag": ["TEAM"]}
done = work.execute_in_process(run_config={"resources": {"mlflow": {"config": config}}})
assert done.success
