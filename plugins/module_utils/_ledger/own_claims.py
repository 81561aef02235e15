# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember the claims of this process, so that their results outlive a ledger that is lost meanwhile.

A ledger can be deleted or replaced while a request is under way. The run then is the only one that knows of its claim,
and of the results of its earlier requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .._message.outcome import Fate
from .model import Claim, Row, State, claimed_by, settled

Fates = Mapping[str, "tuple[Fate, tuple[str, ...]]"]
"""The results of a claim: recipient → its fate and its smsids."""

SENT = (Fate.ACCEPTED, Fate.UNKNOWN)
"""Fates that the next run must find. Of the others, the row from before the claim says enough."""


class Settled(NamedTuple):
    """The result of settling a claim, by recipient.

    ``overtaken``: those whose claim is no longer this owner's; their rows stay as they are. ``restored``: those whose
    row the ledger had lost; it is there again, with the result.
    """

    overtaken: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()

    def with_restored(self, names: Iterable[str]) -> Settled:
        """Return the same, with more recipients whose row is there again."""
        restored = dict.fromkeys((*self.restored, *names))
        return Settled(tuple(name for name in self.overtaken if name not in restored), tuple(restored))


class Settlement(NamedTuple):
    """What to write for the results of a claim, by recipient: the row as it is to be, or None for no row.

    ``restored``: the recipients whose row the ledger has lost. ``is_lost``: it has lost rows of this process, so the
    earlier results are to be looked for as well.
    """

    changes: Mapping[str, Row | None]
    restored: frozenset[str]
    is_lost: bool


class OwnClaims:
    """The rows that this process has claimed, each with the row that it replaced, and later those of its results."""

    def __init__(self) -> None:
        """Start with no claims."""
        self._rows: dict[tuple[str, str, str], tuple[Row | None, Row]] = {}
        self._results: dict[tuple[str, str], dict[str, Row]] = {}

    def claim(self, rows: Mapping[str, Row], claim: Claim, names: Iterable[str], now: float) -> dict[str, Row]:
        """Return the row of each recipient (``names``) that a claim wins; ``rows``: those that are stored.

        They are remembered even if their commit then fails: nothing is settled for a claim that failed, but as not
        sent, and that restores nothing.
        """
        won = claimed_by(claim, rows, names, now)
        for name, row in won.items():
            self._rows[claim.key, name, claim.owner] = rows.get(name), row
        return won

    def settlement(
        self, rows: Mapping[str, Row], key: str, owner: str, fates: Fates, now: float, witness: Iterable[str]
    ) -> Settlement:
        """Return what to write for the results of an owner's claim.

        ``rows``: those that are stored of the recipients and of ``witness``, which was asked for before they were
        read. A row that another run has taken over stays as it is: it knows more. So does one whose cancel another run
        has claimed since this result was first written. A row that is gone or older than the claim was lost with its
        ledger, and what its claim has led to is then written again. A person who resolves the claim of a late run as
        not sent removes its row, too. The result of that run then counts, since it knows more than the person; but
        where the fact that the claim covered has returned, only an acceptance does.
        """
        is_lost = any(_is_outdated(rows.get(name), self._results[key, owner][name]) for name in witness)
        changes: dict[str, Row | None] = {}
        restored: set[str] = set()
        for name, fate in fates.items():
            stored = rows.get(name)
            if stored is not None and stored.owner == owner:
                if stored.state is not State.CANCELLING:
                    changes[name] = settled(stored, *fate, now=now)
                continue
            before, own = self._rows.get((key, name, owner), (None, None))
            if own is None:
                is_lost = is_lost or stored is None
                continue
            gives_way = _is_outdated(stored, own) if stored != before or stored is None else fate[0] in SENT
            is_lost = is_lost or gives_way
            is_late = fate[0] is Fate.ACCEPTED and _is_covered(stored, own)
            after = settled(own, *fate, now=now) if gives_way or is_late else None
            if after is not None:
                changes[name] = after
                restored.update({name} if gives_way else ())
        sent = {name: row for name, row in changes.items() if row is not None and fates[name][0] in SENT}
        self._results.setdefault((key, owner), {}).update(sent)
        return Settlement(changes, frozenset(restored), is_lost)

    def has_claimed(self, claim: Claim) -> bool:
        """Return whether a claim has won recipients whose results are not settled, so that it may be stored."""
        return any((claim.key, name, claim.owner) in self._rows for name in claim.recipients)

    def claimed_rows(self, key: str, owner: str, names: Iterable[str]) -> list[Row]:
        """Return the rows of an owner's claims whose results are not committed, as they were claimed."""
        claims = (self._rows.get((key, name, owner)) for name in names)
        return [claim[1] for claim in claims if claim is not None]

    def witness(self, key: str, owner: str) -> list[str]:
        """Return the last recipient whose message was accepted, if any: no one removes its row while a run lasts."""
        results = list(self._results.get((key, owner), {}).items())
        return [name for name, row in reversed(results) if row.state is State.ACCEPTED][:1]

    def settled_names(self, key: str, owner: str) -> list[str]:
        """Return the recipients whose results are settled: they were, or may have been, sent to."""
        return list(self._results.get((key, owner), {}))

    def lost_results(self, rows: Mapping[str, Row], key: str, owner: str) -> dict[str, Row]:
        """Return the rows of earlier results that a ledger has lost; ``rows``: those that are stored.

        A claim of ours that is stored comes from a copy that was made before its result.
        """
        results = list(self._results.get((key, owner), {}).items())
        return {
            name: row
            for name, row in results
            if _is_outdated(rows.get(name), row) or (rows[name].owner == owner and rows[name].state is State.SENDING)
        }

    def forget(self, key: str, owner: str, names: Iterable[str]) -> None:
        """Forget the claims of recipients whose results are committed."""
        for name in names:
            self._rows.pop((key, name, owner), None)


def _is_outdated(stored: Row | None, own: Row) -> bool:
    """Return whether a row of ours is gone, or an older one is stored in its place: its ledger was lost."""
    if stored is None or stored.is_damaged:
        return True
    # Another run that takes over counts the attempts on; one that begins a new ledger claims later.
    return stored.attempt < own.attempt and stored.claimed_at < own.claimed_at


def _is_covered(stored: Row | None, own: Row) -> bool:
    """Return whether a row is what our claim covered, which returned when it was resolved as not sent."""
    return stored is not None and own.previous is not None and stored == own.previous._replace(attempt=own.attempt)
