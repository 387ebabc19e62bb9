"""The fixtures are those of all tests of gen-AI libraries."""

# ruff: noqa: F401

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "providers_shared")]

from running import provider, traced  # noqa: E402
