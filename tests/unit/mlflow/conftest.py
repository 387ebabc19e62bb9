"""Tests of the SDK begin without traces of the tests before."""

from __future__ import annotations

from tests.isolation import fresh

__all__ = ["fresh"]
