"""The port to a SQL database: what the answers may ask of a connection, whatever the database is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from millrace.errors import TemporarilyUnavailable

Row = tuple[Any, ...]
Values = Sequence[object]


class Collision(TemporarilyUnavailable):
    """Two transactions collided and one was undone; the same call may be tried again at once."""


class Connection(Protocol):
    """A connection inside a transaction.

    SQL is written once, with `?` for parameters, in the dialect that SQLite and PostgreSQL share. A NaN that is
    passed as a parameter is stored as NULL; LIKE regards case. Not thread safe: one transaction belongs to one thread.
    """

    share_lock: str
    """What ends a SELECT that must keep its rows from being changed until the transaction ends."""

    change_lock: str
    """What ends a SELECT of rows that the transaction is going to change, so that two writers take turns."""

    def as_number(self, expression: str) -> str:
        """SQL for the number that a text spells, NULL where it spells none."""
        ...

    def packed(self, text: str) -> object:
        """A long text as the database keeps it in a column of the type `$PACKED`."""
        ...

    def unpacked(self, value: object) -> str:
        """The text that `packed` made this of."""
        ...

    def unpacked_column(self, column: str) -> str:
        """SQL for the text in a column of the type `$PACKED`."""
        ...

    def attribute_in(self, column: str) -> str:
        """SQL for the text of one attribute (its name is a parameter) of a span, of whose content that is the column;
        NULL where it has none of that name."""
        ...

    def matching(self, column: str) -> str:
        """SQL for whether a regular expression (a parameter) is found in a text."""
        ...

    def listed(self, ids: Sequence[int]) -> tuple[str, list[object]]:
        """SQL for a table of one column, `id`, that holds these numbers, however many; and the values in it."""
        ...

    def state(self) -> object:
        """What differs from before whenever the data that this transaction sees may do so; None where it writes, or
        where that is not known."""
        ...

    def try_lock(self, number: int) -> bool:
        """Whether nobody else holds this number; then nobody else gets it until the transaction ends."""
        ...

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""
        ...

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row of a query, or None."""
        ...

    def execute(self, sql: str, values: Values = ()) -> int:
        """Run a statement; the number of rows that it changed."""
        ...

    def many(self, sql: str, values: Iterable[Values]) -> None:
        """Run a statement once for each item."""
        ...


class Database(Protocol):
    """A database that can be read and written from any thread, and after a fork in the child.

    Raises `MlflowException`: TemporarilyUnavailable when it cannot be reached or stays locked, otherwise with a
    sentence that says what the database said.
    """

    takes_turns: bool
    """Whether only one transaction writes at a time, so that joining several into one spares waiting."""

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that only reads, and sees one state of the data throughout."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that commits when the block ends and is rolled back when it raises."""
        ...

    def try_write(self) -> AbstractContextManager[Connection | None]:
        """As `write`, for a thread that must not wait: None where another writer, the disk or the network would make
        it; then nothing is done."""
        ...

    def leave_untidy(self, notice: Callable[[], None] | None) -> None:
        """From now on `tidy` is called when there was `notice`, and transactions that end need not do its work; with
        None, they do it again."""
        ...

    def tidy(self) -> None:
        """Do what a transaction need not wait for, such as a checkpoint; called by one thread only."""
        ...

    def migrate(self) -> None:
        """Create or upgrade the schema, once, however many processes ask at the same time."""
        ...

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        ...
