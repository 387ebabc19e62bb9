"""System metrics of runs: what the machine did while they were open.

python examples/system_metrics.py
"""

import time

import mlflow

# The defaults are a sample every 10 seconds, and a point for each sample: this example has no time for that.
mlflow.set_system_metrics_sampling_interval(0.2)
mlflow.set_system_metrics_samples_before_logging(1)
mlflow.set_experiment("System metrics")

# For one run; mlflow.enable_system_metrics_logging() or MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING=true for all.
with mlflow.start_run(run_name="busy", log_system_metrics=True) as run:
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        sum(range(100_000))

# Resumed, it goes on at the next step.
with mlflow.start_run(run_id=run.info.run_id, log_system_metrics=True):
    time.sleep(0.5)

client = mlflow.MlflowClient()
for key, value in sorted(client.get_run(run.info.run_id).data.metrics.items()):
    points = client.get_metric_history(run.info.run_id, key)
    print(f"{key:40} {value:>12,.1f}  ({len(points)} points)")
