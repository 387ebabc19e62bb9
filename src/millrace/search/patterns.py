"""Regular expressions in filters, as far as they cannot keep a server busy: what takes exponential time is refused."""

from __future__ import annotations

import re

from millrace.errors import InvalidParameterValue

MAX_LENGTH = 500
"""The longest pattern, in characters."""
MAX_REPEATS = 4
"""How many parts of a pattern may be repeated without a bound: each may multiply the time by the length of a text."""


def check_pattern(pattern: str) -> None:
    """Refuse what is no regular expression, or one that may take for ever.

    A repeated group must hold neither repetitions nor alternatives: those are what a search can try in exponentially
    many ways, as in `(a+)+` and `(a|aa)*`.

    Raises:
        InvalidParameterValue: with what is wrong.
    """
    if len(pattern) > MAX_LENGTH:
        raise InvalidParameterValue(f"A pattern after RLIKE has at most {MAX_LENGTH} characters, not {len(pattern)}.")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise InvalidParameterValue(f"{pattern!r} is no regular expression: {error}.") from None
    repeats = 0
    wild = [False]  # of each open group: whether it holds a repetition or an alternative
    closed = False  # whether what stands before is a group that does
    in_class = False
    tokens = re.findall(r"\\.|\{\d*,?\d*\}|.", pattern, re.DOTALL)
    for token in tokens:
        if in_class:
            in_class = token != "]"
            continue
        if token in ("*", "+") or (token[0] == "{" and len(token) > 1):
            repeats += not token[-2:-1].isdigit()
            if closed:
                raise InvalidParameterValue(
                    f"The pattern {pattern!r} repeats a group that holds repetitions or alternatives, which may take "
                    "for ever. Write it without one in the other."
                )
            wild[-1] = True
        elif token == "|":
            wild[-1] = True
        elif token == "(":
            wild.append(False)
        elif token == ")" and len(wild) > 1:
            closed = wild.pop()
            wild[-1] = wild[-1] or closed
            continue
        elif token == "[":
            in_class = True
        closed = False
    if repeats > MAX_REPEATS:
        raise InvalidParameterValue(f"The pattern {pattern!r} has more than {MAX_REPEATS} repetitions without a bound.")
