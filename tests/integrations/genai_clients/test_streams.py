"""Streams of clients of providers are recorded, whichever way they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streaming import hold_streams


@pytest.mark.parametrize("library", ["gemini_streams", "groq_streams", "mistral_streams"])
def test_streams_are_recorded(library: str, traced: Callable[[str, str], Any]) -> None:
    hold_streams(library, traced)
