# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way anything is sent: claim, POST, settle, report.

Of each batch the claim is committed before its first byte leaves, and what came of it directly after. Whatever
stops the run in between leaves a row that reads as unknown, never as free.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Optional, Union

from .._api.client import Api, Denied, Throttled
from .._api.evidence import Judgement, Verdict, alike
from .._core.deadline import Deadline, Latest
from .._core.http import NotSent
from .._core.parallel import in_parallel
from .._ledger.model import (
    Claim,
    Claimability,
    DedupePolicy,
    Fingerprints,
    Ledger,
    LedgerError,
    Row,
    Schedule,
    State,
    claimability,
)
from .._message.numbers import mask
from .._message.outcome import Fate, Outcome, Result, moment

if TYPE_CHECKING:
    from .log_search import LogSearch

PAUSES = (0.5, 1.0, 2.0)
"""Seconds before another try, when it is proven that nothing was sent and the reason may pass."""

LONGEST_RETRY_AFTER = 30.0
"""Seconds that a service which asks for fewer requests (429) is waited for, once."""

AT_A_TIME = 10
"""Requests of one task that are under way at once at the most; one alone, once the service asks for fewer (429)."""

_BEGUN_BY = 0.9
"""Share of the deadline in which a request must begin, so that what has begun has time to be answered."""

_LOOK_EVERY = (0.1, 0.2, 0.5, 1.0)
"""Seconds between two looks at the rows of another run that is sending the same; the last one repeats."""

_TOO_LATE = "the deadline was over before the request could begin"

_OUTCOMES = {
    Fate.REFUSED: Outcome.REFUSED,
    Fate.UNKNOWN: Outcome.UNKNOWN,
    Fate.NOT_SENT: Outcome.NOT_SENT,
}


class SendRequest(NamedTuple):
    """One delivery: a text, who says it, and who shall have it (E.164 digits, each once).

    ``key`` is what people see, ``label`` what the ledger keeps of it in the clear (a key that the user gave).
    ``at_a_time``: how many batches may be under way at once. ``account_timezone``: the zone of the dates in the message
    log, without which it decides nothing. ``resend_absent``: what the log proves absent is sent again.
    """

    key: str
    label: str
    sender: Optional[str]
    text: str
    segments: int
    recipients: tuple[str, ...]
    dedupe: DedupePolicy
    batch_size: int
    schedule: Optional[Schedule] = None
    at_a_time: int = 1
    account_timezone: Optional[str] = None
    resend_absent: bool = False


@dataclass
class Report:
    """What became of every recipient, in the order in which they were given, and what else is to be said."""

    results: tuple[Result, ...] = ()
    warnings: list[str] = field(default_factory=list)


