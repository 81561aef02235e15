# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember the claims of this process, so that their results outlive a ledger that is lost meanwhile.

A ledger can be deleted or replaced while a request is under way. The run then is the only one that knows of its claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .._message.outcome import Fate
from .model import Claim, Row, claimed, settled

Fates = Mapping[str, "tuple[Fate, tuple[str, ...]]"]
"""The results of a claim: recipient → its fate and its smsids."""

_SENT = (Fate.ACCEPTED, Fate.UNKNOWN)
"""Fates that the next run must find. Of the others, the row from before the claim says enough."""


class Settled(NamedTuple):
    """The result of settling a claim, by recipient.

    ``overtaken``: those whose claim is no longer this owner's; their rows stay as they are. ``restored``: those whose
    row the ledger had lost; it is there again, with the result.
    """

    overtaken: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


class Settlement(NamedTuple):
    """What to write for the results of a claim, by recipient: the row as it is stored, and as it is to be."""

    changes: Mapping[str, tuple[Row | None, Row | None]]
    result: Settled


class OwnClaims:
    """The rows that this process has claimed and not settled yet, each with the row that it replaced."""

    def __init__(self) -> None:
        """Start with no claims."""
        self._rows: dict[tuple[str, str, str], tuple[Row | None, Row]] = {}

    def claim(self, rows: Mapping[str, Row], claim: Claim, names: Iterable[str], now: float) -> dict[str, Row]:
        """Return the row of each recipient (``names``) that a claim wins; ``rows``: those that are stored.

        They are remembered even if their commit then fails: nothing is settled for a claim that failed, but as not
        sent, and that restores nothing.
        """
        won = {name: claimed(rows.get(name), claim, name, now) for name in names}
        for name, row in won.items():
            self._rows[claim.key, name, claim.owner] = rows.get(name), row
        return won

    def settlement(self, rows: Mapping[str, Row], key: str, owner: str, fates: Fates, now: float) -> Settlement:
        """Return what to write for the results of an owner's claim; ``rows``: those that are stored.

        A row that another run has taken over stays as it is, and so does one that a person resolved: they know more.
        A row that is gone, or is what it was before the claim, was lost with its ledger, since nothing else undoes a
        claim. What its claim has led to is then written again.
        """
        changes: dict[str, tuple[Row | None, Row | None]] = {}
        overtaken, restored = [], []
        for name, fate in fates.items():
            stored = rows.get(name)
            if stored is not None and stored.owner == owner:
                changes[name] = stored, settled(stored, *fate, now=now)
                continue
            before, own = self._rows.get((key, name, owner), (None, None))
            is_lost = stored is None or stored.is_damaged or (stored == before and fate[0] in _SENT)
            after = settled(own, *fate, now=now) if own is not None and is_lost else None
            if after is None:
                overtaken.append(name)
            else:
                changes[name] = stored, after
                restored.append(name)
        return Settlement(changes, Settled(tuple(overtaken), tuple(restored)))

    def forget(self, key: str, owner: str, names: Iterable[str]) -> None:
        """Forget the claims of recipients whose results are committed."""
        for name in names:
            self._rows.pop((key, name, owner), None)
