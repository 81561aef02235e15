# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a PostgreSQL database is, by the URL that people give, and what such a URL may say. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from .._core.address import PASSWORDS, is_loopback
from .._core.errors import InputError

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
"""What a URL may say to libpq. Nothing that holds a secret, and nothing that makes the session another than ours."""

_SHOWN = ", ".join(sorted(_PARAMETERS))
_UNREADABLE = "ledger must be a URL without spaces, control characters and a fragment"
_REVEALING = (
    "ledger must not hold a password, since a URL is shown; use ledger_password, PGPASSWORD or the password file of"
    " libpq"
)


class Database(NamedTuple):
    """A PostgreSQL database: ``parameters`` as libpq takes them, and ``name`` as people may see it."""

    name: str
    parameters: Mapping[str, str]


def read_database(url: str, environment: Mapping[str, str]) -> Database:
    """Where a PostgreSQL database is, by a URL as libpq takes it.

    ``environment``: libpq's own variables may lead to another machine. Raises ``InputError`` with every fault; none of
    them quotes the URL, which may hold a password.
    """
    rest, _question, query = url.partition("://")[2].partition("?")
    authority, _slash, dbname = rest.partition("/")
    userinfo, _at, place = authority.rpartition("@")
    user, colon, _password = userinfo.partition(":")
    host, port = _host_and_port(place)
    said = [
        (name, unquote(value)) for name, value in zip(("user", "host", "port", "dbname"), (user, host, port, dbname))
    ]
    said = [(name, value) for name, value in said if value]
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    said += [(unquote(name), unquote(value)) for name, _equals, value in pairs]
    faults = [] if url.isprintable() and " " not in url and "#" not in url else [_UNREADABLE]
    if colon or any(name in PASSWORDS for name, _value in said):
        faults.append(_REVEALING)
    faults += _faults(said, environment)
    if faults:
        raise InputError(*faults)
    parameters = dict(said)
    if "sslmode" not in parameters and not _stays_here(parameters, environment):
        parameters["sslmode"] = "verify-full"
    return Database(_name(parameters), parameters)


def _host_and_port(place: str) -> tuple[str, str]:
    """A host, an IPv6 address in brackets, and a port, apart."""
    if place.startswith("["):
        host, _bracket, tail = place[1:].partition("]")
        return host, tail.lstrip(":")
    host, _colon, port = place.partition(":")
    return host, port


def _faults(said: list[tuple[str, str]], environment: Mapping[str, str]) -> list[str]:
    names = [name for name, _value in said]
    unknown = sorted(set(names) - _PARAMETERS - PASSWORDS)
    faults = []
    if unknown:
        faults.append(f"ledger: the URL may not set {', '.join(map(ascii, unknown))}; it may set {_SHOWN}")
    faults += [f"ledger: the URL sets {name} more than once" for name in sorted(set(names)) if names.count(name) > 1]
    faults += [f"ledger: the URL sets {name} to nothing" for name, value in said if not value]
    parameters = dict(said)
    if "," in parameters.get("host", ""):
        faults.append("ledger: the URL must name one host; several belong into libpq's service file")
    port = parameters.get("port", "5432")
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        faults.append("ledger: the port must be a number from 1 to 65535")
    return faults + _mode_faults(parameters, environment)


def _mode_faults(parameters: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    """A connection to another machine shows what it carries, and to whom, unless it is encrypted."""
    mode = parameters.get("sslmode")
    if mode is None or mode in _ENCRYPTED:
        return []
    if mode not in _PLAIN:
        return [f"ledger: sslmode must be one of {', '.join((*sorted(_PLAIN), *_ENCRYPTED))}"]
    if _stays_here(parameters, environment):
        return []
    sentence = (
        f"ledger: sslmode={mode} would allow a plain connection, which is for a database on this machine alone, named"
        " by localhost, 127.0.0.1, ::1 or its socket; leave sslmode out for verify-full, or set require or verify-ca"
    )
    return [sentence]


def _stays_here(parameters: Mapping[str, str], environment: Mapping[str, str]) -> bool:
    """Whether it is certain that the connection does not leave this machine; a service file may say anything."""
    if "service" in parameters or environment.get("PGSERVICE") or environment.get("PGHOSTADDR"):
        return False
    host = parameters.get("host") or environment.get("PGHOST", "")
    # A list goes on to its next host where the first does not answer.
    return "," not in host and (not host or host.startswith(("/", "@")) or is_loopback(host))


def _name(parameters: Mapping[str, str]) -> str:
    """The database as people may see it: who logs in, and how, is left out."""
    host = parameters.get("host", "")
    shown = f"[{host}]" if ":" in host else quote(host, safe="")
    port = f":{parameters['port']}" if "port" in parameters else ""
    dbname = f"/{quote(parameters['dbname'])}" if "dbname" in parameters else ""
    service = f"?service={quote(parameters['service'])}" if "service" in parameters else ""
    return f"postgresql://{shown}{port}{dbname}{service}"
