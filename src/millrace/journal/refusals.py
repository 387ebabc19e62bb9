"""Values that a store will never take: told once, kept in a file."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from millrace.calls import SeriesName

_logger = logging.getLogger("mlflow.journal")
_told: set[tuple[str, str, str]] = set()


class Refused(NamedTuple):
    """A point, and why it was refused."""

    name: SeriesName
    step: int
    timestamp: int
    value: float
    error_code: str
    reason: str

    def as_json(self) -> dict[str, object]:
        """The point as the fields of a JSON object; a number that JSON lacks is a text."""
        value = self.value if math.isfinite(self.value) else str(self.value)
        names = {field: getattr(self.name, field) for field in self.name.__struct_fields__}
        return {
            **{field: text for field, text in names.items() if text},
            "step": self.step,
            "timestamp": self.timestamp,
            "value": value,
            "error_code": self.error_code,
            "reason": self.reason,
        }


def park(segment: Path, refused: Iterable[Mapping[str, object]]) -> Path:
    """Keep what was refused of a segment; returns the file."""
    place = segment.parent / "refused" / f"{segment.stem}.jsonl"
    lines = [json.dumps(one) + "\n" for one in refused]
    try:
        place.parent.mkdir(exist_ok=True)
        with place.open("a", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        _logger.error("%d refused values cannot be kept in %s: %s", len(lines), place, error.strerror)
    return place


def report(name: SeriesName, code: str, reason: str, place: Path) -> None:
    """Say, once for each series, that its points are refused."""
    told = (name.run_id, name.key, code)
    if told in _told:
        return
    _told.add(told)
    _logger.warning(
        "Points of the metric %r of run %s were refused and are not stored: %s They are kept in %s.",
        name.key,
        name.run_id,
        reason,
        place,
    )
