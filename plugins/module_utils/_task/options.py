# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that modules share, what may be wrong with them, and the API and the ledger that are built from them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional, Union
from urllib.parse import urlsplit

from ansible.module_utils.common.parameters import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound

from .._api.client import DEFAULT_URL, Api
from .._core.address import is_loopback, passwords_in
from .._core.deadline import Deadline
from .._core.errors import Faults, InputError
from .._core.http import Service
from .._ledger.model import NO_LEDGER, Fingerprints, Ledger
from .._ledger.sqlite import SqliteLedger
from .._message.numbers import region_fault

_LONGEST_BUSY_WAIT = 30.0
_MAX_PASSWORD = 4096
_REFUSED = "postgresql://"
"""What results show of a URL that is refused, and may hold a password. It is never opened."""


def set_in_environment(variable: str) -> str:
    """The value of an environment variable; raises ``AnsibleFallbackNotFound`` when it has none, or an empty one.

    AWX and GitLab set every variable that they know of, those too that nobody has given a value.
    """
    value = str(env_fallback(variable))
    if not value:
        raise AnsibleFallbackNotFound
    return value


def account_options() -> dict[str, dict[str, Any]]:
    """A fresh argument spec of what reaches the account: the options of the documentation fragment ``account``."""
    return {
        "api_key": option("API_KEY", type="str", no_log=True),
        "api_password": option("API_PASSWORD", type="str", no_log=True),
        "api_password_file": option("API_PASSWORD_FILE", type="path", no_log=False),
        "api_url": option("API_URL", type="str", default=DEFAULT_URL),
        "timeout": option("TIMEOUT", type="float", default=20.0),
        "deadline": option("DEADLINE", type="float", default=120.0),
        "validate_certs": option("VALIDATE_CERTS", type="bool", default=True),
        "ca_path": option("CA_PATH", type="path"),
        "default_region": option("DEFAULT_REGION", type="str"),
        "account_timezone": option("ACCOUNT_TIMEZONE", type="str"),
    }


def ledger_options() -> dict[str, dict[str, Any]]:
    """A fresh argument spec of what was sent before: the options of the documentation fragment ``ledger``."""
    return {
        "ledger": option("LEDGER", type="path"),
        "ledger_account": option("LEDGER_ACCOUNT", type="str"),
        "ledger_password": option("LEDGER_PASSWORD", type="str", no_log=True),
    }


class Account(NamedTuple):
    """The shared options, read: how to reach the service, by when, and how numbers are read."""

    service: Service
    seconds: float
    region: Optional[str]

    def api(self) -> Api:
        """The calls of this account."""
        return Api(self.service)

    def deadline(self) -> Deadline:
        """The end of the whole task, counted from now."""
        return Deadline(self.seconds)


def read_account(params: Mapping[str, Any], faults: Faults) -> Optional[Account]:
    """The account of a task, or None when faults were noted."""
    url = faults.attempt(lambda: read_url(params["api_url"]))
    password = faults.attempt(lambda: _password(params, os.environ))
    verify = faults.attempt(lambda: _verify(params["validate_certs"], params["ca_path"]))
    faults.add(*_account_faults(params))
    if url is None or password is None or verify is None:
        return None
    service = Service(
        url=url, user=params["api_key"] or "", password=password, timeout=float(params["timeout"]), verify=verify
    )
    return Account(service=service, seconds=float(params["deadline"]), region=read_region(params))


def read_ledger(params: Mapping[str, Any], faults: Faults) -> tuple[Ledger, Fingerprints]:
    """The ledger of a task and the fingerprints of its account; faults are noted, and nothing is opened."""
    rehearsal = is_loopback(_host(params["api_url"]))
    fingerprints = Fingerprints.of(params["ledger_account"], params["api_key"] or "", rehearsal=rehearsal)
    path = params["ledger"] or default_ledger(os.environ)
    if path == NO_LEDGER:
        from .._ledger import memory  # noqa: PLC0415 - seldom used

        return memory.MemoryLedger(), fingerprints
    busy_timeout = min(_LONGEST_BUSY_WAIT, float(params["deadline"]))
    if "://" in path:
        shared = faults.attempt(lambda: _shared_ledger(path, params["ledger_password"], fingerprints, busy_timeout))
        return shared or SqliteLedger(_REFUSED, fingerprints.account), fingerprints
    if passwords_in(path):
        faults.add("ledger must be a path or a URL that begins with postgresql://, and must not hold a password")
        return SqliteLedger(_REFUSED, fingerprints.account), fingerprints
    if not os.path.isabs(path):
        faults.add(f"ledger {path!r} must be an absolute path, since a module runs in a folder of Ansible's choosing")
    return SqliteLedger(path, fingerprints.account, busy_timeout=busy_timeout), fingerprints


def read_kept_ledger(params: Mapping[str, Any], faults: Faults) -> tuple[Ledger, Fingerprints]:
    """The ledger of a task that is about the ledger alone: there must be one, and its account must be known."""
    ledger, fingerprints = read_ledger(params, faults)
    if not (params["ledger_account"] or params["api_key"]):
        faults.add("api_key or ledger_account is missing; without one of them the ledger's account is not known")
    if ledger.name == NO_LEDGER:
        faults.add("ledger is none, which remembers nothing; name the ledger that the task has used")
    return ledger, fingerprints


