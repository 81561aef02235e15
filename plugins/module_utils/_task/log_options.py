# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of the modules that read the message log, and name everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._api.log import LogFilter, read_bound
from .._core.errors import Faults
from .._people.contacts import read_contacts
from .account import Account, read_account
from .names import Names
from .values import digits_of, in_range, read_people, read_region, with_texts


class LogOptions(NamedTuple):
    """Which records of which account are read, from how many pages at most."""

    account: Account
    log_filter: LogFilter
    max_pages: int
    names: Names


def read_log_options(params: Mapping[str, Any]) -> LogOptions:
    """Return which records to show. Raise ``InputError`` with every fault, before anything is asked."""
    faults = Faults()
    return faults.checked(note_log_options(params, faults))


def note_log_options(params: Mapping[str, Any], faults: Faults) -> LogOptions | None:
    """Return which records to read, None without an account; note every fault. Not each module has ``msg``."""
    params = {"msg": None, **with_texts(params, faults)}
    account = read_account(params, faults)
    faults.add(*in_range("max_pages", params["max_pages"], 1, 1000))
    empty = [name for name in ("number", "msg", "since", "until") if params[name] in ("", [])]
    faults.add(*(f"{name} is empty; leave it out, or say what to look for" for name in empty))
    contacts = read_contacts(params["contacts"], faults)
    numbers = digits_of(read_people("number", params, faults, contacts=contacts)) if params["number"] else None
    log_filter = LogFilter(
        numbers=frozenset(numbers) if numbers is not None else None,
        text=params["msg"],
        direction=params["direction"],
        since=_read_bound(params, "since", faults),
        until=_read_bound(params, "until", faults),
    )
    # Else no record is a result, and a check of the cost passes.
    if log_filter.since and log_filter.until and log_filter.since > log_filter.until:
        faults.add(f"since {params['since']!r} is after until {params['until']!r}, so no record is between them")
    if account is None:
        return None
    return LogOptions(account, log_filter, params["max_pages"], Names(contacts, read_region(params)))


def _read_bound(params: Mapping[str, Any], name: str, faults: Faults) -> str | None:
    """Return one end of a span of dates, None without the option; note its fault."""
    value = params[name]
    return faults.attempt(lambda: read_bound(value, name)) if value else None
