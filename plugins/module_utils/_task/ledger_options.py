# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of the modules that are about the ledger, and name everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._core.errors import Faults
from .._ledger.inspect import RowFilter
from .._ledger.model import Fingerprints, Row
from .._ledger.resolve import Resolution, resolve
from .._ledger.resolve_scheduled import CANCELLED, SCHEDULED, SENT, resolve_scheduled
from .open_ledger import of_this_run, read_kept_ledger
from .values import digits_of, in_range, read_people, with_texts

if TYPE_CHECKING:
    from .._ledger.interface import Ledger


class ResolveOptions(NamedTuple):
    """Which messages a person resolves, and as what (``meaning``). ``recipients`` are digits."""

    ledger: Ledger
    fingerprints: Fingerprints
    key: str
    recipients: tuple[str, ...]
    meaning: str

    def rows(self) -> dict[str, Row | None]:
        """Return the row of each recipient as it is now, None where there is none. Raise ``LedgerError``.

        The key is one that a user gave, or the one that ``Fingerprints.shown_key`` shows for a row without a label.
        """
        names = {recipient: self.fingerprints.recipient(recipient) for recipient in self.recipients}
        shown = self.ledger.rows(self.key, names.values())
        rows = {name: row for name, row in shown.items() if not row.label}
        rows |= self.ledger.rows(self.fingerprints.key(self.key), names.values())
        # The cancel of an smsid that no message of this ledger has.
        cancel = self.ledger.rows(self.key, [""]).get("") if not rows else None
        return {recipient: rows.get(name, cancel) for recipient, name in names.items()}


def resolution_of(options: ResolveOptions, rows: Mapping[str, Row | None], now: float) -> Resolution:
    """Return what a resolution changes. ``rows``: as ``ResolveOptions.rows`` returns them. ``now``: Unix seconds."""
    scheduled = {number: row for number, row in rows.items() if row is not None and row.date is not None}
    others = {number: row for number, row in rows.items() if number not in scheduled}
    if options.meaning in (SCHEDULED, CANCELLED):
        sentence = "the ledger knows no scheduled message by this key; is it the one that the failed task returned?"
        resolution = Resolution({}, tuple(f"+{number}: {sentence}" for number in others))
    else:
        resolution = resolve(others, sent=options.meaning == SENT, now=now)

    def cancel_of(smsid: str) -> Row | None:
        return options.ledger.rows(options.fingerprints.cancel_key(smsid), [""]).get("")

    return resolution.joined_with(resolve_scheduled(scheduled, options.meaning, now, cancel_of))


class InspectOptions(NamedTuple):
    """Which rows of which ledger are shown, and how many at most."""

    ledger: Ledger
    row_filter: RowFilter
    max_rows: int


def read_resolve_options(params: Mapping[str, Any]) -> ResolveOptions:
    """Return what to resolve. Raise ``InputError`` with every fault, before anything is opened."""
    faults = Faults()
    params = with_texts(params, faults)
    ledger, fingerprints = read_kept_ledger(params, faults)
    if not (params["key"] or "").strip():
        faults.add("key is empty; give the one that the failed task returned")
    recipients = digits_of(read_people("to", params, faults))
    faults.raise_if_any()
    ledger, fingerprints = of_this_run(params, ledger, fingerprints)
    return ResolveOptions(ledger, fingerprints, params["key"], recipients, params["as"])


def read_inspect_options(params: Mapping[str, Any]) -> InspectOptions:
    """Return which rows to show. Raise ``InputError`` with every fault, before anything is opened."""
    faults = Faults()
    params = with_texts(params, faults)
    ledger, fingerprints = read_kept_ledger(params, faults)
    faults.add(*in_range("max_rows", params["max_rows"], 1, 100000))
    empty = [name for name in ("states", "key", "to") if params[name] in ("", [])]
    faults.add(*(f"{name} is empty; leave it out, or say what to look for" for name in empty))
    people = read_people("to", params, faults) if params["to"] else None
    faults.raise_if_any()
    ledger, fingerprints = of_this_run(params, ledger, fingerprints)
    recipients = frozenset(map(fingerprints.recipient, digits_of(people))) if people else None
    key = fingerprints.key(params["key"]) if params["key"] else None
    return InspectOptions(ledger, RowFilter(key, recipients, params["states"], params["key"]), params["max_rows"])
