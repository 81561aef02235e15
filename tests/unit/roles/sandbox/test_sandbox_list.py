# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of scheduled messages where settings keep it from being the truth: late, short, empty, or cancelled late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.clock import Clock
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.feed import Feed
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.gateway import (
    Gateway,
    RefusalError,
)
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.settings import Settings
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.state import State
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
NOON = "2026-12-01 12:00"
UNTIL_NOON = 8 * 3600.0
"""Seconds from ``NOW`` to noon in Chicago."""


class Service:
    """A gateway whose clock moves only when a test says so."""

    def __init__(self, **settings: Any) -> None:
        self.seconds = 0.0
        clock = Clock(source=lambda: NOW + timedelta(seconds=self.seconds))
        self.gateway = Gateway(Settings().changed(settings), clock)

    def at(self, seconds: float) -> Service:
        """Set the clock to seconds after the start."""
        self.seconds = seconds
        self.gateway.tick()
        return self

    def send(self, to: str = ANN, date: str = NOON) -> str:
        """Schedule a message, and return its smsid."""
        return str(self.gateway.send(to, "Hello", delivery_date=date)[0]["smsid"])

    @property
    def listed(self) -> list[str]:
        return [record["smsid"] for record in self.gateway.scheduled()]

    @property
    def states(self) -> list[str]:
        return [sms.state for sms in self.gateway.messages]


def listed_at(service: Service, *moments: float) -> list[bool]:
    """Return whether the list shows anything at these moments."""
    return [bool(service.at(moment).listed) for moment in moments]


class TestLag:
    def test_a_new_message_is_shown_late(self) -> None:
        service = Service(list_lag=10)
        service.send()
        assert listed_at(service, 0, 9.9, 10, 3600) == [False, False, True, True]
        assert service.states == ["PENDING"]

    def test_a_cancelled_one_is_shown_as_long_as_the_list_lags(self) -> None:
        service = Service(list_lag=10)
        smsid = service.send()
        service.at(60).gateway.cancel(smsid)
        assert service.states == ["CANCELLED"]
        assert listed_at(service, 60, 69.9, 70) == [True, True, False]

    def test_one_that_is_cancelled_before_it_is_shown_appears_and_goes(self) -> None:
        service = Service(list_lag=10)
        service.gateway.cancel(service.send())
        assert listed_at(service, 0, 9.9, 10) == [False, False, False]
        service = Service(list_lag=10, cancelled_shown=5)
        service.gateway.cancel(service.send())
        assert listed_at(service, 9.9, 10, 14.9, 15) == [False, True, True, False]

    def test_both_of_a_move_are_shown_in_turn(self) -> None:
        service = Service(list_lag=10)
        old = service.send()
        service.at(100)
        new = service.send(date="2026-12-02 12:00")
        service.at(101).gateway.cancel(old)
        assert service.at(105).listed == [old]
        assert service.at(110.5).listed == [old, new]
        assert service.at(111).listed == [new]


class TestCancelledShownLonger:
    def test_it_looks_as_if_it_was_waiting(self) -> None:
        service = Service(cancelled_shown=5)
        smsid = service.send()
        before = service.gateway.scheduled()
        service.at(1).gateway.cancel(smsid)
        assert service.states == ["CANCELLED"]
        assert service.gateway.scheduled() == before
        assert before[0]["status"] == "SCHEDULED"
        assert listed_at(service, 5.9, 6) == [True, False]
        with pytest.raises(RefusalError):
            service.at(2).gateway.cancel(smsid)

    def test_not_beyond_its_date(self) -> None:
        service = Service(cancelled_shown=3600)
        smsid = service.send()
        service.at(UNTIL_NOON - 10).gateway.cancel(smsid)
        assert listed_at(service, UNTIL_NOON - 1, UNTIL_NOON) == [True, False]

    def test_what_has_gone_out_or_was_refused_is_not_shown(self) -> None:
        service = Service(list_lag=10, cancelled_shown=3600)
        service.gateway.send(f"{ANN},15005550404", "now")
        service.gateway.receive(BOB, "17130000000", "Thanks")
        service.send()
        assert service.at(UNTIL_NOON).listed == []
        assert service.states == ["SENT", "REFUSED", "SENT", "SENT"]


