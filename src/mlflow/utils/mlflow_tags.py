"""The keys of the tags that MLflow and its integrations set themselves."""

from __future__ import annotations

from typing import Final

# -- of runs
MLFLOW_RUN_NAME: Final = "mlflow.runName"
MLFLOW_RUN_NOTE: Final = "mlflow.note.content"
MLFLOW_PARENT_RUN_ID: Final = "mlflow.parentRunId"
MLFLOW_ARTIFACT_LOCATION: Final = "mlflow.artifactLocation"
MLFLOW_USER: Final = "mlflow.user"
MLFLOW_SOURCE_TYPE: Final = "mlflow.source.type"
MLFLOW_SOURCE_NAME: Final = "mlflow.source.name"
MLFLOW_GIT_COMMIT: Final = "mlflow.source.git.commit"
MLFLOW_GIT_BRANCH: Final = "mlflow.source.git.branch"
MLFLOW_GIT_DIRTY: Final = "mlflow.source.git.dirty"
MLFLOW_GIT_REPO_URL: Final = "mlflow.source.git.repoURL"
MLFLOW_GIT_DIFF: Final = "mlflow.source.git.diff"
MLFLOW_LOGGED_MODELS: Final = "mlflow.log-model.history"
MLFLOW_LOGGED_ARTIFACTS: Final = "mlflow.loggedArtifacts"
MLFLOW_LOGGED_IMAGES: Final = "mlflow.loggedImages"
MLFLOW_AUTOLOGGING: Final = "mlflow.autologging"
MLFLOW_RUN_SOURCE_TYPE: Final = "mlflow.runSourceType"
MLFLOW_RUN_IS_EVALUATION: Final = "mlflow.run.isEval"
LATEST_CHECKPOINT_ARTIFACT_TAG_KEY: Final = "mlflow.latest_checkpoint_artifact"

# -- of experiments
MLFLOW_EXPERIMENT_SOURCE_ID: Final = "mlflow.experiment.sourceId"
MLFLOW_EXPERIMENT_SOURCE_TYPE: Final = "mlflow.experiment.sourceType"
MLFLOW_EXPERIMENT_PRIMARY_METRIC_NAME: Final = "mlflow.experiment.primaryMetric.name"
MLFLOW_EXPERIMENT_PRIMARY_METRIC_GREATER_IS_BETTER: Final = "mlflow.experiment.primaryMetric.greaterIsBetter"

# -- of models and datasets
MLFLOW_MODEL_IS_EXTERNAL: Final = "mlflow.model.isExternal"
MLFLOW_MODEL_VERSIONS: Final = "mlflow.modelVersions"
MLFLOW_DATASET_CONTEXT: Final = "mlflow.data.context"

# -- of projects
MLFLOW_PROJECT_ENV: Final = "mlflow.project.env"
MLFLOW_PROJECT_ENTRY_POINT: Final = "mlflow.project.entryPoint"
MLFLOW_PROJECT_BACKEND: Final = "mlflow.project.backend"
MLFLOW_DOCKER_IMAGE_URI: Final = "mlflow.docker.image.uri"
MLFLOW_DOCKER_IMAGE_ID: Final = "mlflow.docker.image.id"

# -- set on Databricks; named here because integrations read them
MLFLOW_DATABRICKS_NOTEBOOK_ID: Final = "mlflow.databricks.notebookID"
MLFLOW_DATABRICKS_NOTEBOOK_PATH: Final = "mlflow.databricks.notebookPath"
MLFLOW_DATABRICKS_NOTEBOOK_COMMAND_ID: Final = "mlflow.databricks.notebook.commandID"
MLFLOW_DATABRICKS_WEBAPP_URL: Final = "mlflow.databricks.webappURL"
MLFLOW_DATABRICKS_RUN_URL: Final = "mlflow.databricks.runURL"
MLFLOW_DATABRICKS_CLUSTER_ID: Final = "mlflow.databricks.cluster.id"
MLFLOW_DATABRICKS_WORKSPACE_URL: Final = "mlflow.databricks.workspaceURL"
MLFLOW_DATABRICKS_WORKSPACE_ID: Final = "mlflow.databricks.workspaceID"
MLFLOW_DATABRICKS_SHELL_JOB_ID: Final = "mlflow.databricks.shellJobID"
MLFLOW_DATABRICKS_SHELL_JOB_RUN_ID: Final = "mlflow.databricks.shellJobRunID"
MLFLOW_DATABRICKS_JOB_ID: Final = "mlflow.databricks.jobID"
MLFLOW_DATABRICKS_JOB_RUN_ID: Final = "mlflow.databricks.jobRunID"
MLFLOW_DATABRICKS_JOB_TYPE: Final = "mlflow.databricks.jobType"
MLFLOW_DATABRICKS_JOB_TYPE_INFO: Final = "mlflow.databricks.jobTypeInfo"
MLFLOW_DATABRICKS_GIT_REPO_URL: Final = "mlflow.databricks.gitRepoUrl"
MLFLOW_DATABRICKS_GIT_REPO_COMMIT: Final = "mlflow.databricks.gitRepoCommit"
MLFLOW_DATABRICKS_GIT_REPO_PROVIDER: Final = "mlflow.databricks.gitRepoProvider"
MLFLOW_DATABRICKS_GIT_REPO_RELATIVE_PATH: Final = "mlflow.databricks.gitRepoRelativePath"
MLFLOW_DATABRICKS_GIT_REPO_REFERENCE: Final = "mlflow.databricks.gitRepoReference"
MLFLOW_DATABRICKS_GIT_REPO_REFERENCE_TYPE: Final = "mlflow.databricks.gitRepoReferenceType"
MLFLOW_DATABRICKS_GIT_REPO_STATUS: Final = "mlflow.databricks.gitRepoStatus"

IMMUTABLE_TAGS: Final = {MLFLOW_USER, MLFLOW_ARTIFACT_LOCATION}
"""Tags of runs that cannot be changed."""
