"""The version that this package answers for."""

from __future__ import annotations

from typing import Final

MLFLOW_COMPATIBLE_VERSION: Final = "3.8.1"
"""The MLflow whose API, files and wire format are kept: what model environments ask for."""

VERSION: Final = MLFLOW_COMPATIBLE_VERSION
"""`mlflow.__version__`, which third-party code compares."""

IS_TRACING_SDK_ONLY: Final = False
"""Whether only the tracing part of the SDK is installed: never."""
