"""Every error that users catch: see `millrace.errors` for the tree."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.errors import HTTP_STATUS as ERROR_CODE_TO_HTTP_STATUS
from millrace.errors import (
    ExecutionException,
    InvalidUrlException,
    MissingConfigException,
    MlflowException,
    RestException,
)
from millrace.errors import NotImplementedHere as MlflowNotImplementedException
from mlflow.protos.databricks_pb2 import (
    ABORTED,
    BAD_REQUEST,
    DATA_LOSS,
    DEADLINE_EXCEEDED,
    ENDPOINT_NOT_FOUND,
    INTERNAL_ERROR,
    INVALID_PARAMETER_VALUE,
    INVALID_STATE,
    NOT_FOUND,
    PERMISSION_DENIED,
    REQUEST_LIMIT_EXCEEDED,
    RESOURCE_ALREADY_EXISTS,
    RESOURCE_DOES_NOT_EXIST,
    RESOURCE_EXHAUSTED,
    TEMPORARILY_UNAVAILABLE,
    ErrorCode,
)
