"""Names of `mlflow` that other libraries use are there: uses.json is what `scripts/uses_of_mlflow.py` read in them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RECORDED: dict[str, list[str]] = json.loads((HERE / "uses.json").read_text("utf-8"))
"""The libraries that use a name, by name; all are names of MLflow 3.8.1."""

MISSING = {
    "never: Databricks": [
        "mlflow.azure.client",
        "mlflow.models.dependencies_schemas",
        "mlflow.models.rag_signatures",
        "mlflow.models.set_retriever_schema",  # of DSPy's retriever for Databricks
        "mlflow.pyfunc.model.ModelFromDeploymentEndpoint",
        "mlflow.store.artifact.databricks_artifact_repo",
        "mlflow.tracing.display",
        "mlflow.types.schema.convert_dataclass_to_schema",
        "mlflow.utils.databricks_utils.get_databricks_host_creds",
        "mlflow.utils.logging_utils",
        "mlflow.utils.uri",
    ],
    "never: MLflow's own REST store, which azureml-mlflow and sagemaker-mlflow replace": [
        "mlflow.store.artifact.s3_artifact_repo",
        "mlflow.store.artifact_repo",
        "mlflow.store.model_registry.rest_store",
        "mlflow.store.tracking.rest_store",
        "mlflow.utils.file_utils._copy_file_or_tree",
        "mlflow.utils.file_utils.read_chunk",
        "mlflow.utils.proto_json_utils",
        "mlflow.utils.request_utils",
        "mlflow.utils.rest_utils",
    ],
    "evaluation": [
        "mlflow.evaluate",
        "mlflow.evaluation",
        "mlflow.genai",
        "mlflow.metrics",
        "mlflow.models.EvaluationArtifact",
        "mlflow.models.EvaluationMetric",
        "mlflow.models.evaluation",
    ],
    "projects and deployments": ["mlflow.deployments", "mlflow.projects", "mlflow.pyfunc.backend"],
    "agents": [
        "mlflow.pyfunc.context",
        "mlflow.types.agent",
        "mlflow.types.llm",
        "mlflow.types.responses",
    ],
    "Spark": ["mlflow.spark"],
    "of a helper of azureml-mlflow": ["mlflow.pyfunc.scoring_server._get_jsonable_obj"],
}
"""What MLflow has and this package lacks, by why or when; a name stands for all below it. What has come may go."""


def _belongs_to(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def test_what_others_use_is_there() -> None:
    # In a process of its own, so that no test has imported a submodule that others have to import themselves.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "resolving.py")],
        input=json.dumps(sorted(RECORDED)),
        capture_output=True,
        text=True,
        check=True,
    )
    there: dict[str, bool | None] = json.loads(done.stdout)
    known = [prefix for prefixes in MISSING.values() for prefix in prefixes]
    missing = {
        name: RECORDED[name]
        for name, found in there.items()
        if found is False and not any(_belongs_to(name, prefix) for prefix in known)
    }
    assert missing == {}
    assert sum(found is True for found in there.values()) > 250


def test_what_is_said_to_be_missing_is_used() -> None:
    prefixes = [prefix for prefixes in MISSING.values() for prefix in prefixes]
    assert [one for one in prefixes if not any(_belongs_to(name, one) for name in RECORDED)] == []
