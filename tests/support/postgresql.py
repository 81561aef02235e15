# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL server for tests, started on a free port with a folder of its own, and never left behind.

And a relay in front of it, which cuts the connection at a chosen moment.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
import trustme
from psycopg import sql

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.database import read_database
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.postgresql import PostgresqlLedger

USER = "voipsms"
# What a password may hold, and a connection string, SQL and a password file write otherwise.
PASSWORD = "canary-pg:/+ &=%'\"\\\u00fc"
WHY_NOT = "no PostgreSQL server on this machine (Debian: apt-get install postgresql)"
_DATABASE = "ledger"
_START_SECONDS = 60.0
_STARTS = 3

# The shell ends the server when its own standard input closes, so also when the test process dies.
_GUARD = '"$0" "$@" & server=$!; read -r how; kill -"${how:-QUIT}" $server; wait $server'
# The server is ready for the next statement: the last one is committed.
_READY = re.compile(rb"Z\x00\x00\x00\x05[IT]$")


def find_server() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest there is; None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    found += [Path(path).resolve() for path in [shutil.which("postgres")] if path]
    complete = [path.parent for path in found if (path.parent / "initdb").exists()]
    return complete[-1] if complete else None


class PostgresServer:
    """A running server, as `with PostgresServer(find_server()) as server:`.

    It serves TLS with a certificate for localhost, whose authority is `ca_path`; `USER` must log in with `PASSWORD`.
    """

    def __init__(self, programs: Path) -> None:
        self.port = 0
        self._programs = programs
        # Where another user can go, and short enough for the name of a socket.
        self._folder = Path(tempfile.mkdtemp(prefix="voipsms-pg-", dir="/tmp"))
        self._shell: subprocess.Popen[bytes] | None = None
        # The server refuses to be root.
        self._account = _account() if os.geteuid() == 0 else None

    @property
    def ca_path(self) -> Path:
        """The authority of the server's certificate."""
        return self._folder / "ca.pem"

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket."""
        return self._folder

    def __enter__(self) -> PostgresServer:
        """Make it, and start it."""
        try:
            self._make()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, and remove all it had."""
        self._end(b"")
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it on the port that it had before, or on a free one, and wait until it serves; unless it does."""
        if self._shell is not None:
            return
        for attempt in range(1, _STARTS + 1):
            port = self.port or _free_port()
            options = [f"-cport={port}", f"-cunix_socket_directories={self._folder}", "-clisten_addresses=127.0.0.1"]
            options += ["-cfsync=off", "-cssl=on", f"-cssl_cert_file={self._folder}/server.pem"]
            options += [f"-cssl_key_file={self._folder}/server.key", "-cmax_connections=60"]
            server = [str(self._programs / "postgres"), "-D", str(self._folder / "data"), *options]
            with (self._folder / "log").open("ab") as log:
                self._shell = self._popen(["sh", "-c", _GUARD, *server], stdin=subprocess.PIPE, stdout=log, stderr=log)
            if self._serves(port):
                self.port = port
                return
            self.stop()
            if attempt == _STARTS:
                raise RuntimeError(f"PostgreSQL does not start: {(self._folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop it without waiting for its clients, so that it can be started again."""
        self._end(b"INT\n")

    def _end(self, how: bytes) -> None:
        if self._shell is not None and self._shell.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._shell.stdin.write(how)
                self._shell.stdin.close()
            self._shell.wait(_START_SECONDS)
            self._shell = None

    def admin(self, dbname: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection of the superuser."""
        return psycopg.connect(
            host=str(self._folder), port=self.port, user="postgres", dbname=dbname, autocommit=True, connect_timeout=10
        )

    def new_database(self) -> str:
        """Return an empty database that belongs to ``USER``: always the same one, since making one takes 300 files."""
        with self.admin() as connection:
            there = connection.execute("SELECT FROM pg_database WHERE datname = %s", (_DATABASE,)).fetchall()
            if not there:
                connection.execute(f"CREATE DATABASE {_DATABASE}")
            connection.execute(f"ALTER DATABASE {_DATABASE} OWNER TO {USER}")
            connection.execute(f"ALTER DATABASE {_DATABASE} RESET ALL")
            # What an earlier test has left open.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", (_DATABASE,)
            )
        with self.admin(_DATABASE) as connection:
            connection.execute("DROP SCHEMA IF EXISTS voipsms CASCADE")
        return _DATABASE

    def url(self, dbname: str, **parameters: str) -> str:
        """Return what a task takes as ``ledger``, by TCP; the parameters of the URL are taken as they are."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{USER}@localhost:{self.port}/{dbname}{'?' if query else ''}{query}"

    def _make(self) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost")
        self.ca_path.write_bytes(authority.cert_pem.bytes())
        (self._folder / "server.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        key = self._folder / "server.key"
        key.touch(0o600)
        key.write_bytes(certificate.private_key_pem.bytes())
        self._folder.chmod(0o755)
        if self._account is not None:
            for path in (self._folder, key):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        initdb = [str(self._programs / "initdb"), "-D", str(self._folder / "data"), "-U", "postgres", "-E", "UTF8"]
        initdb += ["--locale=C", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions"]
        made = self._popen(initdb, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _nothing = made.communicate(timeout=_START_SECONDS)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {said.decode(errors='replace')}")

    def _popen(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        account = self._account
        if account is not None:
            options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        process: subprocess.Popen[bytes] = subprocess.Popen(command, cwd=self._folder, env=environment, **options)
        return process

    def _serves(self, port: int) -> bool:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._shell is not None and self._shell.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                with psycopg.connect(host=str(self._folder), port=port, user="postgres", autocommit=True) as connection:
                    if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (USER,)).fetchall():
                        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                        connection.execute(made.format(sql.Identifier(USER), sql.Literal(PASSWORD)))
                    return True
            if "could not create any TCP/IP sockets" in (self._folder / "log").read_text(errors="replace"):
                return False
            time.sleep(0.05)
        return False


class StillPostgresqlLedger(PostgresqlLedger):
    """One that goes by another clock than the server's; `clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float], url: str, account: str) -> None:
        super().__init__(read_database(url, {}), account, password=PASSWORD)
        self._still = clock

    def now(self) -> float:
        """Return the time of that clock."""
        return self._still()

    def _clock(self, _connection: Any) -> float:
        return self._still()


class Relay:
    """Carries bytes between clients and a server, and fails around the n-th statement of a kind.

    `before`: the connection is cut before the server has the statement. `after`: it is cut when the server has carried
    it out, and the client does not hear of it. `silent`: the server has it, and the client hears nothing more. Later
    connections are carried as if nothing had been, unless it was `for_good`. `sslmode` must be `disable`.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._wish: tuple[str, bytes, int] | None = None
        self._for_good = False
        self.failures = 0

    def fail(self, when: str, statement: str, number: int = 1, *, for_good: bool = False) -> None:
        """Fail around the n-th statement from now on that holds this text."""
        self._wish, self._for_good = (when, statement.encode(), number), for_good

    def __enter__(self) -> Relay:
        """Serve."""
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more connections."""
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            # Wakes up whoever waits for a connection.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as server:
            failing = ""
            for sock, data in _bytes_between(client, server):
                if sock is client:
                    failing = failing or self._is_meant(data)
                    if failing == "before":
                        return
                    server.sendall(data)
                elif not failing:
                    client.sendall(data)
                elif failing == "after" and _READY.search(data):
                    return

    def _is_meant(self, data: bytes) -> str:
        with self._lock:
            if self._wish is None or self._wish[1] not in data:
                return ""
            when, statement, number = self._wish
            self._wish = (when, statement, number - 1) if number > 1 else None
            if number > 1:
                return ""
            self.failures += 1
            if self._for_good:
                self._close()
            return when


def _bytes_between(client: socket.socket, server: socket.socket) -> Iterator[tuple[socket.socket, bytes]]:
    while True:
        for sock in select.select([client, server], [], [])[0]:
            data = sock.recv(1 << 20)
            if not data:
                return
            yield sock, data


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("there is no user that PostgreSQL could run as")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
