"""A filter's text cut into tokens."""

from __future__ import annotations

import re
from typing import NamedTuple

from millrace.errors import InvalidParameterValue

MAX_LENGTH = 200_000
"""The longest filter, in characters."""


class Token(NamedTuple):
    """A piece of a filter: its sort, its text, and where it begins (counted from 1)."""

    sort: str
    """number, text (quoted with '), quoted (with "), op, open, close, comma, word or end."""
    text: str
    position: int


_NOT_IN_A_WORD = r"\s=!<>(),;'\"`"
_TOKEN = re.compile(
    rf"""
    (?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?=[{_NOT_IN_A_WORD}]|$))
  | (?P<text>'(?:[^']|'')*')
  | (?P<quoted>"[^"]*")
  | (?P<op>[=!<>]+)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<comma>,)
  | (?P<word>(?:[^{_NOT_IN_A_WORD}]+(?:`[^`]*`|"[^"]*")?)|`[^`]*`)
    """,
    re.VERBOSE,
)
_SPACE = re.compile(r"\s*")


def tokens(text: str) -> list[Token]:
    """The tokens of a filter, closed by one of sort `end`.

    Raises:
        InvalidParameterValue: the text is too long, or a quote is not closed.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidParameterValue(f"The filter has {len(text)} characters; at most {MAX_LENGTH} are taken.")
    found: list[Token] = []
    position = _end_of_space(text, 0)
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise InvalidParameterValue(_unreadable(text, position), position=position + 1)
        found.append(Token(match.lastgroup, match[0], position + 1))
        position = _end_of_space(text, match.end())
    found.append(Token("end", "", len(text) + 1))
    return found


def _end_of_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _unreadable(text: str, position: int) -> str:
    if text[position] == ";":
        return f"Search filter contained multiple expression {text!r}. Provide AND-ed expression list."
    why = "A quote is not closed" if text[position] in "'\"`" else "This cannot be read"
    shown = text[position : position + 40]
    return f"Invalid clause(s) in filter string: {shown!r}. {why}, at position {position + 1}."
