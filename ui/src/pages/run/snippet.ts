/** Python that gets at what a run logged. */

import type { Run } from "@schema/calls";

/** A snippet for this run, with only the lines that make sense for it. */
export function pythonSnippet(run: Run, server: string): string {
  const id = run.info.run_id;
  const lines = ["import mlflow", "", `mlflow.set_tracking_uri(${JSON.stringify(server)})`, `run = mlflow.get_run(${JSON.stringify(id)})`, ""];
  const metric = run.data?.metrics?.[0];
  lines.push("run.data.params    # dict of texts", "run.data.metrics   # dict of the latest values");
  if (metric) lines.push("", "# every point of a metric", `history = mlflow.MlflowClient().get_metric_history(run.info.run_id, ${JSON.stringify(metric.key)})`);
  const model = run.outputs?.model_outputs?.[0];
  if (model) lines.push("", "# the model that it made", `model = mlflow.pyfunc.load_model("models:/${model.model_id}")`);
  lines.push("", "# its files", "folder = mlflow.artifacts.download_artifacts(run_id=run.info.run_id)");
  lines.push("", "# go on with it", `with mlflow.start_run(run_id=run.info.run_id):`, '    mlflow.log_metric("more", 1.0)');
  return lines.join("\n");
}
