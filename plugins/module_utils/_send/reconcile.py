# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the message log proves of a message of unknown fate. Pure.

Two mistakes are possible, and each has a rule against it. To take somebody else's record for the message would lose
it: so it is found only when there are more records than the ledger can account for at the most. To overlook its record
would send it twice: so it is absent only when nothing is left in the log that could be it.

The log is observed, not documented: its records name neither a key nor, for all that is known, the smsid. That its
dates are wall time of the account is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple, Optional

from .._api.log import LogRecord
from .._ledger.model import GRACE, Fingerprints, Row, State, settled
from .._message.outcome import Fate, moment

SLACK = 60.0
"""Seconds by which the service's clock may be behind the ledger's: a record that is older is not of the attempt."""

ASTRAY = 26 * 3600.0
"""Seconds by which a wrong zone can set a date off at the most, from UTC+14 to UTC-12."""

_LONGEST = 3600.0
"""Seconds that one task may take, and so the most that lies between a message and its acceptance in the ledger."""

_NO_PROOF = ("CANCEL", "SCHEDUL", "FAIL", "REJECT", "REFUS", "ERROR", "INVALID", "UNDELIV", "EXPIR")
"""Parts of a status (its words are not documented) by which a record does not show that a message went out."""

_HELD = frozenset({State.ACCEPTED, State.SENDING, State.UNKNOWN})


class Finding(Enum):
    """What a look says of one message."""

    FOUND = "found"
    ABSENT = "absent"
    EARLY = "early"
    """Nothing is there, but the service may still accept it, or log it."""
    INCOMPLETE = "incomplete"
    """Nothing is there, but the log was not read to its end."""
    SHARED = "shared"
    """Records are there, but no more than other messages account for."""
    DOUBTFUL = "doubtful"
    """A record is there that may be the message, and may be another."""


class LogReading(NamedTuple):
    """What was read of the log. ``began``: by the ledger's clock, before the first request.

    ``ended``: whether an empty page was reached, which is the log's end (observed). ``moment``: a date of the log as
    Unix seconds, or None when it does not name one moment.
    """

    records: tuple[LogRecord, ...]
    ended: bool
    began: float
    moment: Callable[[Optional[str]], Optional[float]]


class Message(NamedTuple):
    """What was sent: the text, to whom (E.164 digits), in how many parts, and the sender's digits, if it has one."""

    number: str
    text: str
    segments: int
    sender: str = ""


class Decision(NamedTuple):
    """What was found of a message, and its row as it then is; None stands for no row.

    ``at``: when it was found, the date of its record; when it is too early, from when on absence proves something.
    """

    finding: Finding
    after: Optional[Row]
    at: Optional[float] = None


UNREADABLE = "the message log could not be read"
BLIND = "set account_timezone to have it looked up in the message log"
OTHER_TEXT = "its text was another, so the message log cannot tell"


def why_unknown(decision: Decision, *, resend_absent: bool) -> str:
    """Why a message stays unknown after a look, and when another look says more."""
    if decision.finding is Finding.SHARED:
        return "the message log shows this text no more often than other messages account for"
    if decision.finding is Finding.DOUBTFUL:
        return "the message log shows a message to this recipient that may be it, or another"
    if decision.finding is Finding.INCOMPLETE:
        return "the message log does not show it, as far as it could be read, which is not to its end"
    if decision.finding is Finding.EARLY and decision.at is not None:
        again = "; run the task again after that" if resend_absent else ""
        return f"the message log does not show it, which proves nothing before {moment(decision.at)}{again}"
    return "the message log does not show it; on_unknown=resend_if_absent sends it again"


