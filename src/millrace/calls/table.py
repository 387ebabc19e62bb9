"""Our own calls behind the page's tables: runs column by column, what their columns hold, groups, and many changes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from millrace.calls.base import Answer, Call, Manage, Read, Required, endpoint

Cell = float | int | str | None
"""A value of a table; None where a run has none. Numbers of metrics are floats, and those that JSON lacks the texts
"NaN", "Infinity" and "-Infinity"; times are milliseconds."""

Limit = Annotated[int, Meta(ge=0, le=1_000_000)]
Offset = Annotated[int, Meta(ge=0)]


class TableColumn(Struct, frozen=True):
    """One column of a window: a value for each of its runs, in their order."""

    name: str
    values: list[Cell]


class RunWindow(Answer, frozen=True):
    """Some rows of a table of runs, and how many rows the whole table has."""

    has_nulls: ClassVar[bool] = True
    rows: int = 0
    """How many rows the table has: all matches, or with a tree those that are open, and the parents above matches."""
    matches: int = 0
    """How many runs match the filter."""
    run_ids: list[str] = []
    columns: list[TableColumn] = []
    depths: list[int] = []
    """With a tree: how deep each row is, 0 for those without a parent in the table."""
    children: list[int] = []
    """With a tree: how many rows each row has directly below it, opened or not."""
    opened: list[bool] = []
    """With a tree: whether these are shown."""
    matched: list[bool] = []
    """With a tree: whether the row itself matches the filter."""
    cursor: int = 0
    """Where the feed of changes stood when this was read."""


@endpoint("POST", "runs/window", needs=Read.run, version="millrace/1")
class GetRunWindow(Call[RunWindow], frozen=True):
    """Get some rows and some columns of the table of all runs that a search finds.

    A column is `attributes.<name>` (run_id, run_name, experiment_id, status, start_time, end_time, duration, user_id,
    lifecycle_stage, artifact_uri, parent_run_id, points), `metrics.<key>` (the latest value), `metrics.<key>.min` and
    its siblings (max, mean, count, first_step, last_step), `params.<key>` or `tags.<key>`; keys are not quoted.
    `order_by` and `filter` are those of SearchRuns; `duration` (milliseconds; up to now for a run that goes on) and all
    other attributes may be ordered by, too.

    With `tree` "closed" or "open", children stand below their parents, closed or opened but for the runs in `toggled`,
    which are the other way round; with a filter, parents of matches are shown and opened though they match not.

    With `run_ids`, the table holds these runs in this order, and nothing else is looked for; those that are not there
    are left out. A window has at most 10,000 rows and 2,000,000 cells, and without columns a million rows.
    """

    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    order_by: list[str] = []
    offset: Offset = 0
    limit: Limit = 100
    columns: list[str] = []
    tree: Literal["none", "closed", "open"] = "none"
    toggled: list[str] = []
    run_ids: list[str] = []


class ColumnFacts(Struct, frozen=True, omit_defaults=True):
    """What a column holds over all runs of a search."""

    name: str
    """As in GetRunWindow: `metrics.loss`."""
    runs: int
    """How many of the runs have a value; with millions of values about how many."""
    distinct: int = 0
    """How many different values there are; counted up to 1,000, with many columns at least up to 2."""
    minimum: float | None = None
    """The lowest finite number; None where not all values are numbers, or there are too many to look at each."""
    maximum: float | None = None
    most_points: int = 0
    """Of a metric: the number of points in the longest series, of many series among some of them; 1 for a metric that
    was logged once per run."""


class ColumnCatalogue(Answer, frozen=True):
    """The columns that the runs of a search have."""

    runs: int = 0
    columns: list[ColumnFacts] = []
    """By kind (metrics, params, tags), in each by name."""
    summaries: list[ColumnFacts] = []
    """Of those in `names` that are summaries of metrics: how many runs have a number, the lowest and the highest."""
    complete: bool = True
    """Whether these are all; False when a kind has more than `max_columns`, or when a filter leaves so many runs that
    only some of them, drawn by chance, were looked at."""


@endpoint("POST", "runs/columns", needs=Read.run, version="millrace/1")
class GetRunColumns(Call[ColumnCatalogue], frozen=True):
    """Get the columns (metrics, params, tags) that the runs of a search have, with what they hold.

    `kinds` empty means all kinds; `text` keeps the columns whose key contains it, whatever the case of its letters.
    Of a kind with more than `max_columns`, those are told that say most: the experiments' primary metrics, what differs
    between runs, what many runs have, what is called like a goal; and besides, those in `names`. With 0 there are only
    these. `names` may also have summaries of metrics, such as `metrics.loss.min`.
    """

    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    kinds: list[Literal["metrics", "params", "tags"]] = []
    text: str = ""
    max_columns: Annotated[int, Meta(ge=0, le=20_000)] = 20_000
    names: Annotated[list[str], Meta(max_length=1000)] = []


class Facet(Answer, frozen=True):
    """The values of a column over all runs of a search, counted."""

    has_nulls: ClassVar[bool] = True
    runs: int = 0
    missing: int = 0
    """How many runs have no value."""
    values: list[Cell] = []
    """The most frequent values, the most frequent first."""
    counts: list[int] = []
    edges: list[float] = []
    """Of numbers: the borders of the bins, one more than there are bins."""
    bins: list[int] = []
    odd: int = 0
    """Of numbers: how many are NaN or infinite, and so in no bin."""


@endpoint("POST", "runs/facet", needs=Read.run, version="millrace/1")
class GetFacet(Call[Facet], frozen=True):
    """Count the values of one column over all runs of a search: the most frequent ones, and bins of numbers.

    `prefix` keeps the values that begin with it, whatever the case of its letters, for the completion of what somebody
    types; it changes neither bins nor the number of runs without a value.
    """

    column: Required
    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    prefix: str = ""
    max_values: Annotated[int, Meta(ge=0, le=1000)] = 50
    max_bins: Annotated[int, Meta(ge=0, le=200)] = 20


class GroupColumn(Struct, frozen=True):
    """A numeric column over groups: a value for each group, None where no run of it has a number."""

    name: str
    mean: list[float | None]
    minimum: list[float | None]
    maximum: list[float | None]
    deviation: list[float | None]
    """The standard deviation of the sample (n - 1); None for fewer than two numbers."""


class RunGroups(Answer, frozen=True):
    """Groups of runs that have the same values in some columns."""

    has_nulls: ClassVar[bool] = True
    groups: int = 0
    """How many groups there are in all."""
    keys: list[TableColumn] = []
    """The columns that were grouped by, with their value in each group."""
    counts: list[int] = []
    columns: list[GroupColumn] = []


@endpoint("POST", "runs/groups", needs=Read.run, version="millrace/1")
class GetRunGroups(Call[RunGroups], frozen=True):
    """Group the runs of a search by the values of columns, and sum up numeric columns over each group.

    Columns are named as in GetRunWindow. The largest groups come first, or those with the best mean of `order_by`: the
    name of one of `columns`, with DESC behind it for the highest first.
    """

    by: Annotated[list[str], Meta(min_length=1, max_length=8)]
    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    columns: list[str] = []
    order_by: str = ""
    max_groups: Annotated[int, Meta(ge=1, le=10_000)] = 1000


class ChangedRuns(Answer, frozen=True):
    """The runs that were changed."""

    run_ids: list[str] = []
    artifact_uris: list[str] = []
    """Where artifacts of runs that were purged are left, because whoever answered may not or could not delete them."""


@endpoint("POST", "runs/change", needs=Manage.run, version="millrace/1")
class ChangeRuns(Call[ChangedRuns], frozen=True):
    """Delete, restore or purge many runs, or set or delete a tag of theirs, in one transaction.

    The runs are those in `run_ids`, or with an empty list all that the search finds. Purging removes runs for good
    which are deleted already, with their points, and their artifacts where this server may delete them; runs that are
    not deleted are left alone. Runs that are in the wanted state already are not among the answer's, so that a change
    can be undone.
    """

    action: Literal["delete", "restore", "purge", "set_tag", "delete_tag"]
    run_ids: list[str] = []
    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    key: str = ""
    value: str = ""
