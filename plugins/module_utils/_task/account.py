# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options that reach the account: address, credentials, times, certificates."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .._api.client import Api
from .._core.address import is_loopback, separators_in, separators_in_host
from .._core.deadline import Deadline
from .._core.environment import connection_faults, file_fault, home_fault
from .._core.errors import Faults, InputError
from .._core.exchange import Service
from .._message.numbers import region_fault
from .values import in_range, is_utf8, read_region, secret_faults

LONGEST_DEADLINE = 3600
"""Seconds that a task may take at most."""

_MAX_PASSWORD = 4096
"""Characters that a password file may have at most."""


class Account(NamedTuple):
    """How to reach the service, in how many ``seconds``, and in which region national numbers are read."""

    service: Service
    seconds: float
    region: str | None

    def api(self) -> Api:
        """Return a client for the calls of this account."""
        return Api(self.service)

    def deadline(self) -> Deadline:
        """Return the end of the whole task, counted from now."""
        return Deadline(self.seconds)


def read_account(params: Mapping[str, Any], faults: Faults) -> Account | None:
    """Return the account of a task, or None when ``faults`` says why there is none."""
    url = faults.attempt(lambda: read_url(params["api_url"]))
    password = faults.attempt(lambda: _password(params, os.environ))
    verify = faults.attempt(lambda: _verify(params["validate_certs"], params["ca_path"]))
    faults.add(*_account_faults(params))
    if url is not None and verify is not None:
        faults.add(*connection_faults(url, verify))
    if url is None or password is None or verify is None:
        return None
    service = Service(
        url=url, user=params["api_key"] or "", password=password, timeout=float(params["timeout"]), verify=verify
    )
    return Account(service=service, seconds=float(params["deadline"]), region=read_region(params))


def read_url(url: str) -> str:
    """Return the base of all calls, with a slash at its end.

    Raise ``InputError`` for a URL that would show a credential or send one in the clear: plain HTTP is for loopback
    only.
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
    if separators_in(url, "@=;?&#") or separators_in(parts.path) or separators_in_host(host):
        raise InputError(
            "api_url must be a plain address, in which no user, password or parameter is separated by one of :@=;?&#,"
            " not even written as a percent code"
        )
    if parts.scheme not in ("https", "http") or not host:
        raise InputError("api_url must begin with https:// and name a host")
    if parts.scheme == "http" and not is_loopback(host):
        raise InputError(
            "api_url must begin with https://, since plain HTTP would show the password to the network;"
            " only this machine itself (localhost, 127.0.0.1, ::1) may be reached by http://"
        )
    return url if url.endswith("/") else f"{url}/"


def _account_faults(params: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each fault in the options that need no reading of files."""
    faults = in_range("timeout", params["timeout"], 0.1, 300) + in_range(
        "deadline", params["deadline"], 1, LONGEST_DEADLINE
    )
    if not params["api_key"]:
        faults.append("api_key is missing; give it, or set VOIPSMS_API_KEY")
    elif ":" in params["api_key"]:
        faults.append("api_key must not hold a colon, which ends the user name in HTTP Basic authentication")
    if params["ledger_account"] is not None and not params["ledger_account"].strip():
        faults.append("ledger_account is empty; leave it out to have it derived from the API key")
    faults += secret_faults("api_key", params["api_key"] or "")
    if not is_utf8(params["ledger_account"] or ""):
        faults.append("ledger_account is not UTF-8 text")
    unknown_region = region_fault(read_region(params))
    return faults + ([unknown_region] if unknown_region else []) + _zone_faults(params["account_timezone"])


def _zone_faults(name: str | None) -> list[str]:
    """Return the fault of a zone that is not known. Zone data is loaded only for a task that names a zone."""
    if not name:
        return []
    from .._message import dates  # noqa: PLC0415 - only account_timezone needs it

    try:
        dates.zone(name, "account_timezone")
    except dates.DateError as error:
        return [str(error)]
    return []


def _password(params: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return the password. The task's own beats the environment's; each of the two may give one only."""
    password, path = params["api_password"] or None, params["api_password_file"] or None
    if password is not None and path is not None:
        password_is_inherited = password == environment.get("VOIPSMS_API_PASSWORD")
        # Ansible expands every path, from whichever source.
        inherited = os.path.expandvars(environment.get("VOIPSMS_API_PASSWORD_FILE", ""))
        path_is_inherited = path == os.path.expanduser(inherited)
        if password_is_inherited == path_is_inherited:
            raise InputError("api_password and api_password_file exclude each other; give one of them")
        password, path = (None, path) if password_is_inherited else (password, None)
    if path is not None:
        return _read_password(path)
    if not password:
        raise InputError("api_password is missing; give it, or api_password_file, or set VOIPSMS_API_PASSWORD")
    return _checked_password("api_password", str(password))


def _read_password(path: str) -> str:
    """Return the one line of a password file, without a byte order mark at its beginning and one line end."""
    fault = home_fault("api_password_file", path)
    if fault:
        raise InputError(fault)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read(_MAX_PASSWORD + 1)
    except UnicodeDecodeError:
        raise InputError(f"api_password_file{_shown(path)} is not UTF-8 text") from None
    except ValueError:
        raise InputError(f"api_password_file{_shown(path)} is not a path") from None
    except OSError as error:
        raise InputError(f"api_password_file{_shown(path)} cannot be read ({error.strerror})") from error
    end = next((end for end in ("\r\n", "\n", "\r") if text.endswith(end)), "")
    password = text[: len(text) - len(end)]
    if not password or len(text) > _MAX_PASSWORD or "\n" in password or "\r" in password:
        raise InputError(f"api_password_file{_shown(path)} must hold the password in one line, and nothing else")
    return _checked_password(f"api_password_file{_shown(path)}", password)


def _checked_password(name: str, password: str) -> str:
    """Return a password that can be sent; raise ``InputError`` for any other."""
    faults = secret_faults(name, password)
    if faults:
        raise InputError(*faults)
    return password


def _shown(path: str) -> str:
    """Return a path for a sentence; empty where it may be the password itself, given in the place of its file."""
    return f" {path!r}" if os.path.isabs(path) else ""


def _verify(validate_certs: bool, ca_path: str | None) -> bool | str:
    """Return whether certificates are checked, or the path of the authorities that check them."""
    if not ca_path:
        return validate_certs
    if not validate_certs:
        raise InputError("ca_path is given while validate_certs is false; leave one of them out")
    fault = file_fault("ca_path", ca_path)
    if fault:
        raise InputError(fault)
    return ca_path
