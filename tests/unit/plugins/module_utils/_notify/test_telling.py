# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told of an event at once and who later, run after run, with the same clock for provider, ledger and people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Denied
from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict
from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import ListError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import DedupePolicy, LedgerError
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.telling import Plan, Recipients, Telling
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.context import ScheduleContext
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.lock import NameLock
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.proof import Graces
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import ScheduleRequest
from ansible_collections.voip_communications.sms.plugins.module_utils._send.request import SendRequest
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, CARL
from ansible_collections.voip_communications.sms.tests.support.scheduling import (
    D1,
    D2,
    DAY,
    DEADLINE,
    OTHER,
    TEXT,
    Provider,
    World,
    killed,
    lost,
    lost_but_accepted,
    moment_of,
    refused,
)

KEY = "shop/failed/github-4711-1"
NAME = FINGERPRINTS.name(KEY)
NOW = "now"
GRACES = Graces()


class Service(Provider):
    """A provider that also sends at once, in one request for all."""

    requests = 0

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.sent: list[str] = []

    def send(self, recipients: Sequence[str], text: str, sender: str | None, **limits: Any) -> Judgement:
        if limits["date"]:
            return super().send(recipients, text, sender, **limits)
        if not limits["permits"]():
            raise NotSent("the request was no longer allowed", passing=False)
        verdicts = {to: self._sent(to) for to in recipients}
        self.posts += [(to, NOW) for to in recipients]
        return Judgement(verdicts)

    def _sent(self, to: str) -> Verdict:
        if self.answers.get(NOW + to):
            return self.answers[NOW + to].pop(0)(to).verdicts[to]
        self.sent.append(to)
        return Verdict(Fate.ACCEPTED, code=200, smsids=(self._smsid(),), sale=0.01)


