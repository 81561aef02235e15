# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the ledger that the options of a task name, and the account in it, without opening it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._core.address import HIDDEN, decoded, is_loopback
from .._core.environment import home_fault
from .._core.errors import Faults, InputError
from .._ledger.model import NO_LEDGER, Fingerprints
from .._ledger.sqlite import SqliteLedger
from .values import secret_faults

if TYPE_CHECKING:
    from .._ledger.database import Database
    from .._ledger.interface import Ledger
    from .._ledger.limits import Limits

LIMIT_OPTIONS = ("limit", "account_limit", "critical_limit", "question_limit")
"""The options that say how many messages may be sent."""

_LONGEST_BUSY_WAIT = 30.0
"""Seconds to wait at most for another process to release the ledger."""

_NO_PATH = (
    "ledger must be an absolute path, since a module runs in a folder of Ansible's choosing, or a URL that begins with"
    " postgresql://, or none; what it is now is not shown, since it may hold a password"
)
_REVEALING = (
    "ledger must not hold a password, since a path is shown; name a file without words such as password=, or write"
    " postgresql://user@host/database, and set the password as ledger_password"
)
_NO_HOME = (
    "ledger is missing, and its default lies in the home folder of this user, which is not known; set HOME to an"
    " absolute path, or set ledger or VOIPSMS_LEDGER"
)
_MAY_HOLD_PASSWORD = re.compile(
    r"""(?:pass|pwd|secret|token|\bpw)\w{0,20}["']?\s{0,9}[=:] | :[^/]*@""", re.IGNORECASE | re.VERBOSE
)
"""A word for a password and its value, or a user, a password and a host, in what is given as the path of a file."""


def read_ledger(params: Mapping[str, Any], faults: Faults, instance: str = "") -> tuple[Ledger, Fingerprints]:
    """Return the ledger of a task and the fingerprints of its account; note faults, and open nothing.

    ``instance``: the run of the sandbox, where the service is one that says so.
    """
    rehearsal = instance if is_loopback(_host(params["api_url"])) else None
    fingerprints = Fingerprints.of(params["ledger_account"], params["api_key"] or "", rehearsal=rehearsal)
    default = "" if params["ledger"] else default_ledger(os.environ)
    path = params["ledger"] or default
    if path == NO_LEDGER:
        from .._ledger import memory  # noqa: PLC0415 - only ledger=none needs it

        return memory.MemoryLedger(), fingerprints
    busy_timeout = min(_LONGEST_BUSY_WAIT, float(params["deadline"]))

    def name_ledger() -> Ledger:
        if default and not os.path.isabs(default):
            raise InputError(_NO_HOME)
        database = read_address(path)
        if database is None:
            return SqliteLedger(path, fingerprints.account, busy_timeout=busy_timeout)
        return _shared_ledger(database, params["ledger_password"], fingerprints, busy_timeout)

    # A refused one is never opened, and has no name in results, since it may hold a password; a default does not.
    return faults.attempt(name_ledger) or SqliteLedger(default or HIDDEN, fingerprints.account), fingerprints


def read_address(ledger: str) -> Database | None:
    """Return the database that a ledger is in; None for a file, or for none.

    Raise ``InputError`` for anything else, without quoting it, and ``MissingLibrary`` for a database without psycopg.
    """
    if "://" not in ledger:
        # "//ann:password@host" lacks its scheme, and is no path.
        if ledger == NO_LEDGER or (os.path.isabs(ledger) and not (ledger.startswith("//") and "@" in ledger)):
            if _MAY_HOLD_PASSWORD.search(decoded(ledger)):
                raise InputError(_REVEALING)
            return None
        raise InputError(home_fault("ledger", ledger) or _NO_PATH)
    if ledger.partition("://")[0] not in ("postgresql", "postgres"):
        raise InputError(
            "ledger must be the path of a file, a URL that begins with postgresql://, or none; this release knows no"
            " other kind of ledger"
        )
    from .._ledger.database import read_database  # noqa: PLC0415 - only a ledger in a database needs it

    return read_database(ledger, os.environ)


def read_kept_ledger(params: Mapping[str, Any], faults: Faults) -> tuple[Ledger, Fingerprints]:
    """Return what ``read_ledger`` does, for a task that is about the ledger: one must be kept, its account known."""
    ledger, fingerprints = read_ledger(params, faults)
    if not (params["ledger_account"] or params["api_key"]):
        faults.add("api_key or ledger_account is missing; without one of them the ledger's account is not known")
    if ledger.name == NO_LEDGER:
        faults.add("ledger is none, which remembers nothing; name the ledger that the task has used")
    return ledger, fingerprints


def of_this_run(params: Mapping[str, Any], ledger: Ledger, fingerprints: Fingerprints) -> tuple[Ledger, Fingerprints]:
    """Return ledger and fingerprints for the sandbox that runs now, which is asked; as they are for the service itself.

    Call it once for a task, when its options have no fault, so that all its claims are in one account. What ran before
    on the same port has forgotten its messages, and its rows must not make duplicates.
    """
    if ledger.name == NO_LEDGER or not is_loopback(_host(params["api_url"])):
        return ledger, fingerprints
    from .sandbox_run import instance_of  # noqa: PLC0415 - only a service on this machine may be a sandbox

    instance = instance_of(params)
    return read_ledger(params, Faults(), instance) if instance else (ledger, fingerprints)


def limits_of(params: Mapping[str, Any], faults: Faults, pool: str = "") -> Limits | None:
    """Return the limits of a task, as ``limit_options.read_limits`` does; None at once where no option sets any."""
    if all(params.get(name) in (None, "", []) for name in LIMIT_OPTIONS):
        return None
    from .limit_options import read_limits  # noqa: PLC0415 - only a limit needs it

    return read_limits(params, faults, pool)


def default_ledger(environment: Mapping[str, str]) -> str:
    """Return the path of this user's ledger."""
    return os.path.join(state_folder(environment), "ledger.sqlite3")


def state_folder(environment: Mapping[str, str]) -> str:
    """Return the folder of this user's state (XDG Base Directory Specification: relative paths are ignored)."""
    state = environment.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):
        # An empty HOME would be the root of the file system.
        state = "~/.local/state" if environment.get("HOME") == "" else os.path.expanduser("~/.local/state")
    return os.path.join(state, "voipsms")


def _shared_ledger(database: Database, password: str | None, fingerprints: Fingerprints, busy_timeout: float) -> Ledger:
    """Return the ledger in a database. Raise ``InputError``, and ``MissingLibrary`` without psycopg."""
    # libpq reads the second one itself, where there is no password of ours.
    secret = ("ledger_password", password) if password else ("PGPASSWORD", os.environ.get("PGPASSWORD"))
    faults = secret_faults(secret[0], secret[1] or "")
    if faults:
        raise InputError(*faults)
    from .._ledger import postgresql  # noqa: PLC0415 - loads psycopg

    return postgresql.PostgresqlLedger(
        database, fingerprints.account, password=password or None, busy_timeout=busy_timeout
    )


def _host(url: str) -> str:
    """Return the host of a URL, which need not be valid; empty when there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
