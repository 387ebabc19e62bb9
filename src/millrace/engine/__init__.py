"""The engine: a store that answers calls with SQL, on SQLite or PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import unquote, urlsplit

from millrace.calls import ENDPOINTS, Call, Create, Edit, Endpoint, Manage
from millrace.engine import (
    assessments,
    attendance,
    changes,
    chunks,
    experiments,
    finding,
    ingest,
    inputs,
    logged_model_search,
    logged_models,
    logging,
    model_versions,
    points,
    registered_models,
    registry_search,
    run_changes,
    run_columns,
    run_facets,
    run_search,
    run_table,
    runs,
    series_reads,
    spans,
    trace_search,
    traces,
)
from millrace.engine.db import Collision, Connection, Database
from millrace.engine.dialects.sqlite import SqliteDatabase
from millrace.engine.locations import Locations
from millrace.engine.tx import ANSWERS, REGISTRY, Known, Thing, Tx
from millrace.engine.upkeep import Upkeep
from millrace.errors import InvalidParameterValue, MlflowException, NotImplementedHere, TemporarilyUnavailable

__all__ = [
    "Engine",
    "assessments",
    "attendance",
    "changes",
    "experiments",
    "ingest",
    "inputs",
    "logged_model_search",
    "logged_models",
    "logging",
    "model_versions",
    "open_engine",
    "registered_models",
    "registry_search",
    "finding",
    "run_changes",
    "run_columns",
    "run_facets",
    "run_search",
    "run_table",
    "runs",
    "series_reads",
    "spans",
    "trace_search",
    "traces",
]

R = TypeVar("R")
T = TypeVar("T")

DATABASE_FILE = "millrace.db"
"""The name of the database in a store's folder."""

_ATTEMPTS = 8
"""How often a call is tried when another writer gets in its way."""


_OF_REGISTRY = frozenset(
    call
    for call, endpoint in ENDPOINTS.items()
    if endpoint.needs in (Create.registered_model, Edit.registered_model, Manage.registered_model)
)