class Street(World):
    """A world in which people are told of one event."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.provider: Service = Service(lambda: self.seconds)

    def plan(self, now: Sequence[str], later: Mapping[str, Sequence[str]], **more: Any) -> Plan:
        text, key = more.get("text", TEXT), more.get("key", KEY)

        def schedule_requests(at: dt.datetime, recipients: Sequence[str]) -> list[ScheduleRequest]:
            if more.get("no_zone"):
                raise VoipsmsError("account_timezone is not set")
            return [self.request(*recipients, msg=text, date=f"{at:%Y-%m-%d %H:%M}", name=key)]

        def send_requests(recipients: Sequence[str]) -> list[SendRequest]:
            policy = DedupePolicy(FINGERPRINTS.content("", text), 30 * DAY, skip_different=True)
            return [SendRequest(key, key, None, text, 1, tuple(recipients), policy, batch_size=100)]

        instants = {at: dt.datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC) for at in later}
        return Plan(
            recipients=Recipients(
                tuple(now), tuple((instants[at], tuple(group)) for at, group in later.items()), frozenset((ANN, BOB))
            ),
            name=FINGERPRINTS.name(key),
            is_urgent=more.get("is_urgent", False),
            send_requests=send_requests,
            schedule_requests=schedule_requests,
            context_of=lambda deadline: self.context_within(deadline, check_mode=more.get("check_mode", False)),
        )

    def context_within(self, deadline: Deadline, *, check_mode: bool) -> ScheduleContext:
        context = self.context(check_mode=check_mode)
        return ScheduleContext(**{**vars(context), "deadline": deadline})

    def tell(self, *now: str, later: Mapping[str, Sequence[str]] | None = None, **more: Any) -> dict[str, str]:
        """Tell them; return the outcome of each."""
        deadline = Deadline(DEADLINE, monotonic=lambda: self.seconds, sleep=self.sleep)
        api: Any = self.provider
        telling = Telling(self.plan(now, later or {}, **more), api, deadline, check_mode=more.get("check_mode", False))
        self.report = telling.run()
        self.warnings = self.report.warnings
        return {result.to.lstrip("+"): result.outcome.value for result in self.report.results}

    def reason(self, to: str) -> str:
        return next(result.code_desc or "" for result in self.report.results if result.to == f"+{to}")


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path / "ledger.sqlite3")


def test_now_and_later_are_told_once_however_often_it_runs(street: Street) -> None:
    """Text and batch may differ; two dates share one list before and one afterwards."""
    later = {D1: [ANN], D2: [BOB]}
    assert street.tell(CARL, later=later) == {CARL: "sent", ANN: "scheduled", BOB: "scheduled"}
    assert street.provider.posts == [(CARL, NOW), (ANN, D1), (BOB, D2)]
    assert street.provider.looks == 2
    again = street.tell(CARL, later=later, text=OTHER)
    assert again == {CARL: "duplicate", ANN: "duplicate", BOB: "duplicate"}
    assert (len(street.provider.posts), street.provider.looks) == (3, 3)
    assert not any(result.posted for result in street.report.results)


def test_nothing_is_asked_for_where_no_one_sleeps(street: Street) -> None:
    assert street.tell(ANN, CARL) == {ANN: "sent", CARL: "sent"}
    assert (street.provider.looks, len(street.provider.sent)) == (0, 2)


def test_check_mode_predicts_and_changes_nothing(street: Street) -> None:
    later = {D1: [ANN]}
    foretold = street.tell(CARL, BOB, later=later, check_mode=True)
    assert foretold == {CARL: "would_send", BOB: "would_send", ANN: "would_schedule"}
    assert (street.provider.posts, street.rows()) == ([], [])
    street.tell(CARL, BOB, later=later)
    before = street.rows()
    same = street.tell(CARL, BOB, later=later, check_mode=True)
    assert same == {CARL: "duplicate", BOB: "duplicate", ANN: "duplicate"}
    assert street.rows() == before


@pytest.mark.parametrize("date", [D1, D2])
def test_whose_quiet_hours_end_between_runs_is_not_told_again(street: Street, date: str) -> None:
    """Before the date the message waits, after it it has gone out; D2 stands for other hours than those of before."""
    street.tell(later={D1: [ANN]})
    assert street.tell(ANN) == {ANN: "duplicate"}
    assert street.tell(later={date: [ANN]}) == {ANN: "duplicate"}
    street.seconds = moment_of(D1) + 60
    assert street.tell(ANN, is_urgent=True) == {ANN: "already_sent"}
    assert street.tell(later={D2: [ANN]}) == {ANN: "already_sent"}
    assert street.provider.posts == [(ANN, D1)]


def test_who_was_told_before_quiet_hours_is_not_told_after_them(street: Street) -> None:
    street.tell(ANN, BOB)
    assert street.tell(later={D1: [ANN, BOB]}) == {ANN: "duplicate", BOB: "duplicate"}
    assert (len(street.provider.posts), street.provider.looks) == (2, 0)


def test_a_person_who_is_given_by_the_number_alone_is_not_told_twice(street: Street) -> None:
    """Ann has hours in the first run, and is a number that is always told at once in the second."""
    street.tell(later={D1: [CARL]})
    assert street.tell(CARL) == {CARL: "duplicate"}


@pytest.mark.parametrize("check_mode", [False, True])
def test_another_event_of_the_same_text_has_a_message_of_its_own(street: Street, check_mode: bool) -> None:
    """Two messages of one text to one person at one minute are one, and whoever cancels it cancels it for both."""
    street.tell(later={D1: [ANN]})
    told = street.tell(later={D1: [ANN, BOB]}, key="another event", check_mode=check_mode)
    assert told == dict.fromkeys((ANN, BOB), "would_schedule" if check_mode else "scheduled")
    dates = {result.to.lstrip("+"): (result.delivery_date or "")[:16] for result in street.report.results}
    assert (dates[ANN], dates[BOB]) == ("2026-11-21 12:01", D1)
    if not check_mode:
        again = street.tell(later={D1: [ANN, BOB]}, key="another event")
        assert (again, street.warnings) == ({ANN: "duplicate", BOB: "duplicate"}, [])
        street.absent(name=KEY)
        assert street.provider.messages() == [(ANN, "2026-11-21 12:01"), (BOB, D1)]


def test_what_was_cancelled_can_be_told_again(street: Street) -> None:
    street.tell(later={D1: [ANN]})
    street.absent(name=KEY)
    assert street.tell(later={D1: [ANN]}) == {ANN: "scheduled"}


def test_a_run_that_is_killed_between_its_parts_is_taken_up_by_the_next(street: Street) -> None:
    street.provider.answers[ANN] = [killed]
    with pytest.raises(KeyboardInterrupt):
        street.tell(CARL, BOB, later={D1: [ANN], D2: []})
    assert street.provider.sent == [CARL, BOB]
    street.seconds += 3 * DEADLINE
    assert street.tell(CARL, BOB, later={D1: [ANN]}) == {CARL: "duplicate", BOB: "duplicate", ANN: "unknown"}
    street.seconds += 1000
    assert street.tell(CARL, BOB, later={D1: [ANN]}) == {CARL: "duplicate", BOB: "duplicate", ANN: "scheduled"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_run_that_is_killed_while_it_tells_someone_silences_no_one_else(street: Street, check_mode: bool) -> None:
    """Until its lease is over it may be at work, so it is waited for, after everyone else was told."""
    street.provider.answers[NOW + CARL] = [killed]
    with pytest.raises(KeyboardInterrupt):
        street.tell(CARL)
    told = street.tell(CARL, BOB, later={D1: [ANN]}, check_mode=check_mode)
    assert told == {
        CARL: "in_progress",
        BOB: "would_send" if check_mode else "sent",
        ANN: "would_schedule" if check_mode else "scheduled",
    }
    assert street.provider.posts == ([] if check_mode else [(BOB, NOW), (ANN, D1)])


@pytest.mark.parametrize("later", [True, False])
def test_whom_a_killed_run_was_telling_holds_up_no_one_in_quiet_hours(street: Street, later: bool) -> None:
    street.provider.answers[NOW + BOB] = [killed]
    with pytest.raises(KeyboardInterrupt):
        street.tell(BOB)
    # The lock of the killed run is over, and its claim is not before a while.
    street.seconds += DEADLINE
    if later:
        assert street.tell(later={D1: [BOB, ANN]}) == {BOB: "unknown", ANN: "scheduled"}
    else:
        assert street.tell(BOB, ANN) == {BOB: "unknown", ANN: "sent"}


def test_a_run_that_ends_while_it_is_waited_for_has_told_them(street: Street) -> None:
    """Ann is a number that is always told at once there, and has quiet hours here."""
    other = Street(street.path)
    other.seconds = street.seconds

    def claimed(_to: str) -> Any:
        assert street.tell(later={D1: [CARL, ANN]}) == {CARL: "in_progress", ANN: "scheduled"}
        return Judgement({CARL: Verdict(Fate.ACCEPTED, code=200, smsids=("id7",))})

    other.provider.answers[NOW + CARL] = [claimed]
    assert other.tell(CARL) == {CARL: "sent"}
    assert street.tell(later={D1: [CARL]}) == {CARL: "duplicate"}


def test_who_is_in_doubt_is_waited_for_last(street: Street) -> None:
    """Whether a killed run has scheduled for Ann shows by two lists, some time apart."""
    street.provider.answers[ANN] = [killed]
    with pytest.raises(KeyboardInterrupt):
        street.tell(later={D1: [ANN]})
    street.seconds += 1200
    begin, moments = street.seconds, {}

    def answered(to: str) -> Judgement:
        moments[to] = street.seconds - begin
        return lost(to)

    street.provider.answers = {ANN: [answered], BOB: [answered]}
    street.tell(later={D1: [ANN, BOB]})
    assert street.provider.posts[1:] == [(BOB, D1), (ANN, D1)]
    assert moments[BOB] == 0 < GRACES.list_grace <= moments[ANN]


def test_an_answer_that_is_lost_is_found_on_the_list(street: Street) -> None:
    street.provider.answers[ANN] = [lost_but_accepted(street)]
    assert street.tell(later={D1: [ANN]}) == {ANN: "scheduled"}
    assert "the answer was lost" in street.reason(ANN)


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_critical_and_cannot_be_scheduled_is_sent_at_once(street: Street, check_mode: bool) -> None:
    outcomes = street.tell(later={D1: [ANN], D2: [BOB]}, is_urgent=True, no_zone=True, check_mode=check_mode)
    assert outcomes == dict.fromkeys((ANN, BOB), "would_send" if check_mode else "sent")
    (warning,) = street.warnings
    assert "could not be scheduled" in warning
    assert f"+{ANN}, +{BOB}: account_timezone is not set" in warning
    assert street.reason(ANN).endswith("it could not be scheduled: account_timezone is not set") or check_mode


def test_what_is_not_critical_waits_for_another_run(street: Street) -> None:
    assert street.tell(later={D1: [ANN]}, no_zone=True) == {ANN: "not_sent"}
    assert street.reason(ANN) == "account_timezone is not set"


def test_only_those_are_sent_to_for_whom_certainly_nothing_waits(street: Street) -> None:
    street.provider.answers = {ANN: [refused], BOB: [lost]}
    outcomes = street.tell(later={D1: [ANN, BOB, CARL]}, is_urgent=True)
    assert outcomes == {ANN: "sent", BOB: "unknown", CARL: "scheduled"}
    assert street.provider.sent == [ANN]


def test_a_list_that_hangs_leaves_time_to_tell_what_is_critical(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scheduling may take two thirds of the time, so that the rest is there for the way out."""
    fault = ListError("the list of pending messages cannot be had")

    def slow(seconds: float) -> Any:
        street.seconds += seconds
        raise fault

    monkeypatch.setattr(street.provider, "pending", slow)
    outcomes = street.tell(later={D1: [ANN]}, is_urgent=True)
    assert outcomes == {ANN: "sent"}
    assert street.seconds - moment_of("2026-11-20 12:00") < DEADLINE


