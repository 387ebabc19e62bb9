"""The stages of model versions."""

from __future__ import annotations

from millrace.model import STAGES

STAGE_NONE, STAGE_STAGING, STAGE_PRODUCTION, STAGE_ARCHIVED = STAGES
ALL_STAGES = list(STAGES)
_CANONICAL_MAPPING = {"none": "None", "staging": "Staging", "production": "Production", "archived": "Archived"}
DEFAULT_STAGES_FOR_GET_LATEST_VERSIONS = [STAGE_STAGING, STAGE_PRODUCTION]
