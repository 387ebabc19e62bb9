"""The datasets of kedro-mlflow: metrics, a metric's history, and an artifact."""

from kedro_mlflow.io.artifacts import MlflowArtifactDataset
from kedro_mlflow.io.metrics import MlflowMetricDataset, MlflowMetricHistoryDataset

import mlflow

with mlflow.start_run(run_name="mine"):
    MlflowMetricDataset(key="accuracy").save(0.5)
    history = MlflowMetricHistoryDataset(key="loss", save_args={"mode": "list"})
    history.save([0.5, 0.25, 0.125])
    assert MlflowMetricDataset(key="accuracy").load() == 0.5
    note = MlflowArtifactDataset(dataset={"type": "json.JSONDataset", "filepath": "note.json"}, artifact_path="notes")
    note.save({"text": "hello"})
    assert note.load() == {"text": "hello"}
