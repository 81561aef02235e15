# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide what the message log proves of a message of unknown fate. Pure.

There are two possible mistakes, and a rule against each. To mistake a record of another message for this one would
lose this one: so it counts as found only when there are more records than the ledger can account for at most. To
overlook its record would send it twice: so it counts as absent only when nothing in the log could be it.

The log is observed, not documented: as far as is known, its records name neither a key nor the smsid. That its dates
are wall time of the account is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from .._api.log import LogRecord
from .._ledger.model import GRACE, KEPT, Fingerprints, Row, State, settled
from .._message.outcome import Fate, moment

SLACK = 60.0
"""Seconds by which the service's clock may be behind the ledger's: an older record is not of the attempt."""

LARGEST_ZONE_ERROR = 26 * 3600.0
"""Seconds by which a wrong zone can shift a date at most, from UTC+14 to UTC-12."""

_LONGEST_TASK = 3600.0
"""Seconds that one task may take, and so the longest time between a message and its acceptance in the ledger."""

_WAS_ACCEPTED = frozenset({State.ACCEPTED, State.CANCELLING})
_MAYBE_ACCEPTED = _WAS_ACCEPTED | {State.SENDING, State.UNKNOWN}
"""States of rows whose message the service has accepted, or may have."""


class Finding(Enum):
    """What the log says of one message."""

    FOUND = "found"
    ABSENT = "absent"
    EARLY = "early"
    """There is no record, but the service may still accept the message, or log it."""
    INCOMPLETE = "incomplete"
    """There is no record, but the log was not read to its end."""
    SHARED = "shared"
    """There are records, but no more than other messages account for."""
    DOUBTFUL = "doubtful"
    """There is a record that may be of the message, or of another."""
    MISSING = "missing"
    """There is no record, but the service has accepted the message, by a clock that was wrong."""


class LogReading(NamedTuple):
    """What was read of the log. ``began``: Unix seconds by the ledger's clock, before the first request.

    ``ended``: whether an empty page was reached, which is the log's end (observed). ``moment``: converts a date of the
    log to Unix seconds, or to None when it does not name one moment.
    """

    records: tuple[LogRecord, ...]
    ended: bool
    began: float
    moment: Callable[[str | None], float | None]


class SentMessage(NamedTuple):
    """A message as it was sent: recipient and sender (E.164 digits, no sender: empty), text, number of segments."""

    number: str
    text: str
    segments: int
    sender: str = ""


class Decision(NamedTuple):
    """The finding about a message, and its row after that; None stands for no row.

    ``at``: Unix seconds; of a message that was found, the date of its record; of one that it is too early for, from
    when on absence proves something.
    """

    finding: Finding
    after: Row | None
    at: float | None = None


UNREADABLE = "the message log could not be read"
NO_ZONE = "set account_timezone to have it looked up in the message log"
OTHER_TEXT = "its text was different, so the message log cannot tell"


def why_unknown(decision: Decision, *, resend_absent: bool) -> str:
    """Return why the log leaves a message unknown, and from when on it may say more."""
    if decision.finding is Finding.SHARED:
        return "the message log shows this text no more often than other messages account for"
    if decision.finding is Finding.DOUBTFUL:
        return "the message log shows a message to this recipient that may be it, or another"
    if decision.finding is Finding.MISSING:
        return "the message log does not show when it was accepted; tell the ledger with voipsms_ledger"
    if decision.finding is Finding.INCOMPLETE:
        return "the message log does not show it, as far as it could be read, which is not to its end"
    if decision.finding is Finding.EARLY and decision.at is not None:
        again = "; run the task again after that" if resend_absent else ""
        return f"the message log does not show it, which proves nothing before {moment(decision.at)}{again}"
    return "the message log does not show it; on_unknown=resend_if_absent sends it again"


def decide(
    message: SentMessage, row: Row, rows: Sequence[Row], reading: LogReading, fingerprints: Fingerprints
) -> Decision:
    """Decide what the log proves of a row of unknown fate, whose message this is.

    ``rows``: every row that the ledger has of this recipient, read after the log, so that every message of this ledger
    that the log shows is among them. A row that is proven absent gives back the fact that it had replaced; where that
    is of unknown fate too, it must be proven absent as well.
    """
    decision = _Comparison(message, row, rows, reading, fingerprints).decision
    restored = decision.after
    if decision.finding is Finding.ABSENT and restored is not None and restored.state is State.UNKNOWN:
        if restored.content != row.content:  # another text, about which this message says nothing
            return Decision(Finding.DOUBTFUL, row)
        earlier = decide(message, restored, rows, reading, fingerprints)
        is_proven = earlier.finding in (Finding.FOUND, Finding.ABSENT)
        return earlier if is_proven else earlier._replace(after=row)
    return decision


