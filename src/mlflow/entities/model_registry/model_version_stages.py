"""The stages of model versions."""

# ruff: noqa: F401

from __future__ import annotations

from millrace.model import STAGES
from millrace.model.registry import STAGE_OF_LOWER as _CANONICAL_MAPPING

STAGE_NONE, STAGE_STAGING, STAGE_PRODUCTION, STAGE_ARCHIVED = STAGES
ALL_STAGES = list(STAGES)
DEFAULT_STAGES_FOR_GET_LATEST_VERSIONS = [STAGE_STAGING, STAGE_PRODUCTION]