def test_a_list_that_is_denied_prevents_scheduling_alone(street: Street) -> None:
    denial = Denied("the service refused the request (HTTP 403 Forbidden)", passing=False)
    street.provider.look_faults = [denial]
    assert street.tell(CARL, later={D1: [ANN]}, is_urgent=True) == {CARL: "sent", ANN: "sent"}
    street.provider.look_faults = [denial]
    street.tell(later={D1: [BOB]})
    assert street.tell(later={D1: [BOB]}) == {BOB: "scheduled"}
    street.provider.look_faults = [denial]
    assert street.tell(BOB, is_urgent=True) == {BOB: "unknown"}
    assert "403" in street.reason(BOB)


def test_another_run_of_the_event_holds_up_no_one_but_those_who_could_be_told_later(street: Street) -> None:
    lock = NameLock(street.context_within(Deadline(10 * DEADLINE), check_mode=False), NAME)
    with lock.hold():
        assert street.tell(BOB, CARL, later={D1: [ANN]}, is_urgent=True) == {
            BOB: "in_progress",
            CARL: "sent",
            ANN: "in_progress",
        }
    assert street.tell(BOB, CARL, later={D1: [ANN]}) == {BOB: "sent", CARL: "duplicate", ANN: "scheduled"}


def test_a_ledger_that_cannot_be_read_sends_nothing_and_says_so(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> Any:
        raise LedgerError("the ledger cannot be read")

    for method in ("rows", "scheduled", "claim"):
        monkeypatch.setattr(street.ledger, method, broken)
    assert street.tell(CARL, BOB, later={D1: [ANN]}, is_urgent=True) == dict.fromkeys((CARL, BOB, ANN), "not_sent")
    assert street.provider.posts == []


def test_a_defect_hides_nothing_that_was_done(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    def defective(*_arguments: object) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(Service, "pending", defective)
    assert street.tell(CARL, later={D1: [ANN]}) == {CARL: "sent", ANN: "unknown"}
    assert "internal error RuntimeError" in street.reason(ANN)
    assert "secret" not in str(street.report)


def test_a_message_with_another_date_than_was_meant_is_cancelled_and_sent_at_once(street: Street) -> None:
    street.provider.echo = "2026-11-21 13:00:00"
    assert street.tell(later={D1: [ANN]}, is_urgent=True) == {ANN: "sent"}
    assert street.provider.cancels
    assert "another date" in street.reason(ANN) or "which is not the one that was meant" in street.reason(ANN)