class Delivery:
    """One run of one delivery. With ``check_mode`` it takes the same way, and neither claims nor posts."""

    def __init__(
        self,
        wanted: SendRequest,
        api: Api,
        ledger: Ledger,
        fingerprints: Fingerprints,
        deadline: Deadline,
        *,
        check_mode: bool,
    ) -> None:
        """Nothing happens yet."""
        self._wanted = wanted
        self._api = api
        self._ledger = ledger
        self._deadline = deadline
        self._check_mode = check_mode
        self._fingerprints = fingerprints
        self._key = fingerprints.key(wanted.key)
        self._names = {number: fingerprints.recipient(number) for number in wanted.recipients}
        self._owner = secrets.token_hex(16)
        self._origin = f"{socket.gethostname()}:{os.getpid()}"
        self._results: dict[str, Result] = {}
        self._warnings: list[str] = []
        self._stopped: Optional[str] = None
        self._throttled = False
        self._turn = threading.RLock()

    def run(self) -> Report:
        """Send to everybody who is free, wait for what other runs have in hand, and say what became of each."""
        try:
            rows = self._rows(self._wanted.recipients)
            now = self._ledger.now()
            free, twins = self._sort(self._wanted.recipients, rows, now)
            doubts = {} if self._differing else self._doubts(rows, now)
            if doubts:
                free, twins = self._look_up(doubts, free, twins)
            # Asked last: what a doubt had covered may be of another text.
            if self._differing:
                return self._report(self._all_not_sent("a different message stands in the way for another recipient"))
        except LedgerError as error:
            return self._report(self._all_not_sent(str(error)))
        twins += self._send(free)
        while twins:
            freed, twins = self._wait_for(twins)
            if not freed:
                break
            self._send(freed)
        return self._report(self._results)

    def _report(self, results: Mapping[str, Result]) -> Report:
        ordered = tuple(results[number] for number in self._wanted.recipients)
        return Report(ordered, list(dict.fromkeys(self._warnings)))

    # What the ledger says -------------------------------------------------------------------------------------

    def _rows(self, numbers: Iterable[str]) -> dict[str, Row]:
        """The rows of some recipients, by number."""
        numbers = list(numbers)
        found = self._ledger.rows(self._key, [self._names[number] for number in numbers])
        return {number: found[self._names[number]] for number in numbers if self._names[number] in found}

    def _sort(self, numbers: Iterable[str], rows: Mapping[str, Row], now: float) -> tuple[list[str], list[str]]:
        """Those who are free, and those whom another run is sending to; of all but the free the result is noted."""
        free, twins = [], []
        for number in numbers:
            row = rows.get(number)
            found = claimability(row, self._wanted.dedupe, now)
            if row is None or found is Claimability.FREE:
                free.append(number)
                continue
            self._results[number] = _apart(number, row, found)
            if found is Claimability.IN_PROGRESS:
                twins.append(number)
        return free, twins

    @property
    def _differing(self) -> bool:
        """Whether something that was found in the ledger forbids the whole task."""
        return any(result.outcome is Outcome.NOT_SENT for result in self._results.values())

    def _all_not_sent(self, reason: str) -> dict[str, Result]:
        """A result for everybody; what is already known of somebody stays."""
        everybody = {number: _not_sent(number, reason) for number in self._wanted.recipients}
        return {**everybody, **self._results}

    # What the message log says --------------------------------------------------------------------------------

    def _doubts(self, rows: Mapping[str, Row], now: float) -> dict[str, Row]:
        """The rows of unknown fate that an earlier run has left, but for those of a policy that does not ask.

        Not those of scheduled messages, which the list of pending messages settles. With ``resend_unknown`` too: what
        is known to be sent is not sent again.
        """
        dedupe = self._wanted.dedupe._replace(resend_unknown=False)
        return {
            number: row
            for number, row in rows.items()
            if row.date is None
            and row.state is not State.ACCEPTED
            and claimability(row, dedupe, now) is Claimability.UNKNOWN
        }

    def _look_up(
        self, doubts: Mapping[str, Row], free: Sequence[str], twins: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Let the message log decide what it can; return who is free then, and who is in another run's hands."""
        lookup = self._lookup()
        rows = lookup.amend(doubts, self._rows, check_mode=self._check_mode)
        freed, taken = self._sort(doubts, rows, self._ledger.now())
        shown = lookup.shown(rows)
        self._note(shown.values())
        self._note(lookup.explained(self._results[number] for number in doubts if number in self._results))
        open_to_all = {*free, *freed}.difference(doubts.keys() - set(freed), shown)
        return [number for number in self._wanted.recipients if number in open_to_all], [*twins, *taken]

    def _lookup(self) -> LogSearch:
        """The message log, read."""
        from .log_search import LogQuery, LogSearch  # noqa: PLC0415 - seldom

        wanted = self._wanted
        sought = LogQuery(
            text=wanted.text,
            segments=wanted.segments,
            sender=wanted.sender or "",
            content=wanted.dedupe.content,
            account_timezone=wanted.account_timezone,
            resend_absent=wanted.resend_absent,
        )
        lookup = LogSearch(sought, self._api, self._ledger, self._fingerprints, self._deadline.left())
        self._warnings += [lookup.warning] if lookup.warning else []
        return lookup

    # What other runs do ---------------------------------------------------------------------------------------

    def _wait_for(self, twins: list[str]) -> tuple[list[str], list[str]]:
        """Wait for other runs, within the deadline, until they leave somebody free; return those, and who is left."""
        pauses = _pauses()
        while twins and self._deadline.wait(next(pauses)):
            try:
                free, twins = self._sort(twins, self._rows(twins), self._ledger.now())
            except LedgerError as error:
                self._warnings.append(f"another run could not be waited for: {error}")
                break
            if free:
                return free, twins
        return [], twins

    # What this run does ---------------------------------------------------------------------------------------

    def _send(self, free: Sequence[str]) -> list[str]:
        """Send to those who are free; return those whom another run has claimed first."""
        size = self._wanted.batch_size
        batches = [free[start : start + size] for start in range(0, len(free), size)]
        sent = in_parallel(self._send_batch, batches, self._wanted.at_a_time)
        self._warnings += [warning for _twins, warnings in sent for warning in warnings]
        return [number for twins, _warnings in sent for number in twins]

    def _send_batch(self, numbers: Sequence[str]) -> tuple[list[str], list[str]]:
        """One claim, one POST, one settlement: whom another run has claimed first, and what is to be said besides."""
        if self._check_mode:
            self._note(Result(f"+{number}", Outcome.WOULD_SEND, posted=True) for number in numbers)
            return [], []
        with ExitStack() as turn:
            if self._throttled:
                turn.enter_context(self._turn)
            start_within = self._deadline.left() - self._deadline.seconds * (1 - _BEGUN_BY)
            reason = self._stopped or ("" if start_within > 0 else _TOO_LATE)
            if reason:
                self._note(_not_sent(number, reason) for number in numbers)
                return [], []
            return self._send_claimed(numbers, start_within)

    def _send_claimed(self, numbers: Sequence[str], start_within: float) -> tuple[list[str], list[str]]:
        latest = Latest.within(start_within)
        try:
            won, twins = self._claim(numbers, start_within)
        except LedgerError as error:
            self._stopped = str(error)
            self._note(_not_sent(number, self._stopped) for number in numbers)
            return [], []
        if not won:
            return twins, []
        judgement = self._post(won, latest)
        warnings = [*judgement.warnings, *self._settle(judgement)]
        accepted = Outcome.SENT if self._wanted.schedule is None else Outcome.SCHEDULED
        self._note(_result(number, verdict, accepted) for number, verdict in judgement.verdicts.items())
        return twins, warnings

    def _claim(self, numbers: Sequence[str], start_within: float) -> tuple[list[str], list[str]]:
        """Claim some recipients: those who are ours now, and those whom another run is sending to."""
        claim = Claim(
            key=self._key,
            label=self._wanted.label,
            dedupe=self._wanted.dedupe,
            recipients={self._names[number]: mask(number) for number in numbers},
            owner=self._owner,
            origin=self._origin,
            start_within=start_within,
            finish_within=self._deadline.left(),
            schedule=self._wanted.schedule,
        )
        claimed = self._ledger.claim(claim)
        won = [number for number in numbers if self._names[number] in claimed.won]
        lost = {number: claimed.lost[self._names[number]] for number in numbers if number not in won}
        _free, twins = self._sort(lost, lost, claimed.at)
        return won, twins

    def _post(self, numbers: Sequence[str], latest: Latest) -> Judgement:
        """One POST; more only while it is proven that nothing was sent, and the reason may pass."""
        pauses = iter(PAUSES)
        throttled = False
        with ExitStack() as turn:
            while True:
                found = self._attempt(numbers, latest)
                if isinstance(found, Judgement):
                    return found
                if isinstance(found, Denied):
                    self._stopped = str(found)
                pause = _pause(found, pauses, throttled=throttled)
                if pause is not None and isinstance(found, Throttled):
                    throttled = True
                    pause = self._take_turn(turn, pause)
                if pause is None or not self._deadline.wait(pause):
                    return alike(numbers, Fate.NOT_SENT, str(found))

    def _take_turn(self, turn: ExitStack, pause: float) -> float:
        """Be the only one that posts, now that fewer requests are asked for; return what is left of a pause by then."""
        self._throttled = True
        before = self._deadline.left()
        turn.enter_context(self._turn)
        return max(0.0, pause - (before - self._deadline.left()))

    def _attempt(self, numbers: Sequence[str], latest: Latest) -> Union[Judgement, NotSent]:
        """One POST, or the proof that nothing was sent."""
        try:
            return self._api.send(
                numbers,
                self._wanted.text,
                self._wanted.sender,
                date=self._wanted.schedule.date if self._wanted.schedule else None,
                segments=self._wanted.segments,
                seconds=self._deadline.left(),
                permits=latest.permits,
            )
        except NotSent as error:
            return error
        except Exception as error:  # noqa: BLE001 - a defect of ours must not lose what other batches brought
            return alike(numbers, Fate.UNKNOWN, f"internal error {type(error).__name__} while it was sent")

    def _settle(self, judgement: Judgement) -> list[str]:
        """Write down what came of a claim. What was sent stays sent when that fails; return what to tell the user."""
        fates = {self._names[number]: (found.fate, found.smsids) for number, found in judgement.verdicts.items()}
        try:
            overtaken = self._ledger.settle(self._key, self._owner, fates)
            reason = "its rows are gone, or another run has taken them over" if overtaken else ""
        except LedgerError as error:
            reason = str(error)
        if not reason:
            return []
        smsids = [smsid for found in judgement.verdicts.values() for smsid in found.smsids]
        warning = (
            f"ledger not updated: {reason}; the results of this run stand (smsid {', '.join(smsids) or 'none'});"
            " mend the ledger before the same task runs again: where the ledger still has the claim, the task"
            " fails with 'may have been sent', and where it has not, it sends again"
        )
        return [warning]

    def _note(self, results: Iterable[Result]) -> None:
        for result in results:
            self._results[result.to.lstrip("+")] = result


def _pause(error: NotSent, pauses: Iterator[float], *, throttled: bool) -> Optional[float]:
    """How long to wait before another try, or None when there is to be none."""
    if isinstance(error, Throttled):
        short = error.retry_after is not None and error.retry_after <= LONGEST_RETRY_AFTER
        return error.retry_after if short and not throttled else None
    return next(pauses, None) if error.passing else None


def _pauses() -> Iterator[float]:
    yield from _LOOK_EVERY
    while True:
        yield _LOOK_EVERY[-1]


def _not_sent(number: str, reason: str) -> Result:
    return Result(f"+{number}", Outcome.NOT_SENT, code_desc=reason)


def _result(number: str, verdict: Verdict, accepted: Outcome) -> Result:
    """What this run's own request brought."""
    return Result(
        to=f"+{number}",
        outcome=_OUTCOMES.get(verdict.fate, accepted),
        posted=True,
        smsids=verdict.smsids,
        code=verdict.code,
        code_desc=verdict.code_desc,
        status=verdict.status,
        country=verdict.country,
        type=verdict.type,
        sale=verdict.sale,
        delivery_date=verdict.delivery_date,
    )


def _apart(number: str, row: Row, found: Claimability) -> Result:
    """What an earlier run's row says of a recipient whom this run leaves alone."""
    since = moment(row.claimed_at)
    if found is Claimability.ACCEPTED:
        return Result(f"+{number}", Outcome.DUPLICATE, smsids=row.smsids, first_sent_at=since)
    if found is Claimability.DIFFERENT:
        reason = (
            f"different message: another text or sender was used for +{number} under this idempotency_key at {since};"
            " give the new message a key of its own, or set on_different=skip"
        )
        return Result(f"+{number}", Outcome.NOT_SENT, code_desc=reason, first_sent_at=since)
    if row.state is State.ACCEPTED:
        reason = f"the ledger has it accepted at {since}, which lies ahead: a clock is wrong, or was"
        return Result(f"+{number}", Outcome.UNKNOWN, smsids=row.smsids, code_desc=reason, first_sent_at=since)
    if found is Claimability.IN_PROGRESS:
        return Result(f"+{number}", Outcome.IN_PROGRESS, code_desc=f"claimed by {row.origin}", first_sent_at=since)
    reason = f"the run that sent it at {since} ({row.origin}) did not learn what became of it"
    return Result(f"+{number}", Outcome.UNKNOWN, smsids=row.smsids, code_desc=reason, first_sent_at=since)
