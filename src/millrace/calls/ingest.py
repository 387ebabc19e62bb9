"""Our own call that stores what a writer has journalled: points of many series in columns, exactly once."""

from __future__ import annotations

from msgspec import Struct

from millrace.calls.base import Answer, Call, Edit, Required, endpoint


class SeriesName(Struct, frozen=True, omit_defaults=True):
    """Which series points belong to: a key of a run, and what they were measured for and on."""

    run_id: str
    key: str
    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""


class Refusal(Struct, frozen=True, omit_defaults=True):
    """Why the points of one series were not stored; they never will be."""

    series: int
    """Its index in the call."""
    error_code: str
    message: str


class Ingested(Answer, frozen=True):
    """How far the store has a writer's journal, and what of this call it refused."""

    position: int = 0
    refused: list[Refusal] = []


@endpoint("POST", "points/ingest", needs=Edit.run, version="millrace/1")
class Ingest(Call[Ingested], frozen=True):
    """Store points that a writer journalled between two positions of its journal, unless they are stored already.

    Point `i` belongs to `series[which[i]]`. The store keeps each writer's position in the same transaction as its
    points: when its position is not `start`, it stores nothing and answers where it is, and the writer goes on from
    there. A call with `start` and `end` 0 and no points only asks for the position. Series that cannot be stored (an
    unknown or deleted run, a bad key) are refused one by one; the others are stored.
    """

    writer_id: Required
    start: int = 0
    end: int = 0
    series: list[SeriesName] = []
    which: list[int] = []
    steps: list[int] = []
    timestamps: list[int] = []
    values: list[float] = []