class TestHiddenBefore:
    def test_it_leaves_the_list_and_goes_out(self) -> None:
        service = Service(hidden_before=900)
        smsid = service.send()
        assert listed_at(service, UNTIL_NOON - 901, UNTIL_NOON - 900, UNTIL_NOON - 1) == [True, False, False]
        with pytest.raises(RefusalError):
            service.gateway.cancel(smsid)
        assert service.states == ["PENDING"]
        assert service.at(UNTIL_NOON).states == ["SENT"]

    def test_a_message_for_soon_is_never_shown(self) -> None:
        service = Service(hidden_before=900)
        service.send(date="2026-12-01 04:10")
        assert (service.listed, service.states) == ([], ["PENDING"])
        assert service.at(600).states == ["SENT"]


class TestCancelDelay:
    def test_it_is_answered_at_once_and_takes_effect_later(self) -> None:
        service = Service(cancel_delay=30)
        smsid = service.send()
        assert service.gateway.cancel(smsid)[0]["status"] == "CANCELLED"
        assert (service.states, service.listed) == (["PENDING"], [smsid])
        assert service.at(29.9).listed == [smsid]
        assert (service.at(30).listed, service.states) == ([], ["CANCELLED"])
        assert service.gateway.messages[0].state_at == NOW + timedelta(seconds=30)
        assert service.at(UNTIL_NOON).states == ["CANCELLED"]

    def test_a_message_whose_date_comes_first_goes_out(self) -> None:
        service = Service(cancel_delay=30)
        smsid = service.send()
        service.at(UNTIL_NOON - 30).gateway.cancel(smsid)
        assert service.at(UNTIL_NOON + 60).states == ["SENT"]
        service = Service(cancel_delay=29)
        smsid = service.send()
        service.at(UNTIL_NOON - 30).gateway.cancel(smsid)
        assert service.at(UNTIL_NOON + 60).states == ["CANCELLED"]

    def test_a_repeated_cancel_is_confirmed_and_the_earlier_effect_counts(self) -> None:
        service = Service(cancel_delay=30)
        smsid = service.send()
        service.gateway.cancel(smsid)
        service.at(20).gateway.cancel(smsid)
        assert service.at(30).states == ["CANCELLED"]
        with pytest.raises(RefusalError):
            service.gateway.cancel(smsid)

    def test_a_cancel_without_delay_overtakes_it(self) -> None:
        service = Service(cancel_delay=30)
        smsid = service.send()
        service.gateway.cancel(smsid)
        service.gateway.settings = service.gateway.settings.changed({"cancel_delay": 0})
        service.at(1).gateway.cancel(smsid)
        assert service.states == ["CANCELLED"]

    def test_it_is_for_all_that_share_an_smsid(self) -> None:
        service = Service(cancel_delay=30, smsid="per-request")
        smsid = service.send(f"{ANN},{BOB}")
        assert len(service.gateway.cancel(smsid)) == 2
        assert service.at(30).states == ["CANCELLED", "CANCELLED"]

    def test_with_a_list_that_lags_it_is_shown_longer_still(self) -> None:
        service = Service(cancel_delay=30, list_lag=10, cancelled_shown=5)
        smsid = service.send()
        service.at(100).gateway.cancel(smsid)
        assert listed_at(service, 144.9, 145) == [True, False]

    def test_a_delay_beyond_the_calendar_never_takes_effect(self) -> None:
        service = Service(cancel_delay=1e300)
        service.gateway.cancel(service.send())
        assert service.at(UNTIL_NOON).states == ["SENT"]


class TestEmptyLists:
    def test_are_counted_down(self) -> None:
        service = Service(empty_lists=2)
        smsid = service.send()
        assert [service.listed for _time in range(3)] == [[], [], [smsid]]
        assert service.gateway.settings.empty_lists == 0


def test_without_settings_a_clock_that_is_set_back_hides_nothing() -> None:
    service = Service()
    first, second = service.send(), service.send(BOB)
    service.gateway.cancel(first)
    assert service.at(-3600).listed == [second]


