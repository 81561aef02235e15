# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduled, moved, cancelled: runs at the same time, runs that die, answers that are lost, dates in every form."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import SETTLE_MARGIN
from ansible_collections.voip_communications.sms.tests.support.desk import (
    AFTERWARDS,
    FIRST,
    SECOND,
    TEXT,
    THIRD,
    ZONE,
    Desk,
    documented,
    everybody,
    keys,
    outcomes,
)
from ansible_collections.voip_communications.sms.tests.support.folders import contents_of
from ansible_collections.voip_communications.sms.tests.support.module_names import (
    ACCOUNT_INFO,
    SCHEDULED,
    SCHEDULED_INFO,
)
from ansible_collections.voip_communications.sms.tests.support.moved_clock import MovedClock
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA, OWN
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTIONS_PATH

Requests = list[dict[str, Any]]
# Read by every Python that starts with its folder on the path: a clock that is ten minutes ahead.
LATER = "import time; real = time.time; time.time = lambda: real() + 600"
# Seconds within which the list is taken to catch up, and a cancel to have effect: the sandbox does both at once.
GRACE = "1"
MODES = [("per-recipient", "per-message"), ("per-request", "per-segment")]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Return one whose graces are short."""
    desk.controller.environment |= {"VOIPSMS_LIST_GRACE": GRACE, "VOIPSMS_CANCEL_GRACE": GRACE}
    return desk


@pytest.fixture
def clock(desk: Desk, tmp_path: Path) -> MovedClock:
    return MovedClock(desk.controller, desk.service.sandbox, tmp_path)


def deletes(number: int) -> Callable[[Requests], bool]:
    return lambda seen: sum(request["method"] == "DELETE" for request in seen) >= number


def posts(number: int) -> Callable[[Requests], bool]:
    return lambda seen: sum(request["path"] == "sms/send" for request in seen) >= number


class TestTwoRunsAtOnce:
    def test_of_one_name_end_with_one_date(self, desk: Desk) -> None:
        desk.service.sandbox.settings(latency=0.1)
        desk.race(desk.wanted(FIRST), desk.wanted(SECOND))
        assert desk.waiting in (everybody(FIRST), everybody(SECOND))
        desk.expect(sends=4, cancels=2)

    def test_that_want_the_same_schedule_once(self, desk: Desk) -> None:
        desk.service.sandbox.settings(latency=0.1)
        desk.race(*(desk.wanted(name=name) for name in (None, None, "window", "window")))
        assert desk.waiting == everybody(FIRST)
        desk.expect(sends=2, cancels=0)

    def test_the_second_gives_up_within_its_deadline(self, desk: Desk) -> None:
        desk.service.sandbox.settings(latency=1.0)
        # Ready before, since on a busy machine the first one ends before another has begun.
        late = desk.controller.start(module=SCHEDULED, **desk.wanted(SECOND, deadline=1))
        late.until_it_reads()
        first = desk.start(**desk.wanted(FIRST))
        desk.until(posts(1))
        second = late.go().wait().result
        assert not first.wait().result.get("failed")
        assert second["failed"] is True
        assert "another run is at work on the same name" in second["msg"]
        assert desk.waiting == everybody(FIRST)
        desk.expect(sends=2, cancels=0)


class TestKilled:
    """A run that is killed anywhere leaves nobody without a message, and the next one leaves nobody with two."""

    DEADLINE = 3
    WAITED = SETTLE_MARGIN - 1
    """Seconds after which its lock has a few left, so that the next run still has to wait for them."""

    @pytest.mark.parametrize(
        ("order", "moment"),
        [
            pytest.param({"path": "sms/send", "times": 2}, posts(1), id="while creating"),
            pytest.param({"path": "sms/scheduled/*", "status": 500}, deletes(1), id="before the first cancel"),
            pytest.param({"path": "sms/scheduled/*"}, deletes(1), id="after the first cancel"),
            pytest.param({"path": "sms/scheduled/*"}, deletes(2), id="after the second cancel"),
        ],
    )
    @pytest.mark.parametrize(("smsid", "records"), MODES)
    def test_the_next_run_finishes(
        self,
        order: dict[str, Any],
        moment: Callable[[Requests], bool],
        smsid: str,
        records: str,
        desk: Desk,
        clock: MovedClock,
    ) -> None:
        desk.service.sandbox.settings(smsid=smsid, records=records)
        assert desk.want(FIRST)["outcome"] == "scheduled"
        desk.service.sandbox.order(delay=1.5, **order)
        killed = desk.start(**desk.wanted(SECOND, deadline=self.DEADLINE))
        desk.until(moment)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        clock.later(self.WAITED)
        assert {to for to, _date in desk.waiting} == {ANNA, BEN}
        result = desk.want(SECOND)
        assert not result.get("failed"), result["msg"]
        assert desk.waiting == everybody(SECOND)
        sends = len(desk.service.sandbox.sends())
        assert sends == 4
        again = desk.want(SECOND)
        assert (again["changed"], again["outcome"]) == (False, "duplicate")
        desk.service.expect(sends)

    def test_what_was_never_accepted_is_created_when_that_is_certain(self, desk: Desk, clock: MovedClock) -> None:
        """Without an answer nothing is known, until the list proves an hour later that it was not accepted."""
        desk.service.sandbox.order(status=500, delay=1.5)
        killed = desk.start(**desk.wanted(FIRST, to=ANNA, deadline=self.DEADLINE))
        desk.until(posts(1))
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        clock.later(self.WAITED)
        doubtful = desk.want(FIRST, to=ANNA)
        assert (doubtful["failed"], doubtful["changed"]) == (True, False)
        assert outcomes(doubtful) == [(ANNA, "unknown")]
        assert "may have been scheduled" in doubtful["msg"]
        assert "nothing was changed" in doubtful["msg"]
        desk.expect(sends=1, cancels=0)
        desk.age(3600)
        assert desk.want(FIRST, to=ANNA)["outcome"] == "scheduled"
        assert desk.waiting == everybody(FIRST, ANNA)
        desk.expect(sends=2, cancels=0)


class TestLostAnswer:
    def test_of_a_schedule_is_looked_up(self, desk: Desk) -> None:
        desk.service.sandbox.order(status=500, accept=True)
        result = desk.want(to=ANNA)
        assert (result.get("failed", False), result["changed"], result["outcome"]) == (False, True, "scheduled")
        (message,) = desk.service.sandbox.messages()
        assert result["smsids"] == [message["smsid"]]
        assert "the answer was lost" in result["results"][0]["code_desc"]
        assert desk.want(to=ANNA)["outcome"] == "duplicate"
        desk.expect(sends=1, cancels=0)

    def test_that_nothing_came_of_fails_and_leaves_the_earlier_date(self, desk: Desk) -> None:
        desk.want(FIRST)
        desk.service.sandbox.order(status=500, times=2)
        result = desk.want(SECOND)
        assert (result["failed"], result["changed"]) == (True, True)
        assert sorted(outcomes(result)) == [(ANNA, "unknown"), (BEN, "unknown")]
        assert "may have been scheduled" in result["msg"]
        assert "the earlier message stays pending" in str(result["warnings"])
        assert desk.waiting == everybody(FIRST)
        desk.expect(sends=4, cancels=0)

    def test_of_a_cancel_is_seen_in_the_list(self, desk: Desk) -> None:
        desk.want()
        desk.service.sandbox.order(path="sms/scheduled/*", status=500, accept=True, times=2)
        result = desk.run(state="absent", name="window")
        assert (result.get("failed", False), result["outcome"]) == (False, "cancelled")
        assert not desk.waiting
        desk.expect(sends=2, cancels=2)


class TestRefused:
    def test_who_cannot_be_moved_keeps_the_earlier_message(self, desk: Desk) -> None:
        """The service refuses the new message to one: that one's old message stays, and the task fails."""
        desk.want(FIRST)
        desk.service.sandbox.order(record={"code": 500, "code_desc": "No route", "smsid": None})
        result = desk.want(SECOND, to=[ANNA])  # Ben is dropped
        assert result["failed"] is True
        assert "No route" in result["msg"]
        assert result["failed_to"] == [ANNA]
        assert "the earlier message stays pending" in str(result["warnings"])
        assert desk.waiting[ANNA, FIRST] == 1
        assert desk.waiting[BEN, FIRST] == 0
        desk.service.expect(3)

    def test_a_cancel_that_does_nothing_is_a_failure(self, desk: Desk) -> None:
        desk.want(to=ANNA)
        desk.service.sandbox.order(path="sms/scheduled/*", status=200, body={"error": False}, times=9)
        result = desk.run(state="absent", name="window")
        assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "refused")
        assert "still pending" in result["msg"]
        assert desk.waiting == everybody(FIRST, ANNA)
        desk.expect(sends=1, cancels=1)

    def test_wrong_credentials_change_nothing(self, desk: Desk) -> None:
        for options in (desk.wanted(), {"state": "absent", "name": "window"}, {"module": SCHEDULED_INFO}):
            result = desk.run(**options, api_password="wrong")
            assert result["failed"] is True
            assert "401" in result["msg"]
        desk.expect(sends=0, cancels=0)


