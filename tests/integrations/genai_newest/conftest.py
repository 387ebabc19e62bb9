"""The fixtures are those of all tests of gen-AI libraries."""

# ruff: noqa: F401

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("providers_shared", "genai", "genai_clients")]

from running import provider, traced