@dataclass(frozen=True)
class _Comparison:
    """One message, compared with the records of the log and with the rows of the ledger."""

    message: SentMessage
    row: Row
    rows: Sequence[Row]
    reading: LogReading
    fingerprints: Fingerprints

    @property
    def decision(self) -> Decision:
        """The finding, and the row after it."""
        proofs = self._proofs
        if len(proofs) > self._accounted_for * self.message.segments:
            at = max(proofs.values())
            return Decision(Finding.FOUND, self._accepted(at), at)
        if proofs or self._is_accepted:
            return Decision(Finding.SHARED if proofs else Finding.MISSING, self.row)
        if any(self._may_be_message(record) for record in self.reading.records):
            return Decision(Finding.DOUBTFUL, self.row)
        if not self.reading.ended:
            return Decision(Finding.INCOMPLETE, self.row)
        if self.reading.began < self._end:
            return Decision(Finding.EARLY, self.row, self._end)
        return Decision(Finding.ABSENT, settled(self.row, Fate.NOT_SENT, (), self.reading.began))

    def _accepted(self, at: float) -> Row:
        """Return the row as accepted, with the window running from the date of its record, but not before the claim.

        The row has no owner any more: a run that reports late must not undo what is proven.
        """
        since = at if self._is_accepted else max(self.row.claimed_at, min(at, self.reading.began))
        return self.row._replace(state=State.ACCEPTED, claimed_at=since, previous=None, owner="")

    @property
    def _is_accepted(self) -> bool:
        """Whether the message certainly was sent, and the row lies ahead: the log is to show when it was accepted.

        The newest of the possible records dates it, so that its window does not end too early.
        """
        return self.row.state is State.ACCEPTED

    # The records of the log -----------------------------------------------------------------------------------

    @cached_property
    def _proofs(self) -> dict[object, float]:
        """The dates of the records that certainly are of such a message, each record once."""
        return {
            identity: at
            for identity, (record, at) in self._dated.items()
            if self._is_within(at) and _is_certain(record, self.message.number)
        }

    @cached_property
    def _dated(self) -> dict[object, tuple[LogRecord, float]]:
        """The records of this text whose date names a moment, each once.

        Two records with one id, or equal ones without an id, may be one record that has moved to the next page.
        """
        dated = ((record, self._at(record)) for record in self._same_text)
        return {record.id or record: (record, at) for record, at in dated if at is not None}

    @cached_property
    def _same_text(self) -> tuple[LogRecord, ...]:
        """The records of this text that may be to this recipient; none if the text is logged in parts."""
        return tuple(
            record
            for record in self.reading.records
            if record.text == self.message.text and _may_be_to(record, self.message.number)
        )

    def _may_be_message(self, record: LogRecord) -> bool:
        """Return whether a record may be the message, with its text, number or date written in an unexpected way.

        It may not if the ledger knows its text as another message's, if it is too old even for a wrong zone, or if it
        lies where the ledger has the same text as accepted.
        """
        if not _may_be_to(record, self.message.number):
            return False
        at = self._at(record)
        if record.text != self.message.text:
            is_older = at is not None and at < self.row.claimed_at - GRACE
            return not is_older and not self._is_known(record)
        if at is None or self._is_within(at):
            return True
        accepted = (fact for fact in self._facts if fact.state is State.ACCEPTED)
        return at >= self.row.claimed_at - LARGEST_ZONE_ERROR and not any(_is_expected(fact, at) for fact in accepted)

    def _at(self, record: LogRecord) -> float | None:
        """Return the date of a record in Unix seconds, or None."""
        return self.reading.moment(record.date)

    def _is_within(self, at: float) -> bool:
        """Return whether a moment lies within the time of the attempt."""
        return self._start <= at and (self._is_accepted or at <= self._end)

    @property
    def _start(self) -> float:
        """The earliest date that a record of the attempt can have.

        The times of a row that lies ahead say nothing. Of the time before ``KEPT``, the ledger knows no other messages.
        """
        return self.reading.began - KEPT if self._is_accepted else self.row.claimed_at - SLACK

    @property
    def _end(self) -> float:
        """The moment after which the service neither accepts the attempt nor logs it."""
        return self.row.first_byte_by + GRACE

    # What the ledger accounts for -----------------------------------------------------------------------------

    @property
    def _accounted_for(self) -> int:
        """The most messages of this text within the time of the attempt that the ledger can explain.

        A date in the log is the date of a status, and may be late: so an earlier message that is not shown where it
        is expected may be shown here.
        """
        older = [fact for fact in self._facts if self._is_older(fact)]
        others = [fact for fact in self._facts if not self._is_older(fact)]
        own = self.row.attempt - 1 if self._is_accepted else 0  # a row counts its attempts, and keeps only the last
        return own + sum(map(self._weight, others)) + len(older) - self._count_shown(older)

    def _weight(self, fact: Row) -> int:
        """Return how many messages within the time of the attempt a fact may stand for.

        A row counts its attempts, and keeps only the last: so each may have been accepted.
        """
        if fact.date is not None:
            return 1
        # If the last attempt was later, the ones before it may still have been in this time. An acceptance that was
        # noted late has moved one of the two moments of a row, and not the other.
        begun = min(fact.claimed_at, fact.first_byte_by)
        is_later = not self._is_accepted and begun - _LONGEST_TASK > self._end
        return fact.attempt - 1 if is_later else fact.attempt

    def _is_older(self, fact: Row) -> bool:
        """Return whether a fact was over before the attempt began."""
        latest = fact.claimed_at if fact.state in _WAS_ACCEPTED else fact.first_byte_by + GRACE
        return fact.date is None and latest < self._start

    def _count_shown(self, older: Sequence[Row]) -> int:
        """Count the older messages that the log shows where they are expected.

        A record is of one message, and a message has at most one record for each of its segments. The message whose
        time ends first gets its records first, and of several possible ones the earliest.
        """
        dates = sorted(at for _record, at in self._dated.values() if at < self._start)
        shown = 0
        for fact in sorted(older, key=_expected_until):
            own = [at for at in dates if _is_expected(fact, at)][: self.message.segments]
            for at in own:
                dates.remove(at)
            shown += bool(own)
        return shown

    @cached_property
    def _facts(self) -> tuple[Row, ...]:
        """The facts that the ledger has of this text to this recipient, other than the row itself.

        An earlier attempt of unknown fate under the same key belongs to the row: whichever of them a record is of,
        the message was sent.
        """
        senders = {"", self.message.sender} | {record.internal for record in self._same_text}
        own = (fact for fact in _chain(self.row.previous) if fact.state is State.ACCEPTED)
        return (*own, *(fact for fact in self._other_facts() if self._is_of(fact, self.message.text, senders)))

    def _other_facts(self) -> Iterator[Row]:
        """Yield the rows of other keys, and the facts that they have replaced."""
        for row in self.rows:
            if row.key != self.row.key:
                yield from (fact for fact in _chain(row) if fact.state in _MAYBE_ACCEPTED)

    def _is_known(self, record: LogRecord) -> bool:
        """Return whether a record has the text of another message to this recipient in the ledger."""
        return any(self._is_of(row, record.text, {"", record.internal}) for row in self.rows)

    def _is_of(self, row: Row, text: str, senders: set[str]) -> bool:
        """Return whether a row is of this text from one of the senders. The row holds a hash of these and its date."""
        date = () if row.date is None else (row.date,)
        return any(row.content == self.fingerprints.content(sender, text, *date) for sender in senders)


def _chain(row: Row | None) -> Iterator[Row]:
    """Yield a row, and all that it covers."""
    while row is not None:
        yield row
        row = row.previous


def _is_certain(record: LogRecord, number: str) -> bool:
    """Return whether a record certainly is of a message that went out to this number."""
    return record.direction == "out" and record.external == number and record.is_proof


def _may_be_to(record: LogRecord, number: str) -> bool:
    """Return whether a record may be of a message to this number, in its national form, or without a number."""
    written = record.external.lstrip("0")
    return record.direction != "in" and (number.endswith(written) or written.endswith(number))


def _is_expected(fact: Row, at: float) -> bool:
    """Return whether a record of a fact may have this date."""
    return fact.claimed_at - _LONGEST_TASK <= at <= _expected_until(fact)


def _expected_until(fact: Row) -> float:
    """Return until when a record of a fact is expected."""
    return max(fact.claimed_at, fact.first_byte_by) + GRACE
