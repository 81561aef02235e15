# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the URL of a PostgreSQL database, and refuse what such a URL must not set.

libpq's own parser reads it, so that no part of it means one thing here and another when the connection is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from .._core.address import PASSWORDS, decoded, is_loopback, separators_in, separators_in_host
from .._core.errors import InputError, MissingLibrary

try:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.pq import Conninfo
except ImportError as error:
    PSYCOPG_ERROR: str | None = str(error)
else:
    PSYCOPG_ERROR = None

_PLAIN = frozenset({"disable", "allow", "prefer"})
_ENCRYPTED = ("require", "verify-ca", "verify-full")
_PARAMETERS = frozenset(
    {
        "channel_binding",
        "dbname",
        "gssencmode",
        "host",
        "krbsrvname",
        "passfile",
        "port",
        "require_auth",
        "service",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "user",
    }
)
"""The parameters of libpq that a URL may set: none that is secret, and none that changes what our session relies on."""

_SEPARATORS_TAKEN = {
    "passfile": "@",  # such as /home/ann@example.org/.pgpass
    "sslcert": "@",
    "sslcrl": "@",
    "sslkey": ":@",  # such as pkcs11:...
    "sslrootcert": "@",
}
"""The separators that a parameter may hold, since they belong into names of files and keys."""

_READ = _PARAMETERS | PASSWORDS
_ALLOWED = ", ".join(sorted(_PARAMETERS))
_UNREADABLE = "ledger must be a URL without spaces, control characters or a fragment"
_NO_URL = (
    "ledger is not a URL that libpq can read; write it as postgresql://user@host:port/database, and the password as"
    " ledger_password"
)
_REVEALING = (
    "ledger must not hold a password, since a URL is shown; use ledger_password, PGPASSWORD or the password file of"
    " libpq"
)


class Database(NamedTuple):
    """A PostgreSQL database: ``parameters`` as libpq expects them, and ``name`` as people may see it."""

    name: str
    parameters: Mapping[str, str]


class _Reading(NamedTuple):
    """The parameters that a URL sets, in its order and with duplicates, and the faults found while reading them."""

    parameters: list[tuple[str, str]]
    faults: list[str]


def read_database(url: str, environment: Mapping[str, str]) -> Database:
    """Return the database of a URL as libpq reads it.

    ``environment``: libpq's own variables may lead to another machine. Raises ``InputError`` with every fault, of which
    none quotes a value from the URL, since that may be a password. Raises ``MissingLibrary`` where psycopg is missing.
    """
    if PSYCOPG_ERROR is not None:
        raise MissingLibrary("psycopg", PSYCOPG_ERROR)
    is_readable = url.isprintable() and not set(" #") & set(url)
    # What is unreadable is left out, so that the other faults of the URL are named at once.
    reading = _read(url if is_readable else "".join(char for char in url if char.isprintable() and char not in " #"))
    faults = [] if is_readable else [_UNREADABLE]
    if ":" in _authority(url).rpartition("@")[0] or any(name in PASSWORDS for name, _value in reading.parameters):
        faults.append(_REVEALING)
    faults += [*reading.faults, *_faults(reading.parameters, environment)]
    if faults:
        raise InputError(*faults)
    parameters = dict(reading.parameters)
    if "sslmode" not in parameters and not _is_local(parameters, environment):
        parameters["sslmode"] = "verify-full"
    return Database(_name(parameters), parameters)


def _read(url: str) -> _Reading:
    """Read the address of a URL and each parameter of its query apart: libpq keeps only the last of duplicates."""
    address, _question, query = url.partition("?")
    pairs = [(unquote(pair.partition("=")[0]), pair) for pair in query.split("&") if pair]
    faults = _unknown_faults([name for name, _pair in pairs])
    # libpq takes the second part of a user's name for the host, and a password with a slash for the database.
    path = address.partition("://")[2].partition("/")[2]
    if _authority(address).count("@") > 1 or set("@:&") & set(path):
        faults.append(_NO_URL)
    parameters: list[tuple[str, str]] = []
    for name, part in [("", address), *((name, f"postgresql:///?{pair}") for name, pair in pairs)]:
        if name and name not in _READ:
            continue
        try:
            parameters += [(key, str(value)) for key, value in conninfo_to_dict(part).items()]
        except (ProgrammingError, UnicodeError):  # libpq's sentence quotes the URL
            faults.append(f"ledger: libpq cannot read what the URL sets {name} to" if name else _NO_URL)
    return _Reading(parameters, faults)