def decide(message: Message, row: Row, rows: Sequence[Row], look: LogReading, fingerprints: Fingerprints) -> Decision:
    """What the look proves of a row of unknown fate, whose message this is.

    ``rows``: every row that the ledger has of this recipient, read after the log was: then whatever the log shows of
    this ledger's messages is among them. A row that is proven absent gives back the fact that it had replaced; where
    that is of unknown fate too, it must be proven absent as well.
    """
    decision = _Case(message, row, rows, look, fingerprints).decision
    restored = decision.after
    if decision.finding is Finding.ABSENT and restored is not None and restored.state is State.UNKNOWN:
        if restored.content != row.content:  # of another text, which this message says nothing of
            return Decision(Finding.DOUBTFUL, row)
        earlier = decide(message, restored, rows, look, fingerprints)
        proven = earlier.finding in (Finding.FOUND, Finding.ABSENT)
        return earlier if proven else earlier._replace(after=row)
    return decision


@dataclass(frozen=True)
class _Case:
    """One message before the log."""

    message: Message
    row: Row
    rows: Sequence[Row]
    look: LogReading
    fingerprints: Fingerprints

    @property
    def decision(self) -> Decision:
        shown = self._shown
        since = self.row.first_byte_by + GRACE
        if len(shown) > self._accounted * self.message.segments:
            at = max(shown.values())
            return Decision(Finding.FOUND, self._accepted(at), at)
        if shown:
            return Decision(Finding.SHARED, self.row)
        if any(self._may_be_it(record) for record in self.look.records):
            return Decision(Finding.DOUBTFUL, self.row)
        if not self.look.ended:
            return Decision(Finding.INCOMPLETE, self.row)
        if self.look.began < since:
            return Decision(Finding.EARLY, self.row, since)
        return Decision(Finding.ABSENT, settled(self.row, Fate.NOT_SENT, (), self.look.began))

    def _accepted(self, at: float) -> Row:
        """The window runs from the record's date, which is not before the message was accepted.

        Nobody owns the row any more: a run that comes back late must not undo what is proven.
        """
        since = max(self.row.claimed_at, min(at, self.look.began))
        return self.row._replace(state=State.ACCEPTED, claimed_at=since, previous=None, owner="")

    # What the log shows ---------------------------------------------------------------------------------------

    @cached_property
    def _shown(self) -> dict[object, float]:
        """The records that are of such a message, each once, and their dates."""
        return {
            which: at
            for which, (record, at) in self._dated.items()
            if self._is_within(at) and _is_certain(record, self.message.number)
        }

    @cached_property
    def _dated(self) -> dict[object, tuple[LogRecord, float]]:
        """The records of this text whose date names a moment, each once.

        What comes twice by one id, or without an id and alike, may be one record that has moved to the next page.
        """
        dated = ((record, self._at(record)) for record in self._alike)
        return {record.id or record: (record, at) for record, at in dated if at is not None}

    @cached_property
    def _alike(self) -> tuple[LogRecord, ...]:
        """The records of this text that may be to this recipient. Of a text that is logged in parts there are none."""
        return tuple(
            record
            for record in self.look.records
            if record.text == self.message.text and _may_be_to(record, self.message.number)
        )

    def _may_be_it(self, record: LogRecord) -> bool:
        """Whether a record could be the message, its text, its number or its date written otherwise than expected.

        Not so a text that the ledger knows as another message's, and not so a record that is too old, even for a
        wrong zone, or that lies where the ledger has had the same text accepted.
        """
        if not _may_be_to(record, self.message.number):
            return False
        at = self._at(record)
        if record.text != self.message.text:
            is_older = at is not None and at < self.row.claimed_at - GRACE
            return not is_older and not self._is_known(record)
        if at is None or self._is_within(at):
            return True
        accepted = (fact for fact in self._same if fact.state is State.ACCEPTED)
        return at >= self.row.claimed_at - ASTRAY and not any(_is_near(fact, at) for fact in accepted)

    def _at(self, record: LogRecord) -> Optional[float]:
        return self.look.moment(record.date)

    def _is_within(self, at: float) -> bool:
        """Whether a moment lies within the attempt's time."""
        return self._start <= at <= self._end

    @property
    def _start(self) -> float:
        return self.row.claimed_at - SLACK

    @property
    def _end(self) -> float:
        return self.row.first_byte_by + GRACE

    # What the ledger accounts for -----------------------------------------------------------------------------

    @property
    def _accounted(self) -> int:
        """How many messages of this text the ledger can explain within the attempt's time, at the most.

        A date in the log is that of a status, and may come late: so an earlier message that is not seen where it
        belongs may be seen here.
        """
        older = [fact for fact in self._same if self._is_older(fact)]
        others = [fact for fact in self._same if not self._is_older(fact)]
        return sum(map(self._weight, others)) + len(older) - self._seen(older)

    def _weight(self, fact: Row) -> int:
        """How many messages within the attempt's time a fact may stand for.

        A row counts its attempts, and keeps only the last: so each may have been accepted.
        """
        if fact.date is not None:
            return 1
        # The last attempt was later; those before it may have been then. An acceptance that was learned late has moved
        # the one moment of a row, and not the other.
        is_later = min(fact.claimed_at, fact.first_byte_by) - _LONGEST > self._end
        return fact.attempt - 1 if is_later else fact.attempt

    def _is_older(self, fact: Row) -> bool:
        """Whether a fact was over before the attempt began."""
        latest = fact.claimed_at if fact.state is State.ACCEPTED else fact.first_byte_by + GRACE
        return fact.date is None and latest < self._start

    def _seen(self, older: Sequence[Row]) -> int:
        """How many older messages are seen where they belong.

        A record is of one message, and a message has at most one for each of its parts. Of several that may be of it,
        a message gets the earliest, and the message whose time ends first gets its own first.
        """
        left = sorted(at for _record, at in self._dated.values() if at < self._start)
        seen = 0
        for fact in sorted(older, key=_ends):
            own = [at for at in left if _is_near(fact, at)][: self.message.segments]
            for at in own:
                left.remove(at)
            seen += bool(own)
        return seen

    @cached_property
    def _same(self) -> tuple[Row, ...]:
        """What the ledger holds of this text to this recipient, but for the doubt itself.

        An earlier attempt of unknown fate by the same key is part of the doubt: whichever of them a record is of, the
        message was sent.
        """
        senders = {"", self.message.sender} | {record.internal for record in self._alike}
        own = (fact for fact in _chain(self.row.previous) if fact.state is State.ACCEPTED)
        return (*own, *(fact for fact in self._others() if self._says(fact, self.message.text, senders)))

    def _others(self) -> Iterator[Row]:
        """The rows of other keys, and the facts that they have replaced."""
        for row in self.rows:
            if row.key != self.row.key:
                yield from (fact for fact in _chain(row) if fact.state in _HELD)

    def _is_known(self, record: LogRecord) -> bool:
        """Whether a record has the text of another message that the ledger knows, to this recipient."""
        return any(self._says(row, record.text, {"", record.internal}) for row in self.rows)

    def _says(self, row: Row, text: str, senders: set[str]) -> bool:
        """Whether this is the text of a row, which holds a hash of it, of the sender as given, and of its date."""
        date = () if row.date is None else (row.date,)
        return any(row.content == self.fingerprints.content(sender, text, *date) for sender in senders)


def _chain(row: Optional[Row]) -> Iterator[Row]:
    """A row, and all that it covers."""
    while row is not None:
        yield row
        row = row.previous


def _is_certain(record: LogRecord, number: str) -> bool:
    """Whether a record is beyond doubt of a message that went out to this number."""
    status = (record.status or "").upper()
    return record.direction == "out" and record.external == number and not any(word in status for word in _NO_PROOF)


def _may_be_to(record: LogRecord, number: str) -> bool:
    """Whether a record may be of a message to this number, which may be written in its national form, or missing."""
    written = record.external.lstrip("0")
    return record.direction != "in" and (number.endswith(written) or written.endswith(number))


def _is_near(fact: Row, at: float) -> bool:
    """Whether a record of this date is where that of a fact belongs."""
    return fact.claimed_at - _LONGEST <= at <= _ends(fact)


def _ends(fact: Row) -> float:
    """Until when the record of a fact is where it belongs."""
    return max(fact.claimed_at, fact.first_byte_by) + GRACE
