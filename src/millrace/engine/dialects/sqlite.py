"""SQLite, through apsw, which brings its own current library."""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from millrace.engine.db import Connection, Row, Values
from millrace.engine.migrate import migrations, upgrade
from millrace.errors import InvalidParameterValue, InvalidState, MlflowException, TemporarilyUnavailable
from millrace.settings import MILLRACE_BUSY_TIMEOUT_MS, MILLRACE_SQLITE_SYNCHRONOUS

SPELLING = {
    "$ID": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "$TEXT": "TEXT",
    "$REAL": "REAL",
    "$BLOB": "BLOB",
    "$KEYED": "WITHOUT ROWID",
    "$PACKED": "BLOB",
}

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_INHERITED: list[apsw.Connection] = []
"""Connections that a forked child must not touch, not even to close them: they are the parent's."""
_DATABASES: weakref.WeakSet[SqliteDatabase] = weakref.WeakSet()
_FORK_PATIENCE_S = 30.0
"""How long a fork waits for transactions of other threads."""
CHECKPOINT_PAGES = 4000
"""How long the write-ahead log grows until it is moved to the database, in pages."""

_WORTH_PACKING = 400
"""Shorter texts are kept as they are, in bytes."""
_MAPPED_BYTES = (1 << 31) - 65_536
"""How much of the database readers map into their memory; SQLite itself maps no more."""


class SqliteConnection:
    """One connection, used by one thread at a time."""

    share_lock = ""
    change_lock = ""

    def __init__(self, raw: apsw.Connection, state: object = None, watch: Callable[[], None] | None = None) -> None:
        self._raw = raw
        self._state = state
        self._watch = watch

    def as_number(self, expression: str) -> str:
        """SQL for the number that a text spells, NULL where it spells none."""
        return f"as_number({expression})"

    def packed(self, text: str) -> object:
        """Compressed, where that is worth the time."""
        data = text.encode()
        return zlib.compress(data, 1) if len(data) > _WORTH_PACKING else data

    def unpacked(self, value: object) -> str:
        """The text that `packed` made this of."""
        return _unpacked(value)

    def unpacked_column(self, column: str) -> str:
        """A function of Python's."""
        return f"unpacked({column})"

    def attribute_in(self, column: str) -> str:
        """A function of Python's."""
        return f"attribute_in({column}, ?)"

    def matching(self, column: str) -> str:
        """A function of Python's."""
        return f"matching({column}, ?)"

    def listed(self, ids: Sequence[int]) -> tuple[str, list[object]]:
        """A list in JSON."""
        return "(SELECT value AS id FROM json_each(?))", [f"[{','.join(map(str, ids))}]"]

    def state(self) -> object:
        """What `SqliteDatabase` saw before the transaction began; nothing when nobody has asked it before."""
        if self._state is None and self._watch is not None:
            self._watch()
        return self._state

    def try_lock(self, number: int) -> bool:
        """True: there is one writer at a time."""
        return True

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query."""
        return list(self._raw.execute(sql, values))

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row of a query, or None."""
        first: Row | None = next(iter(self._raw.execute(sql, values)), None)
        return first

    def execute(self, sql: str, values: Values = ()) -> int:
        """Run a statement; the number of rows that it changed."""
        for _ in self._raw.execute(sql, values):
            pass
        changed: int = self._raw.changes()
        return changed

    def many(self, sql: str, values: Iterable[Values]) -> None:
        """Run a statement once for each item."""
        self._raw.executemany(sql, values)