def _unknown_faults(names: Iterable[str]) -> list[str]:
    """Return the fault of names that a URL may not set."""
    unknown = sorted(set(names) - _READ)
    # Anything else may be the rest of a password that has a question mark or an ampersand in it.
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} if unknown else set()
    shown = ", ".join(map(ascii, unknown)) if known.issuperset(unknown) else "other parameters"
    return [f"ledger: the URL may not set {shown}; it may set {_ALLOWED}"] if unknown else []


def _authority(url: str) -> str:
    """Return the part of a URL that holds a user, a password that libpq may ignore since it is empty, and a host."""
    return url.partition("://")[2].partition("?")[0].partition("/")[0]


def _faults(pairs: Sequence[tuple[str, str]], environment: Mapping[str, str]) -> list[str]:
    """Return the faults of parameters that a URL may set, pairs of a name and a value."""
    names = [name for name, _value in pairs]
    faults = [f"ledger: the URL sets {name} more than once" for name in sorted(set(names)) if names.count(name) > 1]
    faults += [f"ledger: the URL sets {name} to nothing" for name, value in pairs if not value]
    faults += [
        f"ledger: the URL sets {name} to a text with one of :@=;?&, which a password may follow; set a password as"
        " ledger_password"
        for name, value in pairs
        if _may_hold_password(name, value)
    ]
    parameters = dict(pairs)
    if "," in parameters.get("host", ""):
        faults.append("ledger: the URL must name one host; several belong into libpq's service file")
    port = parameters.get("port", "5432")
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        faults.append("ledger: the port must be a number from 1 to 65535")
    return faults + _mode_faults(parameters, environment)


def _may_hold_password(name: str, value: str) -> bool:
    """Return whether a value may hold a password that its percent codes hid from libpq, such as ``ann:password@host``.

    The name of the ledger would show it, and so would the options of the task.
    """
    if name == "host":
        return bool(separators_in_host(value[1:] if value.startswith("@") else value))  # an abstract socket
    if name == "user":
        value = decoded(value)
        # Cloud services have users such as ann@example.org; "ann/password@host" is another matter.
        return bool(separators_in(value if "/" in value else value.replace("@", "", 1)))
    return bool(separators_in(value) - set(_SEPARATORS_TAKEN.get(name, "")))


def _mode_faults(parameters: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    """Return the fault of an ``sslmode`` that may send the ledger to another machine unencrypted."""
    mode = parameters.get("sslmode")
    if mode is None or mode in _ENCRYPTED:
        return []
    if mode not in _PLAIN:
        return [f"ledger: sslmode must be one of {', '.join((*sorted(_PLAIN), *_ENCRYPTED))}"]
    if _is_local(parameters, environment):
        return []
    sentence = (
        f"ledger: sslmode={mode} would allow a plain connection, which is for a database on this machine alone, named"
        " by localhost, 127.0.0.1, ::1 or its socket; leave sslmode out for verify-full, or set require or verify-ca"
    )
    return [sentence]


def _is_local(parameters: Mapping[str, str], environment: Mapping[str, str]) -> bool:
    """Return whether the connection certainly stays on this machine; a service file may name any host."""
    if "service" in parameters or environment.get("PGSERVICE") or environment.get("PGHOSTADDR"):
        return False
    host = parameters.get("host") or environment.get("PGHOST", "")
    # libpq goes on to the next host of a list where the first does not answer.
    return "," not in host and (not host or host.startswith(("/", "@")) or is_loopback(host))


def _name(parameters: Mapping[str, str]) -> str:
    """Return the database as people may see it, without the user and how it logs in."""
    host = parameters.get("host", "")
    shown = f"[{host}]" if ":" in host else quote(host, safe="")
    port = f":{parameters['port']}" if "port" in parameters else ""
    dbname = f"/{quote(parameters['dbname'])}" if "dbname" in parameters else ""
    service = f"?service={quote(parameters['service'])}" if "service" in parameters else ""
    return f"postgresql://{shown}{port}{dbname}{service}"
