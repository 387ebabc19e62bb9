"""Times and durations as protobuf's JSON spells them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from millrace.errors import InvalidParameterValue

LAST_MS = 253_402_300_799_999
"""The end of the year 9999, the last one that can be written."""
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)")


def to_rfc3339(ms: int) -> str:
    """Milliseconds since 1970, UTC, as e.g. `2026-11-25T21:08:54.303Z`; whole seconds have no fraction."""
    seconds, rest = divmod(ms, 1000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:03}Z" if rest else f"{text}Z"


def from_rfc3339(text: str) -> int:
    """The milliseconds since 1970, UTC, of a time such as `2026-11-25T21:08:54.303Z`.

    Raises:
        InvalidParameterValue: it is no such time.
    """
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        whole = datetime.fromisoformat(found[1].upper() + found[3].upper().replace("Z", "+00:00"))
    except ValueError:
        raise InvalidParameterValue(
            f"{text!r} is no time; write one as '2026-11-25T21:08:54.303Z' (RFC 3339)."
        ) from None
    return round(whole.timestamp()) * 1000 + int((found[2] or "0").ljust(9, "0")[:3])


def to_seconds(ms: int) -> str:
    """A duration in milliseconds as e.g. `0.079s`."""
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    seconds, rest = divmod(ms, 1000)
    return f"{sign}{seconds}.{rest:03}s" if rest else f"{sign}{seconds}s"


def from_seconds(text: str) -> int:
    """The milliseconds of a duration such as `0.079s`.

    Raises:
        InvalidParameterValue: it is no such duration.
    """
    try:
        return int(Decimal(text.removesuffix("s")) * 1000)
    except (ArithmeticError, ValueError):
        raise InvalidParameterValue(f"{text!r} is no duration; write one in seconds as '0.079s'.") from None