class SqliteDatabase:
    """A SQLite file that any number of processes and threads use at once.

    Readers never wait. Writers of one process queue on a lock, and processes queue on a lock file beside the
    database: the kernel wakes the next one at once, where SQLite's own way is to sleep and try again.
    """

    takes_turns = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock_path = path.with_name(path.name + "-lock")
        self._watched = False
        self._watchers = 0
        self._start()
        _DATABASES.add(self)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._mutex = threading.Lock()
        self._paused = False
        self._readers = threading.Condition()
        self._reading = 0
        self._forking = False
        self._idle: list[apsw.Connection] = []
        self._writer: apsw.Connection | None = None
        self._lock_file: int | None = None
        self._notice: Callable[[], None] | None = None
        self._watching = threading.Lock()
        self._watcher: apsw.Connection | None = None

    def pause_for_fork(self) -> None:
        """Let transactions end and close all connections, so that the child finds none.

        SQLite's own knowledge of locks would otherwise be copied to the child, which would believe for ever that a
        lock is held, or that it holds one which only its parent has.
        """
        self._paused = self._mutex.acquire(timeout=_FORK_PATIENCE_S)
        with self._readers:
            self._forking = True
            quiet = self._readers.wait_for(lambda: not self._reading, _FORK_PATIENCE_S)
            if quiet and self._paused and self._pid == os.getpid():
                self._close_all()

    def resume_after_fork(self) -> None:
        """Go on in the parent."""
        with self._readers:
            self._forking = False
            self._readers.notify_all()
        if self._paused:
            self._paused = False
            self._mutex.release()

    def check_fork(self) -> None:
        """Start anew in a child; connections that were open at the fork must be neither used nor closed there."""
        if self._pid != os.getpid():
            _INHERITED.extend(self._idle)
            _INHERITED.extend(raw for raw in (self._writer, self._watcher) if raw is not None)
            self._start()

    def _connect(self) -> apsw.Connection:
        raw = apsw.Connection(str(self.path))
        raw.set_busy_timeout(MILLRACE_BUSY_TIMEOUT_MS.get())
        # LIKE regards case in MLflow's grammar; ILIKE is LIKE on lower-cased texts.
        raw.pragma("case_sensitive_like", True)
        raw.create_scalar_function("as_number", _as_number, 1, deterministic=True)
        raw.create_scalar_function("unpacked", _unpacked, 1, deterministic=True)
        raw.create_scalar_function("attribute_in", _attribute_in, 2, deterministic=True)
        raw.create_scalar_function("matching", _matching, 2, deterministic=True)
        raw.pragma("synchronous", MILLRACE_SQLITE_SYNCHRONOUS.get())
        return raw

    def _connect_to_read(self) -> apsw.Connection:
        raw = self._connect()
        # Searches jump from run to run: pages that are mapped need no call of the system each, and all readers share
        # them. Where the write-ahead log is off, on network file systems, a mapping could break.
        if raw.pragma("journal_mode") == "wal":
            raw.pragma("mmap_size", _MAPPED_BYTES)
        return raw

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        self.check_fork()
        with _translated(self.path), self._reader() as raw:
            # Looked at before the transaction sees anything: what it computes is never older than that.
            state = self._state() if self._watched else None
            raw.execute("BEGIN")
            try:
                yield SqliteConnection(raw, state, self._watch)
            finally:
                raw.execute("ROLLBACK")

    @contextmanager
    def _reader(self) -> Iterator[apsw.Connection]:
        with self._readers:
            self._readers.wait_for(lambda: not self._forking)
            self._reading += 1
            raw = self._idle.pop() if self._idle else None
        try:
            raw = raw or self._connect_to_read()
            yield raw
        finally:
            with self._readers:
                if raw is not None:
                    self._idle.append(raw)
                self._reading -= 1
                if self._forking:
                    self._readers.notify_all()

    def _watch(self) -> None:
        """From now on look at the state of the data before each transaction that reads."""
        self._watched = True

    def _state(self) -> object:
        """A pair that differs when somebody has changed the file. SQLite's numbers only mean something to the
        connection that counts; so each such connection has a number of its own."""
        with self._watching:
            if self._watcher is None:
                self._watcher = self._connect()
                self._watchers += 1
            return self._watchers, self._watcher.pragma("data_version")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and is rolled back when it raises."""
        self.check_fork()
        with self._mutex, _translated(self.path):
            lock = self._lock()
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                raw = self._begun(MILLRACE_BUSY_TIMEOUT_MS.get())
                with _transaction(raw):
                    yield SqliteConnection(raw)
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)

    @contextmanager
    def try_write(self) -> Iterator[Connection | None]:
        """As `write`, where nobody else is writing, and the end of a transaction does not wait for the disk."""
        self.check_fork()
        if not _ends_quickly() or not self._mutex.acquire(blocking=False):
            yield None
            return
        try:
            with _translated(self.path):
                raw = self._try_begin()
                try:
                    if raw is None:
                        yield None
                        return
                    with _transaction(raw):
                        yield SqliteConnection(raw)
                finally:
                    if self._lock_file is not None:
                        fcntl.flock(self._lock_file, fcntl.LOCK_UN)
        finally:
            self._mutex.release()

    def _begun(self, patience_ms: int) -> apsw.Connection:
        """The connection that writes, in a transaction."""
        raw = self._writer
        if raw is None:
            raw = self._writer = self._connect()
            if self._notice is not None:
                # Instead of SQLite's own hook, which checkpoints when a transaction has ended.
                raw.set_wal_hook(self._ended)
        raw.set_busy_timeout(patience_ms)
        if raw.in_transaction:
            raw.execute("ROLLBACK")  # an interrupt came between the beginning of a transaction and its block
        raw.execute("BEGIN IMMEDIATE")
        return raw

    def _try_begin(self) -> apsw.Connection | None:
        try:
            fcntl.flock(self._lock(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            return self._begun(0)
        except (BlockingIOError, apsw.BusyError):
            return None

    def _lock(self) -> int:
        """The file that processes lock to take turns."""
        if self._lock_file is None:
            self._lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        return self._lock_file

    @contextmanager
    def _file_lock(self) -> Iterator[None]:
        lock = self._lock()
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)

    def leave_untidy(self, notice: Callable[[], None] | None) -> None:
        """From now on `tidy` is called when there was `notice`, and transactions that end do no checkpoints."""
        self.check_fork()
        with self._mutex:
            self._notice = notice
            if self._writer is not None:
                self._writer.close()  # the next one is told when it opens
                self._writer = None

    def _ended(self, raw: apsw.Connection, name: str, pages: int) -> int:
        if pages >= CHECKPOINT_PAGES and self._notice is not None:
            self._notice()
        return int(apsw.SQLITE_OK)

    def tidy(self) -> None:
        """Move what is in the write-ahead log to the database.

        First without stopping anybody, then what came meanwhile with writers waiting, so that the next one begins the
        log anew: it would grow for ever while there is always somebody who writes.
        """
        self.check_fork()
        with _translated(self.path), self._reader() as raw:
            pages, _ = raw.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        if pages < CHECKPOINT_PAGES:
            return
        with _translated(self.path), self._mutex, self._file_lock():
            if self._writer is not None:
                self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def migrate(self) -> None:
        """Create or upgrade the schema, once, however many processes ask at the same time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._is_current():
            return
        with self._mutex, _translated(self.path), self._file_lock():
            raw = self._connect()
            try:
                if _tables(raw) and "schema_version" not in _tables(raw):
                    raise _not_ours(self.path, _tables(raw))
                raw.pragma("journal_mode", "wal")
                with raw:
                    upgrade(SqliteConnection(raw), SPELLING)
            finally:
                raw.close()

    def _is_current(self) -> bool:
        if not self.path.exists():
            return False
        with self.read() as db:
            if db.row("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'") is None:
                return False
            row = db.row("SELECT MAX(number) FROM schema_version")
            return row is not None and row[0] == migrations()[-1].number

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.check_fork()
        with self._mutex:
            self._close_all()

    def _close_all(self) -> None:
        while self._idle:
            self._idle.pop().close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with self._watching:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None