class Engine:
    """A store over SQL; see `millrace.store.Store` for what it promises."""

    def __init__(self, database: Database, locations: Locations) -> None:
        self.database = database
        self.locations = locations
        self._known = Known()
        self._touched = changes.Touched()
        self._upkeep: Upkeep | None = None

    @property
    def gains_by_groups(self) -> bool:
        """Whether writes are faster together. PostgreSQL's are not: it joins the commits of its connections itself,
        and a long transaction locks more."""
        return self.database.takes_turns

    def call(self, call: Call[R]) -> R:
        """Answer a call, in a transaction of its own."""
        begin = self.database.write if _endpoint(call).writes else self.database.read
        return cast("R", self._alone(begin, lambda tx: self._answer(tx, call)))

    def write(self, work: Callable[[Tx], T]) -> T:
        """Change something in a transaction of its own; the work is done again when another writer gets in its way."""
        return self._alone(self.database.write, work)

    def _alone(self, begin: Callable[[], AbstractContextManager[Connection]], work: Callable[[Tx], T]) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with begin() as db:
                    tx = self._tx(db)
                    result = work(tx)
                    now = changes.monotonic()
                    told = changes.record(db, tx.changed, self._touched, now)
                self._committed(tx)
                if told:
                    self._touched.note(told, now)
                return result
            except Collision:
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _tx(self, db: Connection) -> Tx:
        return Tx(db, self.locations, self._known)

    def call_many(self, calls: Sequence[Call[Any]]) -> list[Any]:
        """Answer calls in one transaction; see `millrace.store.GroupingStore`."""
        results = self._together(self.database.write(), calls) if len(calls) > 1 else None
        # What neither refused a call nor concerns the whole database is the fault of one of them: each on its own.
        return [self._result(call) for call in calls] if results is None else results

    def try_call_many(self, calls: Sequence[Call[Any]]) -> list[Any] | None:
        """Answer calls in one transaction if that needs no waiting; see `millrace.store.GroupingStore`."""
        return self._together(self.database.try_write(), calls)

    def _answer(self, tx: Tx, call: Call[Any]) -> Any:
        try:
            answer = ANSWERS[type(call)](tx, call)
            if type(call) in _OF_REGISTRY:
                tx.touch(REGISTRY)
            return answer
        except OverflowError:
            # Python's integers have no bounds, those of the database and of MLflow's API do.
            raise InvalidParameterValue(
                f"{type(call).__name__}: a number does not fit into 64 bits (-2**63 to 2**63 - 1)."
            ) from None

    def _result(self, call: Call[Any]) -> Any:
        try:
            return self.call(call)
        except Exception as error:
            return error

    def _together(
        self, transaction: AbstractContextManager[Connection | None], calls: Sequence[Call[Any]]
    ) -> list[Any] | None:
        """The results of calls in one transaction, or None when nothing is done and each should be tried alone."""
        done: list[tuple[Tx | None, Any]] = []
        try:
            with transaction as db:
                if db is None:
                    return None
                for call in calls:
                    done.append(self._answer_or_undo(db, call))
                now = changes.monotonic()
                told = changes.record(db, _changed(done), self._touched, now)
        except Collision:
            return None
        except Exception as error:
            # Where the database is gone or full, or the commit failed, one call after the other would fare no better
            # and, if the commit took place after all, be done twice.
            whole = isinstance(error, TemporarilyUnavailable) or len(done) == len(calls)
            return [error] * len(calls) if whole else None
        if told:
            self._touched.note(told, now)
        for tx, _ in done:
            if tx is not None:
                self._committed(tx)
        return [result for _, result in done]

    def _answer_or_undo(self, db: Connection, call: Call[Any]) -> tuple[Tx | None, Any]:
        """The answer to a call, or why it is refused; then nothing of it stays."""
        db.execute("SAVEPOINT one")
        try:
            _endpoint(call)
            tx = self._tx(db)
            result = self._answer(tx, call)
        except MlflowException as refusal:
            db.execute("ROLLBACK TO one")
            db.execute("RELEASE one")
            return None, refusal
        db.execute("RELEASE one")
        return tx, result

    def _committed(self, tx: Tx) -> None:
        # Only now are new keys sure to stay.
        self._known.learn(tx.new_keys)
        if tx.due and self._upkeep is not None:
            self._upkeep.compact_soon(tx.due)

    def start_upkeep(self) -> None:
        """Compact points and tidy the database in a thread of its own until the store is closed, so that no call
        waits for it: for processes that live long."""
        if self._upkeep is None:
            self._upkeep = Upkeep(self.database, self._left, self._compact)
            self._known.compacts_later = True
            with self.database.read() as db:
                db.state()  # from now on states are told apart, so that already the first answer's parts are kept

    def _left(self) -> list[int]:
        with self.database.read() as db:
            return points.left(db)

    def _compact(self, run: int) -> None:
        with self.database.write() as db:
            chunks.compact(self._tx(db), run)

    def close(self) -> None:
        """Close all connections; the next call opens new ones."""
        if self._upkeep is not None:
            self._known.compacts_later = False
            self._upkeep.close()
            self._upkeep = None
        self.database.close()


def _changed(done: Sequence[tuple[Tx | None, Any]]) -> Collection[Thing]:
    """What the transactions of calls that were answered together have changed."""
    if len(done) == 1:
        return done[0][0].changed if done[0][0] is not None else ()
    things: set[Thing] = set()
    for tx, _ in done:
        if tx is not None:
            things |= tx.changed
    return things


def _endpoint(call: Call[Any]) -> Endpoint:
    if type(call) not in ANSWERS:
        raise NotImplementedHere(f"{type(call).__name__} is not answered by a store but by a server.")
    return ENDPOINTS[type(call)]


