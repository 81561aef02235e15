# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A provider of scheduled messages in the same process, a real ledger, and one clock for both that is moved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Optional

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Denied
from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict, alike
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogPages, LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import (
    Listing,
    PendingRecord,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import (
    CancelAnswer,
    CancelVerdict,
    Paths,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Row,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message import dates
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate, Report
from ansible_collections.voip_communications.sms.plugins.module_utils._message.relative_dates import (
    RelativeDate,
    read_relative,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.context import ScheduleContext
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import (
    CancelRequest,
    RelativeRequest,
    Request,
    ScheduleRequest,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.scheduler import Scheduler
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy, summary
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_scheduled import (
    SCHEDULING,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_context import (
    TaskContext,
    earliest_moments,
    scheduled_request,
)
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import BULK

DEADLINE = 100.0
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp()
MINUTE, DAY = 60.0, 86400.0
D1, D2 = "2026-11-21 12:00", "2026-11-22 12:00"
TEXT = "Maintenance begins. " * 10
OTHER = "Maintenance has moved. " * 10
CONFIRMED = CancelAnswer(CancelVerdict.CONFIRMED)
NOT_FOUND = "the list of pending messages cannot be had: the service refused the request (HTTP 404 Not Found)"


@dataclass(frozen=True)
class Waiting:
    """One record of the provider: a message to a number, or one part of it."""

    record: PendingRecord
    at: float


class Provider:
    """What ``Api`` is to a scheduler. A fault of a recipient, of reading the list or of a cancel is used once."""

    def __init__(self, clock: Callable[[], float], *, parts: bool = False, shared: bool = False) -> None:
        self.clock = clock
        self.parts, self.shared = parts, shared
        self.waiting: list[Waiting] = []
        self.delivered: list[PendingRecord] = []
        self.posts: list[tuple[str, str]] = []
        self.cancels: list[str] = []
        self.looks = 0
        self.answers: dict[str, list[Callable[[str], Judgement]]] = {}
        self.look_faults: list[Optional[Exception]] = []
        self.cancel_faults: list[Any] = []
        self.hidden: set[str] = set()
        self.echo: Optional[str] = None
        self.served_at: Optional[float] = None
        self.logged: list[LogRecord] = []
        self.log_fault: Optional[VoipsmsError] = None
        self.log_looks = 0
        self._number = 0
        self._one_at_a_time = threading.Lock()

    def accept(self, recipients: Sequence[str], text: str, sender: str | None, date: str) -> dict[str, list[str]]:
        """Keep a message to each; the smsids by recipient."""
        with self._one_at_a_time:
            return self._accept(recipients, text, sender, date)

    def _accept(self, recipients: Sequence[str], text: str, sender: str | None, date: str) -> dict[str, list[str]]:
        pieces = [text[start : start + 153] for start in range(0, len(text), 153)] if self.parts else [text]
        at, common, found = moment_of(date), self._smsid(), {}
        for to in recipients:
            smsids = [common if self.shared else self._smsid() for _piece in pieces]
            records = [
                PendingRecord(smsid, to, sender or BULK, piece, date)
                for smsid, piece in zip(smsids, pieces, strict=True)
            ]
            self.waiting += [Waiting(record, at) for record in records]
            found[to] = list(dict.fromkeys(smsids))
        return found

    def send(self, recipients: Sequence[str], text: str, sender: str | None, **limits: Any) -> Judgement:
        (to,) = recipients  # one recipient per request
        assert 0 < limits["seconds"] <= DEADLINE
        if not limits["permits"]():
            raise NotSent("the request was no longer allowed", passing=False)
        self.posts.append((to, limits["date"]))
        if self.answers.get(to):
            return self.answers[to].pop(0)(to)
        smsids = self.accept(recipients, text, sender, limits["date"])[to]
        date = self.echo or f"{limits['date']}:00"
        return Judgement({to: Verdict(Fate.ACCEPTED, code=200, smsids=tuple(smsids), sale=0.01, delivery_date=date)})

    def pending(self, seconds: float) -> Listing:
        assert seconds <= DEADLINE
        self.looks += 1
        fault = self.look_faults.pop(0) if self.look_faults else None
        if fault is not None:
            raise fault
        self._deliver()
        records = [entry.record for entry in self.waiting if entry.record.smsid not in self.hidden]
        return Listing(tuple(records), self.served_at)

    def log(self, max_pages: int, seconds: float) -> LogPages:
        """Return a record of everything that was delivered, and of ``logged``."""
        assert max_pages > 0
        assert 0 < seconds <= DEADLINE
        self.log_looks += 1
        if self.log_fault is not None:
            raise self.log_fault
        self._deliver()
        delivered = [delivery_record(record.to, record.text, record.date) for record in self.delivered]
        return LogPages((*delivered, *self.logged), ended=True)

    def cancel(self, smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        assert seconds > 0
        if not permits():
            raise NotSent("the request was no longer allowed", passing=False)
        self.cancels.append(smsid)
        for fault in self.cancel_faults[:1]:
            del self.cancel_faults[0]
            if fault is None:
                break
            if isinstance(fault, BaseException):
                raise fault
            if isinstance(fault, CancelAnswer):
                return fault
            return CancelAnswer(CancelVerdict.REFUSED if "HTTP 4" in fault else CancelVerdict.LOST, fault)
        with self._one_at_a_time:
            if smsid not in {entry.record.smsid for entry in self.waiting}:
                return CancelAnswer(CancelVerdict.REFUSED, "There is no scheduled message with this smsid")
            self.waiting = [entry for entry in self.waiting if entry.record.smsid != smsid]
        return CONFIRMED

    def messages(self) -> list[tuple[str, str]]:
        """Who would be reached, and when; a message once, whatever it is kept as."""
        texts: dict[tuple[str, str], str] = {}
        for entry in self.waiting:
            key = (entry.record.to, entry.record.date)
            texts[key] = texts.get(key, "") + entry.record.text
        assert all(text in (TEXT, OTHER) for text in texts.values())
        return sorted(texts)

    def _deliver(self) -> None:
        """Let everything go out whose date is over."""
        due = [entry for entry in self.waiting if entry.at <= self.clock()]
        self.delivered += [entry.record for entry in due]
        self.waiting = [entry for entry in self.waiting if entry.at > self.clock()]

    def _smsid(self) -> str:
        self._number += 1
        return f"id{self._number:03d}"


class World:
    """A provider, a ledger, and one clock for both. Waiting moves the clock, and what is due then happens."""

    def __init__(self, path: Path, **modes: bool) -> None:
        self.seconds = START
        self.path = path
        self.provider = Provider(lambda: self.seconds, **modes)
        self.due: list[Callable[[], object]] = []
        self.zone: str | None = "UTC"
        self.ledger: Any = self.open()
        self.warnings: list[str] = []
        self.outcomes: list[str] = []

    def open(self) -> SqliteLedger:
        return SqliteLedger(str(self.path), FINGERPRINTS.account, clock=lambda: self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        for happen in [self.due.pop(0)] if self.due else []:
            happen()

    def request(self, *to: str, msg: str = TEXT, date: str = D1, **other: Any) -> ScheduleRequest:
        name, sender = other.get("name"), other.get("sender")
        nobody: Any = None  # no account is reached
        context = TaskContext(nobody, Paths(), self.ledger, FINGERPRINTS, nobody, earliest_moments(self.zone))
        read = dates.read(date, account_timezone=self.zone)
        return ScheduleRequest(
            delivery=scheduled_request(context, sender, msg, read, to, name),
            date=read,
            name=name,
            min_lead=other.get("min_lead", 1),
            fail_on_mismatch=other.get("fail_on_mismatch", True),
            if_late=other.get("if_late"),
        )

    def context(self, *, check_mode: bool = False, cancel_shared: bool = False) -> ScheduleContext:
        api: Any = self.provider
        return ScheduleContext(
            api,
            self.ledger,
            FINGERPRINTS,
            Deadline(DEADLINE, monotonic=lambda: self.seconds, sleep=self.sleep),
            earliest_moment_of=earliest_moments(self.zone),
            zone_uncertainty=0.0 if self.zone else 26 * 3600.0,
            log_moment_of=partial(dates.logged, account_timezone=self.zone) if self.zone else None,
            check_mode=check_mode,
            cancel_shared=cancel_shared,
        )

    def scheduler(self, *, check_mode: bool = False, cancel_shared: bool = False) -> Scheduler:
        return Scheduler(self.context(check_mode=check_mode, cancel_shared=cancel_shared))

    def present(self, *to: str, check_mode: bool = False, cancel_shared: bool = False, **other: Any) -> list[str]:
        scheduler = self.scheduler(check_mode=check_mode, cancel_shared=cancel_shared)
        return self._told(scheduler.present(self.request(*to, **other)))

    def relative(self, text: str, timezone: str | None = None) -> RelativeDate:
        """Return a date that counts from now on."""
        return read_relative(text, timezone=timezone, account_timezone=self.zone)

    def present_relative(
        self, text: str, *to: str, name: str = "n", timezone: str | None = None, check_mode: bool = False, **other: Any
    ) -> str:
        """Run a task with such a date, and return the date that it was resolved to."""

        def at(date: dates.DeliveryDate) -> ScheduleRequest:
            return self.request(*to, date=date.wire, name=name, **other)

        date = self.relative(text, timezone)
        wanted = RelativeRequest(date, FINGERPRINTS.name(name), other.get("min_lead", 1), at)
        request, report = self.scheduler(check_mode=check_mode).present_relative(wanted)
        self.outcomes = self._told(report)
        return request.date.wire

    def absent(self, *, check_mode: bool = False, cancel_shared: bool = False, **match: Any) -> list[str]:
        name, fail_if_sent = match.pop("name", None), match.pop("fail_if_sent", False)
        found = Match(name=FINGERPRINTS.name(name) if name else None, **match)
        scheduler = self.scheduler(check_mode=check_mode, cancel_shared=cancel_shared)
        return self._told(scheduler.absent(CancelRequest(found, name, fail_if_sent)))

    def cancel_request(self, name: str, *, except_date: str | None = None) -> CancelRequest:
        """Return a request that nothing of a name be pending."""
        return CancelRequest(Match(name=FINGERPRINTS.name(name)), None, except_date=except_date)

    def change(self, *requests: Request, check_mode: bool = False) -> list[list[str]]:
        """Run a task with several requests, and return the outcomes of each."""
        scheduler = self.scheduler(check_mode=check_mode)
        self.done = scheduler.change(requests)
        return [[result.outcome.value for result in results] for results in self.done.results]

    def _told(self, report: Report) -> list[str]:
        self.report, self.warnings = report, report.warnings
        self.told = summary(report.results, "key", FailurePolicy(), SCHEDULING)
        return [result.outcome.value for result in report.results]

    def rows(self) -> list[Row]:
        return self.open().scheduled()

    def states(self) -> list[str]:
        return sorted(f"{row.date} {row.state.value}" for row in self.rows())


def delivery_record(to: str, text: str, date: str, *, status: str = "delivered") -> LogRecord:
    """Return the record of a message in the log; ``date`` without seconds."""
    return LogRecord(f"{to} {date} {text}", "out", BULK, to, text, status, f"{date}:04", None, None, None)


def moment_of(date: str) -> float:
    return datetime.strptime(date, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()


def throttled(seconds: float | None = None) -> CancelAnswer:
    return CancelAnswer(CancelVerdict.REFUSED, "HTTP 429 Too Many Requests", is_throttled=True, retry_after=seconds)


def lost(to: str) -> Judgement:
    """Return what a lost answer means, when nothing was accepted."""
    return alike([to], Fate.UNKNOWN, "the connection was reset")


def refused(to: str) -> Judgement:
    return Judgement({to: Verdict(Fate.REFUSED, code=404, code_desc="no such number")})


def killed(_to: str) -> Judgement:
    raise KeyboardInterrupt


def denied(_to: str) -> Judgement:
    raise Denied("the service refused the request (HTTP 401 Unauthorized)", passing=False)


def lost_but_accepted(world: World, date: str = D1, msg: str = TEXT) -> Callable[[str], Judgement]:
    def answer(to: str) -> Judgement:
        world.provider.accept([to], msg, None, date)
        return lost(to)

    return answer
