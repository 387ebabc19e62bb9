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