def open_engine(uri: str, *, artifact_root: str = "", home_as: str = "") -> Engine:
    """Open the store in a folder or database, and create it where there is none.

    Args:
        uri: a folder (path or `file:` URI), `sqlite:///path/to/file.db`, or `postgresql://…`.
        artifact_root: where the artifacts of new experiments go. A folder keeps them inside; beside a database they
            go to `./mlruns`.
        home_as: what locations inside a store's own folder are called, when a server shows them to clients:
            `mlflow-artifacts:`.

    Raises:
        InvalidParameterValue: no kind of store has such a URI.
        InvalidState: the data there is not Millrace's, or of a newer version, or may not be written.
    """
    scheme = uri.partition(":")[0] if "://" in uri or uri.startswith(("sqlite:", "file:")) else ""
    if scheme == "sqlite":
        engine = _open_sqlite(_sqlite_path(uri), artifact_root or _beside())
    elif scheme.partition("+")[0] in ("postgresql", "postgres"):
        engine = _open_postgres(uri, artifact_root or _beside())
    elif scheme in ("", "file"):
        engine = _open_folder(_folder(uri), artifact_root, home_as)
    else:
        raise InvalidParameterValue(
            f"No store can be opened at {uri!r}. A store is a folder, sqlite:///file.db, postgresql://user@host/name, "
            "or the http(s):// address of a server."
        )
    engine.database.migrate()
    _create_default_experiment(engine)
    return engine


def _create_default_experiment(engine: Engine) -> None:
    with engine.database.read() as db:
        if db.row("SELECT 1 FROM experiment LIMIT 1") is not None:
            return
    with engine.database.write() as db:
        experiments.create_default(Tx(db, engine.locations, Known()))


def _open_folder(folder: Path, artifact_root: str, home_as: str) -> Engine:
    _refuse_foreign_folder(folder)
    home = home_as or str(folder)
    return Engine(SqliteDatabase(folder / DATABASE_FILE), Locations(artifact_root or home, home))


def _refuse_foreign_folder(folder: Path) -> None:
    """A folder that MLflow's file store has written is left alone."""
    if folder.is_file():
        raise InvalidParameterValue(f"{folder} is a file. A store is a folder, or sqlite:///file.db for one file.")
    if not (folder / DATABASE_FILE).exists() and any(folder.glob("*/meta.yaml")):
        raise InvalidParameterValue(
            f"{folder} was written by MLflow's file store, not by Millrace. It is left untouched. "
            "Point Millrace to a folder of its own, e.g. with MLFLOW_TRACKING_URI."
        )


def _open_sqlite(path: Path, artifact_root: str) -> Engine:
    return Engine(SqliteDatabase(path), Locations(artifact_root, ""))


def _open_postgres(uri: str, artifact_root: str) -> Engine:
    try:
        # The driver is an extra: most stores are folders.
        from millrace.engine.dialects.postgres import PostgresDatabase
    except ImportError as error:
        raise MlflowException(
            f"A PostgreSQL store needs its driver ({error}): pip install 'millrace[postgres]'"
        ) from None
    return Engine(PostgresDatabase(uri), Locations(artifact_root, ""))


def _beside() -> str:
    return os.path.abspath("mlruns")


def _folder(uri: str) -> Path:
    path = unquote(urlsplit(uri).path) if uri.startswith("file:") else uri
    return Path(os.path.abspath(os.path.expanduser(path or "mlruns")))


def _sqlite_path(uri: str) -> Path:
    """`sqlite:///relative.db` and `sqlite:////absolute.db`, as SQLAlchemy spells them."""
    path = uri.partition("://")[2].partition("?")[0]
    if not path.startswith("/") or path in ("/", "/:memory:"):
        raise InvalidParameterValue(
            f"{uri!r} names no file. Write sqlite:///file.db, or sqlite:////absolute/path/file.db."
        )
    return Path(os.path.abspath(path[1:]))
