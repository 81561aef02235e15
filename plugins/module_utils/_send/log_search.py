# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look into the message log, for messages of earlier runs that may have been sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Callable, NamedTuple, Optional

from .._api.client import Api
from .._core.errors import VoipsmsError
from .._ledger.model import Fingerprints, Ledger, Row
from .._message.dates import logged
from .._message.outcome import Outcome, Result, moment
from .reconcile import BLIND, OTHER_TEXT, UNREADABLE, Decision, Finding, LogReading, Message, decide, why_unknown

RowsOf = Callable[[Iterable[str]], dict[str, Row]]
"""The rows of some recipients as they are now, by their numbers (E.164 digits)."""

LOG_PAGES = 100
"""Pages of the message log that are read at the most; how many records a page has is not known."""

LOG_SHARE = 0.5
"""Share of what is left of the deadline that reading the message log may take."""


class LogQuery(NamedTuple):
    """What is looked for: a text in so many parts, who says it, and the fingerprint of both.

    ``account_timezone``: the zone of the dates in the log, without which it decides nothing. ``resend_absent``: what
    the log proves absent is sent again, so that absence decides something.
    """

    text: str
    segments: int
    sender: str
    content: str
    account_timezone: Optional[str]
    resend_absent: bool


class LogSearch:
    """What the log says of messages of unknown fate. ``warning``: why it says nothing, where that is news."""

    def __init__(self, sought: LogQuery, api: Api, ledger: Ledger, fingerprints: Fingerprints, seconds: float) -> None:
        """Read the log, within a share of this many seconds."""
        self.warning: Optional[str] = None
        self._sought = sought
        self._ledger = ledger
        self._fingerprints = fingerprints
        self._decisions: dict[str, Decision] = {}
        self._look = self._read(api, seconds * LOG_SHARE)

    def amend(self, doubts: Mapping[str, Row], rows: RowsOf, *, check_mode: bool) -> dict[str, Row]:
        """Write into the ledger what the log decides of rows of unknown fate; return the rows as they are after that.

        ``doubts``: by the numbers of their recipients (E.164 digits), as the result. ``rows`` reads them again. What
        is decided is written only where the row is still the one that was looked up. So of two runs that have both
        seen that a message is absent, the second finds the claim of the first. Raises ``LedgerError``.
        """
        self._decisions = {} if self._look is None else self._decide(doubts, self._look)
        decided = {number: found for number, found in self._decisions.items() if self._is_decisive(found)}
        if check_mode:
            after = {**doubts, **{number: found.after for number, found in decided.items()}}
            return {number: row for number, row in after.items() if row is not None}
        if decided:
            self._ledger.amend((doubts[number], found.after) for number, found in decided.items())
        return rows(doubts)

    def shown(self, rows: Mapping[str, Row]) -> dict[str, Result]:
        """Those whose message was found, and whose row says so now, by their numbers."""
        return {
            number: _found(number, rows[number])
            for number, found in self._decisions.items()
            if found.finding is Finding.FOUND and number in rows and rows[number] == found.after
        }

    def explained(self, results: Iterable[Result]) -> Iterator[Result]:
        """Those that stay unknown although the log was asked about them, with why it has not helped."""
        for result in results:
            number = result.to.lstrip("+")
            decision = self._decisions.get(number)
            if result.outcome is Outcome.UNKNOWN and not (decision and self._is_decisive(decision)):
                yield result._replace(code_desc=f"{result.code_desc}; {self._why_unknown(number)}")

    def _why_unknown(self, number: str) -> str:
        """Why the message to a number stays unknown."""
        if self._look is None:
            return BLIND if self._sought.account_timezone is None else UNREADABLE
        if number not in self._decisions:
            return OTHER_TEXT
        return why_unknown(self._decisions[number], resend_absent=self._sought.resend_absent)

    def _read(self, api: Api, seconds: float) -> Optional[LogReading]:
        """The message log, or None when it cannot be had, or its dates cannot be understood."""
        zone = self._sought.account_timezone
        if zone is None:
            return None
        began = self._ledger.now()
        try:
            pages = api.log(LOG_PAGES, seconds)
        except VoipsmsError as error:
            self.warning = f"{UNREADABLE}, and has decided nothing: {error}"
            return None
        return LogReading(pages.records, pages.ended, began, lambda date: logged(date, zone))

    def _decide(self, doubts: Mapping[str, Row], look: LogReading) -> dict[str, Decision]:
        """What the log proves of each doubt. Of a message whose text was another, that text is not known."""
        ours = {number: row for number, row in doubts.items() if row.content == self._sought.content}
        # Read after the log, so that whatever of ours the log shows is among them.
        rows = self._ledger.rows_of(row.recipient for row in ours.values())
        return {
            number: decide(
                Message(number, self._sought.text, self._sought.segments, self._sought.sender),
                row,
                [each for each in rows if each.recipient == row.recipient],
                look,
                self._fingerprints,
            )
            for number, row in ours.items()
        }

    def _is_decisive(self, decision: Decision) -> bool:
        if decision.finding is Finding.ABSENT:
            return self._sought.resend_absent
        return decision.finding is Finding.FOUND


def _found(number: str, row: Row) -> Result:
    """A message that the log has shown. A duplicate for this run even where its window has ended meanwhile."""
    since = moment(row.claimed_at)
    said = f"the run that sent it did not learn what became of it; the message log shows it, dated {since}"
    return Result(f"+{number}", Outcome.DUPLICATE, smsids=row.smsids, code_desc=said, first_sent_at=since)
