"""Our own calls that read many series at once, in columns, thinned out for charts: as JSON, and as bytes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from millrace.calls.base import Answer, Binary, Call, Read, Required, endpoint


class SeriesColumns(Struct, frozen=True, omit_defaults=True):
    """Points of one metric of one run, column by column."""

    run_id: str
    key: str
    count: int
    """How many points there are in the range that was asked for, before they were thinned out."""
    steps: list[int]
    timestamps: list[int]
    values: list[float]


class SeriesAnswer(Answer, frozen=True):
    """Series, by run and key as they were asked for; those without points are left out."""

    series: list[SeriesColumns] = []


@endpoint("POST", "series/get", needs=Read.run, version="millrace/1")
class GetSeries(Call[SeriesAnswer], frozen=True):
    """Get the series of some metrics of some runs, within bounds of steps or times, in about `max_points` points each.

    Thinned out series keep the first, last, lowest and highest point of each part of the x axis (`by`), so that a
    chart shows the same line; `max_points` 0 gives all points. Points are ordered by `by`.
    """

    run_ids: Annotated[list[str], Meta(min_length=1)]
    keys: Annotated[list[str], Meta(min_length=1)]
    by: Literal["step", "time"] = "step"
    first_step: int | None = None
    last_step: int | None = None
    first_time: int | None = None
    last_time: int | None = None
    max_points: int = 1000


class SeriesFrame(Binary, frozen=True):
    """Series as bytes; docs/explanation/series-frame.md says what they mean."""


@endpoint("POST", "series/frame", needs=Read.run, version="millrace/1")
class GetSeriesFrame(Call[SeriesFrame], frozen=True):
    """Get series as GetSeries does, as the bytes that a chart is drawn from, with some columns or (empty) all of them.

    Of long series, whole parts are thinned out by what is known of them without reading them, so that the cost hardly
    depends on their length.
    """

    run_ids: Annotated[list[str], Meta(min_length=1)]
    keys: Annotated[list[str], Meta(min_length=1)]
    by: Literal["step", "time"] = "step"
    first_step: int | None = None
    last_step: int | None = None
    first_time: int | None = None
    last_time: int | None = None
    max_points: int = 1000
    columns: list[Literal["step", "time", "value"]] = []


class MetricColumns(Answer, frozen=True):
    """A page of the points of a series, column by column, and the token of the next page if there is one."""

    steps: list[int] = []
    timestamps: list[int] = []
    values: list[float] = []
    next_page_token: str | None = None


@endpoint("GET", "series/page", needs=Read.run, version="millrace/1")
class GetMetricColumns(Call[MetricColumns], frozen=True):
    """Get a page of the points of a metric as GetMetricHistory does, in a third of the bytes and of the time."""

    run_id: Required
    metric_key: Required
    page_token: str = ""
    max_results: int | None = None
