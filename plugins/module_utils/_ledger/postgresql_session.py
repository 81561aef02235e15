# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open sessions with a PostgreSQL server, know its clock, and turn its errors into sentences.

A session lasts for one call, and none is open while a request is under way: a slow service occupies no connection of
the server.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Union

from .._message.display import printable
from .database import Database
from .model import LedgerError

try:
    import psycopg
    from psycopg.conninfo import make_conninfo
except ImportError:  # ``PSYCOPG_ERROR`` of ``database`` holds the reason
    pass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection as _Connection

    Connection = _Connection[tuple[Any, ...]]
    Values = Union[Sequence[Any], Mapping[str, Any]]

ANSWERED_WITHIN = 5.0
"""Seconds that a server has to report that a statement took too long, before the connection is cut."""

_UPTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The clock that counts the time in which a machine sleeps: of Linux, or of macOS, by its manual."""

_LONGEST_REASON = 400
"""Characters of a server's message that a sentence quotes at most."""

_SETTINGS = """
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL search_path = pg_catalog;
SET LOCAL statement_timeout = {wait};
SET LOCAL idle_in_transaction_session_timeout = {wait};
SET LOCAL extra_float_digits = 3;
SELECT set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true);
"""
"""What holds for one transaction, and ends with it: a pooler may give the server's session to anyone afterwards.

Nothing is looked up by a name before ``search_path`` is set, which a role or a database may have set to a schema where
others can put functions and operators of their own.
"""

_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::double precision"


class Unreachable(LedgerError):
    """The server cannot be reached, or gave up. That may pass."""


class Session:
    """A session with a server, of which each statement is one transaction with settings of its own."""

    def __init__(self, connection: Connection, seconds: float) -> None:
        """Use an open connection in autocommit mode; ``seconds``: how long a statement may take."""
        self._connection = connection
        self._settings = _SETTINGS.format(wait=round(seconds * 1000))
        self._is_in_transaction = False

    def execute(self, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Execute a statement, and return its records; outside ``transaction`` it commits at once.

        Settings and statement go to the server as one message, which is one transaction: no lock is held while the
        server waits for this machine.
        """
        settings = "" if self._is_in_transaction else self._settings
        cursor = self._connection.execute(settings + statement, values)
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []

    def begin(self, statements: str, values: Values) -> list[list[tuple[Any, ...]]]:
        """Begin a transaction and execute statements in it, as one message; return the records of each query.

        ``end`` ends it. An error ends the session, and with it the transaction.
        """
        cursor = self._connection.execute(f"BEGIN;{self._settings}{statements}", values)
        self._is_in_transaction = True
        records = [cursor.fetchall()] if cursor.description else []
        while cursor.nextset():
            records += [cursor.fetchall()] if cursor.description else []
        return records

    def end(self, statement: str = "", values: Values = (), *, commits: bool = True) -> None:
        """Execute a statement and end the transaction, as one message."""
        self._connection.execute(f"{statement};{'COMMIT' if commits else 'ROLLBACK'}", values)
        self._is_in_transaction = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all statements of the body one transaction."""
        with self._connection.transaction():
            self.execute("")
            self._is_in_transaction = True
            try:
                yield
            finally:
                self._is_in_transaction = False


class Server:
    """The server of one database: opens sessions with it, and tells the time by its clock."""

    def __init__(self, database: Database, password: str | None, busy_timeout: float) -> None:
        """Name the database; nothing is opened yet.

        ``password``: None lets libpq look where it always does. ``busy_timeout``: seconds to wait for the server and
        for other writers.
        """
        self.name = database.name
        self._parameters = dict(database.parameters)
        if password is not None:
            self._parameters["password"] = password
        self._busy_timeout = busy_timeout
        self._last_reading: tuple[float, float] | None = None

    def now(self) -> float:
        """Return the time by the server's clock, in Unix seconds: as last read, plus the time since.

        So it is known even when the server can no longer be reached.
        """
        if self._last_reading is None:
            with self.session("read"):
                pass
        seconds, read_at = self._last_reading or (0.0, 0.0)
        return seconds + _uptime() - read_at

    def read_clock(self, session: Session) -> float:
        """Read the server's clock: two machines whose own clocks differ agree on it."""
        seconds: float = session.execute(_CLOCK)[0][0]
        self._last_reading = (seconds, _uptime())
        return seconds

    @contextmanager
    def session(self, participle: str) -> Iterator[Session]:
        """Open a connection for one call, and close it at the end.

        ``participle``: what cannot be done to the ledger, "read" or "written", in the ``LedgerError`` that replaces the
        errors of psycopg and of a broken row.
        """
        try:
            with self._session() as session:
                yield session
        except psycopg.OperationalError as error:
            raise Unreachable(f"the ledger {self.name!r} cannot be {participle} ({_reason(error)})") from error
        except (psycopg.Error, OSError, UnicodeError, ValueError, TypeError, KeyError) as error:
            raise LedgerError(f"the ledger {self.name!r} cannot be {participle} ({_reason(error)})") from error

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """Open a connection, and cut it when the server does not answer in time."""
        # No statement is prepared: a pooler in between may give the next one to another server process. This cursor
        # puts the values into the text, as a message of several statements needs it.
        opened: Connection = psycopg.connect(
            make_conninfo(**self._parameters),
            autocommit=True,
            prepare_threshold=None,
            cursor_factory=psycopg.ClientCursor,
            connect_timeout=max(2, round(self._busy_timeout)),
            client_encoding="UTF8",
            application_name="voip_communications.sms",
        )
        with closing(opened) as connection, _cut_after(connection, self._busy_timeout + ANSWERED_WITHIN):
            session = Session(connection, self._busy_timeout)
            self.read_clock(session)
            yield session


def _uptime() -> float:
    """Return seconds that no one can set, and that go on while the machine sleeps, which ``monotonic`` does not."""
    return time.clock_gettime(_UPTIME)


def _reason(error: Exception) -> str:
    """Return the message of an error in one line, without the values that a server adds to it."""
    message = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return " ".join(printable(message or str(error)).split())[:_LONGEST_REASON]


@contextmanager
def _cut_after(connection: Connection, seconds: float) -> Iterator[None]:
    """Cut a connection after so many seconds, when its server says nothing or its network is gone."""
    is_over = threading.Event()
    timer = threading.Timer(seconds, _cut, (connection, is_over))
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.OperationalError as error:
        if is_over.is_set():
            raise psycopg.OperationalError("the server did not answer in time") from error
        raise
    finally:
        timer.cancel()
        # Before the connection is closed: its file descriptor may then belong to another connection.
        timer.join()


def _cut(connection: Connection, is_over: threading.Event) -> None:
    """Shut a connection down, so that the thread that waits for it wakes up."""
    is_over.set()
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
