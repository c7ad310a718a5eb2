"""Opens the workspace's SQLite file: WAL, full sync, foreign keys, migrations. It knows no table's meaning.

Any number of processes may open the file. A write takes the lock at its start (BEGIN IMMEDIATE), so two writers
wait for each other instead of failing half way.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from core.errors import AppError
from core.state.migrations import MIGRATIONS

_BUSY_TIMEOUT_MS = 20000


class Database:
    """One workspace's state. Threads may share it: each use takes its own connection from the pool."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.engine: Engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
        event.listen(self.engine, "connect", _prepare)
        try:
            self._migrate()
        except DatabaseError as error:
            raise AppError("errors.state_unreadable", path=str(path), detail=str(error.orig)) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent snapshot."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed whole at the end of the block, undone by any exception.

        A full disk, a file that may not be written or a lock that never comes is an AppError that says so."""
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
        except OperationalError as error:
            raise AppError("errors.state_unwritable", path=str(self.path), detail=str(error.orig)) from error

    def truncate_log(self) -> None:
        """Empty the write-ahead log, so that deleted text does not live on in it (best effort while others read)."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.engine.dispose()

    def _migrate(self) -> None:
        with self.read() as connection:
            if _version(connection) == len(MIGRATIONS):
                return
        with self.write() as connection:
            version = _version(connection)
            if version > len(MIGRATIONS):
                raise AppError("errors.state_newer", path=str(self.path), version=version)
            for migration in MIGRATIONS[version:]:
                migration(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _prepare(raw, _record) -> None:
    raw.isolation_level = None  # transactions are begun by read() and write(), not by the driver
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # a deleted document leaves no bytes behind in free pages
    cursor.close()


def _version(connection: Connection) -> int:
    return connection.execute(text("PRAGMA user_version")).scalar_one()


def now() -> str:
    """The present moment in UTC, ISO 8601, to the millisecond."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