def _shared_ledger(url: str, password: Optional[str], fingerprints: Fingerprints, busy_timeout: float) -> Ledger:
    """The ledger in a database. Raises ``InputError``, and ``MissingLibrary`` without psycopg."""
    if url.partition("://")[0] not in ("postgresql", "postgres"):
        raise InputError(
            "ledger must be the path of a file, a URL that begins with postgresql://, or none; this release knows no"
            " other kind of ledger"
        )
    from .._ledger.database import read_database  # noqa: PLC0415 - rarely used

    database = read_database(url, os.environ)
    if not _is_text(password or "") or "\0" in (password or ""):
        raise InputError("ledger_password is not UTF-8 text")
    from .._ledger import postgresql  # noqa: PLC0415 - loads psycopg

    return postgresql.PostgresqlLedger(
        database, fingerprints.account, password=password or None, busy_timeout=busy_timeout
    )


def read_url(url: str) -> str:
    """The base of all calls, with a slash at its end.

    Raises ``InputError`` for what would show a credential or send one in the clear: plain HTTP is for loopback only.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        raise InputError("api_url is not a URL") from None
    if parts.username is not None or parts.password is not None:
        raise InputError("api_url must not hold credentials; use api_key and api_password")
    if "?" in url or "#" in url or not url.isprintable() or " " in url:
        raise InputError("api_url must be a plain address, without a query, a fragment or spaces")
    if parts.scheme not in ("https", "http") or not host:
        raise InputError("api_url must begin with https:// and name a host")
    if parts.scheme == "http" and not is_loopback(host):
        raise InputError(
            "api_url must begin with https://, since plain HTTP would show the password to the network;"
            " only this machine itself (localhost, 127.0.0.1, ::1) may be reached by http://"
        )
    return url if url.endswith("/") else f"{url}/"


def read_region(params: Mapping[str, Any]) -> Optional[str]:
    """The region of national numbers, or None; whether there is such a region is not looked at."""
    return params["default_region"].upper() if params["default_region"] else None


def default_ledger(environment: Mapping[str, str]) -> str:
    """The path of the ledger of this user (XDG Base Directory Specification: relative paths do not count)."""
    state = environment.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):
        state = os.path.expanduser("~/.local/state")
    return os.path.join(state, "voipsms", "ledger.sqlite3")


def in_range(name: str, value: Optional[float], least: float, most: float) -> list[str]:
    """The fault of a number outside its bounds, not-a-number included. None is a number that was not given."""
    if value is None or least <= value <= most:
        return []
    return [f"{name} must be from {least} to {most}"]


def option(variable: str, **spec: Any) -> dict[str, Any]:
    """The spec of an option that is taken from ``VOIPSMS_`` and this where the task does not give it."""
    return {**spec, "fallback": (set_in_environment, [f"VOIPSMS_{variable}"])}


def _account_faults(params: Mapping[str, Any]) -> list[str]:
    faults = in_range("timeout", params["timeout"], 0.1, 300) + in_range("deadline", params["deadline"], 1, 3600)
    if not params["api_key"]:
        faults.append("api_key is missing; give it, or set VOIPSMS_API_KEY")
    elif ":" in params["api_key"]:
        faults.append("api_key must not hold a colon, which ends the user name in HTTP Basic authentication")
    if params["ledger_account"] is not None and not params["ledger_account"].strip():
        faults.append("ledger_account is empty; leave it out to have it derived from the API key")
    texts = ("api_key", "api_password", "ledger_account")
    faults += [f"{name} is not UTF-8 text" for name in texts if not _is_text(params[name] or "")]
    unknown = region_fault(read_region(params))
    return faults + ([unknown] if unknown else []) + _zone_faults(params["account_timezone"])


def _zone_faults(name: Optional[str]) -> list[str]:
    """Zone data is loaded only for who names a zone, and what reads dates too."""
    if not name:
        return []
    from .._message import dates  # noqa: PLC0415 - seldom used

    try:
        dates.zone(name, "account_timezone")
    except dates.DateError as error:
        return [str(error)]
    return []


def _is_text(value: str) -> bool:
    """Whether it can be written; what the environment holds in another encoding than UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _password(params: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """The password. What the task gives beats the environment; within one of them there must be one password."""
    password, path = params["api_password"] or None, params["api_password_file"] or None
    if password is not None and path is not None:
        password_is_inherited = password == environment.get("VOIPSMS_API_PASSWORD")
        # As Ansible reads a path, whichever source it comes from.
        inherited = os.path.expandvars(environment.get("VOIPSMS_API_PASSWORD_FILE", ""))
        path_is_inherited = path == os.path.expanduser(inherited)
        if password_is_inherited == path_is_inherited:
            raise InputError("api_password and api_password_file exclude each other; give one of them")
        password, path = (None, path) if password_is_inherited else (password, None)
    if path is not None:
        return _read_password(path)
    if not password:
        raise InputError("api_password is missing; give it, or api_password_file, or set VOIPSMS_API_PASSWORD")
    return str(password)


def _read_password(path: str) -> str:
    """The one line of a password file, without its line end."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read(_MAX_PASSWORD + 1)
    except UnicodeDecodeError:
        raise InputError(f"api_password_file {path!r} is not UTF-8 text") from None
    except ValueError:
        raise InputError(f"api_password_file {path!r} is not a path") from None
    except OSError as error:
        raise InputError(f"api_password_file {path!r} cannot be read ({error.strerror})") from error
    password = text.rstrip("\r\n")
    if not password or len(text) > _MAX_PASSWORD or "\n" in password or "\r" in password:
        raise InputError(f"api_password_file {path!r} must hold the password in one line, and nothing else")
    return password


def _verify(validate_certs: bool, ca_path: Optional[str]) -> Union[bool, str]:
    """Whether certificates are checked, and by which authorities."""
    if not ca_path:
        return validate_certs
    if not validate_certs:
        raise InputError("ca_path is given while validate_certs is false; leave one of them out")
    if not os.path.exists(ca_path):
        raise InputError(f"ca_path {ca_path!r} does not exist")
    return ca_path


def _host(url: str) -> str:
    """The host of a URL that may be anything; empty when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