class TestOverHttp:
    """By the sandbox's own clock, which a test moves."""

    def test_by_the_clock_of_the_sandbox(self, caller: Any) -> None:
        caller.control("settings", {"list_lag": 60, "cancelled_shown": "30", "cancel_delay": 600})
        (record,) = caller.send(ANN, delivery_date=NOON)
        assert caller.scheduled() == []
        caller.control("clock", {"advance": 60})
        assert caller.scheduled() == [ANN]
        answer = caller.delete(f"sms/scheduled/{record['smsid']}")
        assert (answer.status_code, answer.json["cancelled"][0]["status"]) == (200, "CANCELLED")
        assert (caller.states(), caller.scheduled()) == (["PENDING"], [ANN])
        assert caller.control("messages")["messages"][0]["cancel_at"].startswith("2026-12-01T10:11:")
        caller.control("clock", {"advance": 600})
        assert (caller.states(), caller.scheduled()) == (["CANCELLED"], [ANN])
        caller.control("clock", {"advance": 90})
        assert caller.scheduled() == []

    def test_hidden_and_out(self, caller: Any) -> None:
        caller.control("settings", {"hidden_before": 900})
        (record,) = caller.send(ANN, delivery_date=NOON)
        caller.control("clock", {"set": "2026-12-01T17:50:00Z"})
        assert caller.scheduled() == []
        assert caller.delete(f"sms/scheduled/{record['smsid']}").json["error"] is True
        caller.control("clock", {"set": "2026-12-01T18:00:00Z"})
        assert caller.states() == ["SENT"]

    def test_empty_lists_are_counted_down(self, caller: Any) -> None:
        caller.send(ANN, delivery_date=NOON)
        caller.control("settings", {"empty_lists": "1"})
        caller.get("sms/scheduled", auth=("key", "wrong"))
        assert caller.control("settings")["empty_lists"] == 1
        assert (caller.scheduled(), caller.scheduled()) == ([], [ANN])
        assert caller.control("settings")["empty_lists"] == 0

    @pytest.mark.parametrize("name", ["list_lag", "cancelled_shown", "hidden_before", "cancel_delay", "empty_lists"])
    def test_what_cannot_be_is_refused(self, caller: Any, name: str) -> None:
        for value in (-1, "soon", float("inf"), None, True):
            assert f"'{name}' must" in caller.refused("settings", {name: value})
        assert caller.control("settings")[name] == 0

    def test_the_page_hears_of_the_settings_and_of_a_cancel_that_waits(self, caller: Any, state: State) -> None:
        feed = Feed(state)
        with state.read():
            feed.news()
        caller.control("settings", {"cancel_delay": 60})
        (record,) = caller.send(ANN, delivery_date=NOON)
        caller.delete(f"sms/scheduled/{record['smsid']}")
        with state.read():
            news = feed.news()
        assert news["settings"]["cancel_delay"] == 60
        assert [(each["state"], each["cancel_at"][:16]) for each in news["messages"]] == [
            ("PENDING", "2026-12-01T10:01")
        ]
        caller.control("clock", {"advance": 61})
        with state.read():
            assert [each["state"] for each in feed.news()["messages"]] == ["CANCELLED"]


class TestStateFile:
    def test_a_cancel_that_waits_survives_a_restart(self, tmp_path: Path) -> None:
        state = State(tmp_path / "state")
        with state.open():
            state.gateway.settings = state.gateway.settings.changed({"cancel_delay": 60, "list_lag": 5})
            smsid = state.gateway.send(ANN, "Hello", delivery_date="2099-12-01 12:00")[0]["smsid"]
            state.gateway.cancel(smsid)
        after = State(tmp_path / "state")
        assert after.gateway.to_dict() == state.gateway.to_dict()
        after.gateway.clock.advance(61)
        with after.open():
            assert [sms.state for sms in after.gateway.messages] == ["CANCELLED"]

    def test_one_of_an_older_sandbox_is_read(self) -> None:
        service = Service(list_lag=10)
        service.send()
        fields = service.gateway.to_dict()
        for name in ("accepted_at", "cancel_at", "request"):
            del fields["messages"][0][name]
        del fields["settings"]["list_lag"]
        gateway = Gateway.from_dict(fields)
        gateway.settings = gateway.settings.changed({"list_lag": 10})
        assert [sms.text for sms in gateway.messages] == ["Hello"]
        assert (gateway.messages[0].accepted_at, gateway.messages[0].cancel_at) == (None, None)
        assert gateway.messages[0].request is None


def test_the_log_in_either_order_with_answers_that_show_late() -> None:
    service = Service(log_order="oldest", incoming_lag=20, page_size=1)
    service.gateway.send(ANN, "Deploy?", sender=BOB)
    service.gateway.receive(ANN, BOB, "yes")

    def shown() -> list[str]:
        pages = [service.gateway.summary(page) for page in ("0", "1", "2")]
        assert max(map(len, pages)) == 1
        return [record["sms_msg"] for page in pages for record in page]

    assert shown() == ["Deploy?"]
    assert [record["sms_msg"] for record in service.gateway.chat(BOB, ANN, "0")] == ["Deploy?"]
    service.at(20)
    assert shown() == ["Deploy?", "yes"]
    service.gateway.settings = service.gateway.settings.changed({"log_order": "newest"})
    assert shown() == ["yes", "Deploy?"]
    assert len(service.gateway.messages) == 2