class TestGoneOut:
    @pytest.fixture(autouse=True)
    def _gone(self, desk: Desk) -> None:
        desk.want(FIRST)
        desk.service.sandbox.set_clock(AFTERWARDS)
        desk.service.expect(2)

    def test_the_same_task_is_ok(self, desk: Desk) -> None:
        result = desk.want(FIRST)
        assert (result["changed"], result["outcome"]) == (False, "already_sent")

    def test_taking_back_is_ok_unless_the_task_says_otherwise(self, desk: Desk) -> None:
        assert desk.run(state="absent", name="window")["outcome"] == "already_sent"
        result = desk.run(state="absent", name="window", fail_if_sent=True)
        assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "already_sent")
        assert desk.cancels == 0

    def test_a_new_message_for_then_is_refused(self, desk: Desk) -> None:
        result = desk.want(FIRST, to=[ANNA, BEN, CARA])
        assert result["failed"] is True
        assert "in the past" in result["msg"]

    def test_neither_needs_a_zone_when_the_date_is_over_everywhere(self, desk: Desk) -> None:
        for check in (True, False):
            assert desk.want(FIRST, check=check, account_timezone=None)["outcome"] == "already_sent"
            result = desk.want(FIRST, check=check, to=[ANNA, CARA], account_timezone=None)
            assert result["failed"] is True
            assert f"delivery_date {FIRST} is in the past in every zone of the world" in result["msg"]
        desk.service.expect(2)

    def test_the_name_may_be_used_again(self, desk: Desk) -> None:
        later = "2098-04-01 12:00"
        assert desk.want(later)["outcome"] == "scheduled"
        assert desk.waiting == everybody(later)
        desk.expect(sends=4, cancels=0)