def _before_fork() -> None:
    for database in sorted(_DATABASES, key=id):  # in one order for all threads
        database.pause_for_fork()


def _after_fork_in_parent() -> None:
    for database in list(_DATABASES):
        database.resume_after_fork()


def _after_fork_in_child() -> None:
    for database in list(_DATABASES):
        database.check_fork()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)


def _unpacked(*arguments: Any) -> str:
    data = bytes(arguments[0])
    return (zlib.decompress(data) if data[:1] == b"\x78" else data).decode()


def _attribute_in(*arguments: Any) -> str | None:
    value, key = arguments
    content = json.loads(_unpacked(value)).get("attributes", {})
    text: str | None = content.get(key)
    return str(json.loads(text)) if text and text[0] == '"' else text


def _matching(*arguments: Any) -> bool:
    text, pattern = arguments
    try:
        return text is not None and re.search(pattern, text) is not None
    except re.error as error:
        raise InvalidParameterValue(f"{pattern!r} is no regular expression: {error}.") from None


def _as_number(*values: object) -> float | None:
    (text,) = values
    try:
        return float(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else None
    except OverflowError:
        return None


def _tables(raw: apsw.Connection) -> set[str]:
    return {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _not_ours(path: Path, tables: set[str]) -> MlflowException:
    if "alembic_version" in tables or "latest_metrics" in tables:
        return InvalidState(
            f"{path} was written by MLflow, not by Millrace. It is left untouched. Point Millrace to a folder or file "
            "of its own; runs of MLflow stay readable with MLflow."
        )
    return InvalidState(f"{path} is a SQLite database of some other program. Point Millrace to a file of its own.")


@contextmanager
def _transaction(raw: apsw.Connection) -> Iterator[None]:
    """Commits what was begun when the block ends, and rolls it back when it raises."""
    try:
        yield
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise


def _ends_quickly() -> bool:
    """Whether a commit is a write to the page cache."""
    return MILLRACE_SQLITE_SYNCHRONOUS.get().upper() in ("NORMAL", "OFF", "1", "0")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the file system in the words of Millrace."""
    try:
        yield
    except apsw.BusyError as error:
        raise TemporarilyUnavailable(f"{path} stayed locked by another process: {error}. Try again.") from error
    except apsw.NotADBError as error:
        raise InvalidState(f"{path} is not a SQLite database. Point Millrace to a file of its own.") from error
    except apsw.FullError as error:
        raise TemporarilyUnavailable(f"There is no room on the disk of {path}: free some and try again.") from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, PermissionError) as error:
        raise InvalidState(f"{path} cannot be opened for writing: {error}. Check its owner and rights.") from error
    except apsw.Error as error:
        raise MlflowException(f"SQLite could not answer for {path}: {error}") from error
    except UnicodeEncodeError as error:
        raise InvalidParameterValue(f"A text cannot be stored as UTF-8: {error}") from error
