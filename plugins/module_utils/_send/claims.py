# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claim recipients in the ledger before a request leaves, and settle the claims afterwards."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._api.evidence import Judgement
from .._core.errors import sentence_of
from .._ledger.model import Claim, Fingerprints, Row
from .._message.numbers import mask
from .request import SendRequest

if TYPE_CHECKING:
    from .._ledger.interface import Ledger
    from .._ledger.limits import Hold

_RESTORED = (
    "the ledger was deleted or replaced while the request was under way; the results of this run are written to it"
    " again, so the same task does not send them again within the window; whatever else it knew is lost: restore it"
    " from a backup, and find out what removed it; nothing else is lost if someone resolved its messages as not sent"
    " meanwhile"
)


class ClaimedNumbers(NamedTuple):
    """The result of a claim, by number: the recipients won, and the rows and limits that prevent the others.

    ``at``: when this was so, in Unix seconds by the ledger's clock.
    """

    won: list[str]
    lost: dict[str, Row]
    at: float
    held: dict[str, Hold]


class Claims:
    """The ledger's rows for one send request, by number (E.164 digits) instead of fingerprint, and a run's claims."""

    def __init__(self, request: SendRequest, ledger: Ledger, fingerprints: Fingerprints) -> None:
        """Prepare to claim; the ledger is not touched yet."""
        self._request = request
        self._ledger = ledger
        self._key = fingerprints.key(request.key)
        self._names = {number: fingerprints.recipient(number) for number in request.recipients}
        self._owner = secrets.token_hex(16)
        self._origin = f"{socket.gethostname()}:{os.getpid()}"

    def rows(self, numbers: Iterable[str]) -> dict[str, Row]:
        """Return the rows of those recipients that have one. Raises ``LedgerError``."""
        numbers = list(numbers)
        rows = self._ledger.rows(self._key, [self._names[number] for number in numbers])
        return {number: rows[self._names[number]] for number in numbers if self._names[number] in rows}

    def claim(self, numbers: Sequence[str], start_within: float, finish_within: float) -> ClaimedNumbers:
        """Claim the recipients that are unclaimed. Raises ``LedgerError``.

        ``start_within``: seconds within which the first byte may leave. ``finish_within``: seconds after which nothing
        of this run is under way.
        """
        claim = Claim(
            key=self._key,
            label=self._request.label,
            dedupe=self._request.dedupe,
            recipients={self._names[number]: mask(number) for number in numbers},
            owner=self._owner,
            origin=self._origin,
            start_within=start_within,
            finish_within=finish_within,
            schedule=self._request.schedule,
            limits=self._request.limits,
        )
        claimed = self._ledger.claim(claim)
        won = [number for number in numbers if self._names[number] in claimed.won]
        lost = {number: claimed.lost[name] for number, name in self._named(numbers) if name in claimed.lost}
        held = {number: claimed.held[name] for number, name in self._named(numbers) if name in claimed.held}
        return ClaimedNumbers(won, lost, claimed.at, held)

    def foresee(self, numbers: Sequence[str]) -> dict[str, Hold]:
        """Return the recipients whom a claim would not get because of a limit. Reads only; raises ``LedgerError``.

        What this task has foreseen before counts as if it had been claimed.
        """
        if self._request.limits is None:
            return {}
        held = self._ledger.foresee(self._request.limits, [self._names[number] for number in numbers])
        return {number: held[name] for number, name in self._named(numbers) if name in held}

    def _named(self, numbers: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield each number with its fingerprint."""
        return ((number, self._names[number]) for number in numbers)

    def settle(self, judgement: Judgement) -> list[str]:
        """Write the results of a claim into the ledger; return warnings when that fails, and raise nothing.

        What was sent stays sent, whatever happens to the ledger.
        """
        try:
            verdicts = judgement.verdicts.items()
            fates = {self._names[number]: (verdict.fate, verdict.smsids) for number, verdict in verdicts}
            settled = self._ledger.settle(self._key, self._owner, fates)
        except Exception as error:  # noqa: BLE001 - the messages are sent, and even a lack of memory must not hide it
            return [_not_updated(sentence_of(error), judgement)]
        reason = "its rows are gone, or another run has taken them over"
        warnings = [_not_updated(reason, judgement)] if settled.overtaken else []
        return [*warnings, *([_RESTORED] if settled.restored else [])]


def _not_updated(reason: str, judgement: Judgement) -> str:
    """Return the warning about a ledger that does not have the results of a request."""
    smsids = [smsid for verdict in judgement.verdicts.values() for smsid in verdict.smsids]
    return (
        f"ledger not updated: {reason}; the results of this run stand (smsid {', '.join(smsids) or 'none'});"
        " mend the ledger before the same task runs again: where the ledger still has the claim, the task"
        " fails with 'may have been sent', and where it has not, it sends again"
    )