class TestDates:
    WINTER = timezone(timedelta(hours=1))
    WALL = datetime.fromisoformat("2098-12-01 22:00")

    SENT: tuple[tuple[object, dict[str, Any], str, str | None], ...] = (
        ("2098-12-01T22:00:00+01:00", {}, "2098-12-01 15:00", "2098-12-01T15:00:00-06:00"),
        ("2098-12-01T21:00:00Z", {}, "2098-12-01 15:00", "2098-12-01T15:00:00-06:00"),
        ("2098-12-01 22:00", {}, "2098-12-01 22:00", "2098-12-01T22:00:00-06:00"),
        ("2098-12-01 22:00", {"timezone": "Europe/Berlin"}, "2098-12-01 15:00", "2098-12-01T15:00:00-06:00"),
        ("2098-12-01 22:00", {"account_timezone": None}, "2098-12-01 22:00", None),
        # As YAML reads it.
        (WALL, {}, "2098-12-01 22:00", "2098-12-01T22:00:00-06:00"),
        (datetime(2098, 12, 1, 22, tzinfo=WINTER), {}, "2098-12-01 15:00", "2098-12-01T15:00:00-06:00"),
    )
    REFUSED: tuple[tuple[object, dict[str, Any], str], ...] = (
        ("2098-12-01T22:00:00+01:00", {"account_timezone": None}, "account_timezone"),
        ("2098-12-01 22:00", {"account_timezone": None, "timezone": "Europe/Berlin"}, "account_timezone"),
        ("2098-12-01 22:00:30", {}, "seconds"),
        ("2098-02-30 12:00", {}, "does not exist"),
        (date(2098, 12, 1), {}, "no hour"),
        ("2027-03-14 02:30", {}, "does not exist in America/Chicago"),
        ("2027-11-07 01:30", {"timezone": ZONE}, "exists twice"),
        ("2020-01-01 12:00", {}, "in the past"),
        ("2020-01-01 10:00", {"account_timezone": None}, "in the past in every zone of the world"),
        ("2020-01-01 10:00", {"account_timezone": None, "min_lead": 0}, "in the past in every zone of the world"),
        ("2098-12-01 22:00", {"timezone": "Europe/Nowhere"}, "not known"),
    )

    def test_are_sent_as_wall_time_of_the_account(self, desk: Desk) -> None:
        tasks = [
            desk.task(to=ANNA, msg=f"{TEXT} {number}", delivery_date=given, **options)
            for number, (given, options, _wire, _at) in enumerate(self.SENT)
        ]
        run = desk.play(*tasks)
        assert [result["outcome"] for result in run.results] == ["scheduled"] * len(tasks), run.everything
        sends = desk.service.expect(len(tasks))
        for (given, options, wire, at), result, send in zip(self.SENT, run.results, sends, strict=True):
            assert (result["delivery_date"], result["delivery_at"]) == (wire, at), (given, options)
            assert send["form"]["delivery_date"] == wire, (given, options)

    def test_that_cannot_be_meant_are_refused(self, desk: Desk) -> None:
        run = desk.play(
            *(desk.task(to=ANNA, msg=TEXT, delivery_date=given, **options) for given, options, _why in self.REFUSED)
        )
        for (given, options, sentence), record in zip(self.REFUSED, run.records, strict=True):
            assert record.kind == "failed", (given, options)
            assert sentence in record.result["msg"], (given, options)
            assert "nothing was sent" in record.result["msg"], (given, options)

    @pytest.mark.parametrize("check", [True, False])
    def test_over_in_every_zone_are_refused_without_a_zone(self, check: bool, desk: Desk) -> None:
        result = desk.want("2020-01-01 10:00", check=check, account_timezone=None)
        assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "not_sent")
        assert "delivery_date 2020-01-01 10:00 is in the past in every zone of the world" in result["msg"]
        assert "nothing was sent" in result["msg"]
        desk.service.expect(0)

    @pytest.mark.parametrize("check", [True, False])
    def test_over_in_some_zone_are_a_warning_that_names_the_option(self, check: bool, desk: Desk) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        soon = (now + timedelta(hours=2)).isoformat(sep=" ", timespec="minutes")
        result = desk.want(soon, check=check, account_timezone=None)
        assert result["outcome"] == ("would_schedule" if check else "scheduled")
        assert len(result["warnings"]) == 1
        assert f"delivery_date {soon} may be in the past" in str(result["warnings"])
        assert "set account_timezone" in str(result["warnings"])
        assert "warnings" not in desk.want(soon, check=check)
        later = (now + timedelta(hours=15)).isoformat(sep=" ", timespec="minutes")
        assert "warnings" not in desk.want(later, check=check, account_timezone=None)
        desk.service.expect(0 if check else 4)

    def test_too_near_is_refused(self, desk: Desk) -> None:
        soon = (datetime.now(UTC) + timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:00Z")
        result = desk.want(soon, min_lead=30)
        assert result["failed"] is True
        assert "min_lead" in result["msg"]
        assert desk.want(soon, min_lead=15)["outcome"] == "scheduled"
        desk.service.expect(2)


class TestCheckMode:
    def foretold(self, desk: Desk, **options: Any) -> dict[str, Any]:
        """Return what check mode says; it changes no byte, and asks for nothing but the list."""
        before, asked = contents_of(desk.controller.home), len(desk.service.sandbox.requests())
        result = desk.run(check=True, diff=True, **options)
        assert contents_of(desk.controller.home) == before
        assert {request["method"] for request in desk.service.sandbox.requests()[asked:]} <= {"GET"}
        return result

    def facts(self, result: dict[str, Any]) -> dict[str, Any]:
        names = (
            "changed",
            "failed_to",
            "key",
            "encoding",
            "segments",
            "delivery_date",
            "delivery_at",
            "ledger_created",
        )
        words = {"would_schedule": "scheduled", "would_cancel": "cancelled"}
        return {
            **{name: result[name] for name in names},
            "failed": result.get("failed", False),
            "outcome": words.get(result["outcome"], result["outcome"]),
            "results": [(to, words.get(outcome, outcome)) for to, outcome in outcomes(result)],
            "diff": result.get("diff"),
        }

    @pytest.mark.parametrize(("smsid", "records"), MODES)
    def test_every_step_is_foretold(self, smsid: str, records: str, desk: Desk) -> None:
        desk.service.sandbox.settings(smsid=smsid, records=records)
        desk.schedule_elsewhere(BEN, CARA, text="Another", date=THIRD)
        desk.service.expect(1)
        long = "A very long story " * 20
        steps: list[dict[str, Any]] = [
            desk.wanted(FIRST),
            desk.wanted(FIRST),
            desk.wanted(SECOND),
            desk.wanted(SECOND, msg=long),
            desk.wanted(FIRST, to=[BEN]),
            desk.wanted(FIRST, to=[ANNA, BEN, CARA]),
            {"to": CARA, "msg": "Another", "delivery_date": THIRD},
            {"state": "absent", "to": [ANNA], "delivery_date": FIRST},
            {"state": "absent", "name": "window"},
            {"state": "absent", "name": "window"},
            desk.wanted(FIRST),
            {"state": "absent"},
        ]
        for step in steps:
            foretold = self.foretold(desk, **step)
            real = desk.run(diff=True, **step)
            assert self.facts(foretold) == self.facts(real), step
            assert foretold.get("warnings") == real.get("warnings")
        desk.service.expect(len(desk.service.sandbox.sends()))

    def test_check_mode_makes_no_ledger(self, desk: Desk) -> None:
        assert self.foretold(desk, **desk.wanted())["outcome"] == "would_schedule"
        assert not desk.controller.ledger.parent.exists()

    def test_the_difference_can_be_read(self, desk: Desk) -> None:
        desk.want(FIRST, to=ANNA)
        run = desk.play(desk.task(**desk.wanted(SECOND, to=ANNA)), arguments=("--check", "--diff"))
        size = "1 segment in GSM-7:"
        shown = f"-at {FIRST}, {size}\n+at {SECOND}, {size}\n     {TEXT}\n to:\n     {ANNA}  scheduled\n"
        assert shown in run.stdout
        desk.expect(sends=1, cancels=0)


class TestReturned:
    """Every key that the documentation names, and no other, whatever happens."""

    def test_keys_of_a_schedule_are_the_documented_ones(self, desk: Desk) -> None:
        tasks: list[dict[str, Any]] = [
            desk.wanted(),
            desk.wanted(),
            desk.wanted(to="123"),
            {"state": "absent", "name": "window"},
            {"state": "absent", "name": "window"},
            {"state": "absent"},
        ]
        for task in tasks:
            for check in (True, False):
                assert keys(desk.run(check=check, **task)) == documented(SCHEDULED), task
        desk.service.expect(2)

    @pytest.mark.parametrize("module", [SCHEDULED_INFO, ACCOUNT_INFO])
    def test_keys_of_what_only_reads_are_the_documented_ones(self, module: str, desk: Desk) -> None:
        desk.want()
        wishes: list[dict[str, Any]] = [{}, {"api_password": "wrong"}, {"api_url": "ftp://here"}]
        for options in wishes:
            for check in (True, False):
                result = desk.run(check=check, module=module, **options)
                assert keys(result) == documented(module)
                assert result.get("failed", False) is bool(options), result["msg"]
                assert result["changed"] is False
        desk.expect(sends=2, cancels=0)

    def test_what_a_pending_message_is(self, desk: Desk) -> None:
        scheduled = desk.want(SECOND, to=ANNA)
        desk.want(FIRST, to=BEN, name="other")
        result = desk.run(module=SCHEDULED_INFO)
        assert [message["to"] for message in result["scheduled"]] == [BEN, ANNA]
        assert result["scheduled"][1] == {
            "smsids": scheduled["smsids"],
            "to": ANNA,
            "name": None,
            "from": OWN,
            "msg": TEXT,
            "delivery_date": SECOND,
            "delivery_at": "2098-03-04T12:00:00-06:00",
        }
        assert [each["to"] for each in desk.run(module=SCHEDULED_INFO, name="other")["scheduled"]] == [BEN]
        nobody = desk.run(module=SCHEDULED_INFO, to=CARA)
        assert (nobody["scheduled"], nobody.get("failed", False)) == ([], False)
        desk.service.expect(2)

    def test_the_zone_of_the_account(self, desk: Desk) -> None:
        desk.service.sandbox.settings(zone="Europe/Berlin")
        result = desk.run(module=ACCOUNT_INFO)
        assert (result["account_timezone"], result["balance_warning"]) == ("Europe/Berlin", "0.00")


class TestFromNowOn:
    """A date that counts from now on is resolved once, in a module of its own and in a task of a playbook."""

    def test_it_is_resolved_once_and_the_name_remembers_it(self, desk: Desk, tmp_path: Path) -> None:
        rehearsed = desk.want("+2h", check=True)
        assert outcomes(rehearsed) == [(ANNA, "would_schedule"), (BEN, "would_schedule")]
        date = desk.want("+2h")["delivery_date"]
        assert desk.waiting == everybody(date)
        (tmp_path / "sitecustomize.py").write_text(LATER, encoding="ascii")
        desk.controller.environment["PYTHONPATH"] = f"{tmp_path}:{COLLECTIONS_PATH}"
        again = desk.play(
            desk.task(**desk.wanted("+120m")),
            desk.task(**desk.wanted("+2h", state="absent")),
            desk.task(**desk.wanted("monday 08:00", timezone="Europe/Berlin")),
        ).results
        assert [(task["outcome"], task["changed"]) for task in again] == [
            ("duplicate", False),
            ("cancelled", True),
            ("scheduled", True),
        ]
        assert again[0]["delivery_date"] == date
        assert desk.waiting == everybody(again[2]["delivery_date"])
        desk.expect(sends=4, cancels=2)

    def test_two_runs_at_once_agree(self, desk: Desk) -> None:
        desk.service.sandbox.settings(latency=0.1)
        results = desk.race(*(desk.wanted("+2h") for _run in range(4)))
        (date,) = {result["delivery_date"] for result in results}
        assert desk.waiting == everybody(date)
        desk.expect(sends=2, cancels=0)
