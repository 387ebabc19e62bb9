"""Patterns that are searched for, and those that would keep a server busy for ever."""

from __future__ import annotations

import re

import pytest

from millrace.errors import InvalidParameterValue
from millrace.search.patterns import MAX_LENGTH, check_pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "abc",
        "a.*b",
        "^root-[12]$",
        "(ab)+c",
        "a|b",
        "(a|b)c+",
        r"\(a+\)+",
        "[(a+)]+",
        "x{2,5}",
        "(?i)gpt-4.*",
        "a?b?",
        "[]a]+",
    ],
)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    check_pattern(pattern)
    assert re.compile(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a*)*", "(a|aa)+", "((ab)+c)*", "(a{2,})+", "(?:a+)+", "((a|b))*", "(a+){5,}", "(a+){30}"]
)
def test_what_may_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidParameterValue, match="may take for ever"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(", "[", "*", "a**", "(?P<x", "\\"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidParameterValue, match="is no regular expression"):
        check_pattern(pattern)


def test_patterns_have_bounds() -> None:
    with pytest.raises(InvalidParameterValue, match="at most"):
        check_pattern("a" * (MAX_LENGTH + 1))
    with pytest.raises(InvalidParameterValue, match="more than 4 repetitions"):
        check_pattern(".*a.*b.*c.*d.*e")
