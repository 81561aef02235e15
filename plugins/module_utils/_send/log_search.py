# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the message log once, for messages of earlier runs that may have been sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Callable, NamedTuple

from .._api.client import Api
from .._core.errors import VoipsmsError
from .._ledger.model import Fingerprints, Row
from .._message.dates import logged
from .._message.outcome import Outcome, Result, moment
from .reconcile import (
    NO_ZONE,
    OTHER_TEXT,
    UNREADABLE,
    Decision,
    Finding,
    LogReading,
    SentMessage,
    decide,
    why_unknown,
)

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

RowsOf = Callable[[Iterable[str]], dict[str, Row]]
"""Returns the rows of some recipients as they are now, by their numbers (E.164 digits)."""

LOG_PAGES = 100
"""Pages of the message log that are read at most; how many records a page has is not known."""

LOG_SHARE = 0.5
"""Share of what is left of the deadline that reading the message log may take."""


class LogQuery(NamedTuple):
    """The message to look for: its text, how many segments it has, its sender, and the fingerprint of text and sender.

    ``account_timezone``: the zone of the dates in the log; without it, the log decides nothing. ``resend_absent``:
    whether what the log proves absent is sent again, so that absence decides something.
    """

    text: str
    segments: int
    sender: str
    content: str
    account_timezone: str | None
    resend_absent: bool


class LogSearch:
    """The log's decisions on messages of unknown fate. ``warning``: why the log could not be read."""

    def __init__(self, query: LogQuery, api: Api, ledger: Ledger, fingerprints: Fingerprints, seconds: float) -> None:
        """Read the log, within a share of this many seconds."""
        self.warning: str | None = None
        self._query = query
        self._ledger = ledger
        self._fingerprints = fingerprints
        self._decisions: dict[str, Decision] = {}
        self._reading = self._read(api, seconds * LOG_SHARE)

    def amend(self, doubts: Mapping[str, Row], rows: RowsOf, *, check_mode: bool) -> dict[str, Row]:
        """Write into the ledger what the log decides of rows of unknown fate; return the rows after that.

        ``doubts`` and the result: by number (E.164 digits). ``rows``: reads the rows again. A decision is written only
        where the row is still the one that was looked up. So when two runs have both seen that a message is absent,
        the second finds the claim of the first. Raises ``LedgerError``.
        """
        self._decisions = {} if self._reading is None else self._decide(doubts, self._reading)
        decided = {number: decision for number, decision in self._decisions.items() if self._is_decisive(decision)}
        if check_mode:
            after = {**doubts, **{number: decision.after for number, decision in decided.items()}}
            return {number: row for number, row in after.items() if row is not None}
        if decided:
            self._ledger.amend((doubts[number], decision.after) for number, decision in decided.items())
        return rows(doubts)

    def shown(self, rows: Mapping[str, Row]) -> dict[str, Result]:
        """Return the results, by number, of messages that the log shows and whose row says so now."""
        return {
            number: _shown_result(number, rows[number])
            for number, decision in self._decisions.items()
            if decision.finding is Finding.FOUND and number in rows and rows[number] == decision.after
        }

    def explained(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield the results that stay unknown although the log was to decide them, with the reason why it did not."""
        for result in results:
            number = result.to.lstrip("+")
            decision = self._decisions.get(number)
            if result.outcome is Outcome.UNKNOWN and not (decision and self._is_decisive(decision)):
                yield result._replace(code_desc=f"{result.code_desc}; {self._why_unknown(number)}")

    def _why_unknown(self, number: str) -> str:
        """Return why the message to a number stays unknown."""
        if self._reading is None:
            return NO_ZONE if self._query.account_timezone is None else UNREADABLE
        if number not in self._decisions:
            return OTHER_TEXT
        return why_unknown(self._decisions[number], resend_absent=self._query.resend_absent)

    def _read(self, api: Api, seconds: float) -> LogReading | None:
        """Return what the message log holds; None when it cannot be read, or the zone of its dates is not known."""
        zone = self._query.account_timezone
        if zone is None:
            return None
        began = self._ledger.now()
        try:
            pages = api.log(LOG_PAGES, seconds)
        except VoipsmsError as error:
            self.warning = f"{UNREADABLE}, and has decided nothing: {error}"
            return None
        return LogReading(pages.records, pages.ended, began, lambda date: logged(date, zone))

    def _decide(self, doubts: Mapping[str, Row], reading: LogReading) -> dict[str, Decision]:
        """Return what the log proves of each doubt, but for those of another text, which the ledger does not keep."""
        own = {number: row for number, row in doubts.items() if row.content == self._query.content}
        # Read after the log, so that every message of this ledger that the log shows is among them.
        rows = self._ledger.rows_of(row.recipient for row in own.values())
        return {
            number: decide(
                SentMessage(number, self._query.text, self._query.segments, self._query.sender),
                row,
                [other for other in rows if other.recipient == row.recipient],
                reading,
                self._fingerprints,
            )
            for number, row in own.items()
        }

    def _is_decisive(self, decision: Decision) -> bool:
        """Return whether a decision changes the row."""
        if decision.finding is Finding.ABSENT:
            return self._query.resend_absent
        return decision.finding is Finding.FOUND


def _shown_result(number: str, row: Row) -> Result:
    """Return the result of a message that the log shows: a duplicate, even where its window has ended meanwhile."""
    since = moment(row.claimed_at)
    reason = f"the run that sent it ended without a result; the message log shows it, dated {since}"
    return Result(f"+{number}", Outcome.DUPLICATE, smsids=row.smsids, code_desc=reason, first_sent_at=since)
