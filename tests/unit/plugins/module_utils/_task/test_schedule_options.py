# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options about scheduled messages, to requests and matches: every rule, and all that is wrong named at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import USUAL_PATHS, Paths
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import KEPT, Fingerprints, key_of
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import (
    RelativeRequest,
    ScheduleRequest,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import AT_A_TIME
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_context import read_paths
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_options import (
    ScheduleOptions,
    read_cancel_request,
    read_match,
    read_schedule_options,
    scheduler_of,
)
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_scheduled, voipsms_scheduled_info
from ansible_collections.voip_communications.sms.tests.support import fault_server
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, OURS, OWN
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import options_of

SMSID = "2017559ea27008c6b7122900621"
FINGERPRINTS = Fingerprints.of(None, "key")

Read = Callable[[Mapping[str, Any]], Any]


def options(**changes: Any) -> dict[str, Any]:
    return options_of(voipsms_scheduled.argument_spec(), **changes)


def booked(**changes: Any) -> ScheduleOptions:
    return read_schedule_options(
        options(**{"to": [ANNA], "msg": "hello", "delivery_date": "2026-12-01 15:00", **changes})
    )


def asked(found: ScheduleOptions) -> ScheduleRequest:
    assert isinstance(found.request, ScheduleRequest)
    return found.request


def wanted(**changes: Any) -> ScheduleRequest:
    return asked(booked(**changes))


def removed(**changes: Any) -> Match:
    return read_cancel_request(options(state="absent", **changes))[1].match


def faults(read: Callable[..., Any], **changes: Any) -> list[str]:
    return list(sentences_of(read, **changes))


# --- state: present ---------------------------------------------------------------------------------------------------


def test_a_good_task_is_one_request_for_its_date() -> None:
    found = booked(
        to=[ANNA, BEN],
        name="window",
        delivery_date="2026-12-01T22:00:00+01:00",
        account_timezone="America/Chicago",
        **{"from": OWN},
    )
    request = asked(found)
    wanted = request.delivery
    assert (wanted.recipients, wanted.sender, wanted.text) == ((ANN, BOB), OURS, "hello")
    assert (wanted.batch_size, wanted.at_a_time, wanted.segments) == (1, AT_A_TIME, 1)
    assert wanted.key == key_of(OURS, "hello", "2026-12-01 15:00")
    assert wanted.label == ""
    assert wanted.schedule is not None
    instant = datetime(2026, 12, 1, 21, 0, tzinfo=UTC).timestamp()
    assert (wanted.schedule.date, wanted.schedule.delivers_at) == ("2026-12-01 15:00", instant)
    assert wanted.schedule.name == FINGERPRINTS.name("window")
    assert wanted.dedupe.until == instant + KEPT
    assert (found.encoding, found.warnings) == ("GSM-7", ())
    assert (request.min_lead, request.fail_on_mismatch) == (1, True)


def test_the_key_is_a_hash_of_sender_text_and_minute_and_never_of_anything_else() -> None:
    one = wanted().delivery.key
    assert one == key_of("", "hello", "2026-12-01 15:00")
    same = ({"name": "n"}, {"to": [BEN]}, {"delivery_date": "2026-12-01 15:00:00"}, {"min_lead": 5})
    assert {wanted(**changes).delivery.key for changes in same} == {one}
    others = ({"msg": "hullo"}, {"delivery_date": "2026-12-01 15:01"}, {"from": OWN})
    assert one not in {wanted(**changes).delivery.key for changes in others}


def test_the_same_instant_in_two_notations_is_the_same_message() -> None:
    dates = (
        {"delivery_date": "2026-12-01T22:00:00+01:00"},
        {"delivery_date": "2026-12-01 21:00Z"},
        {"delivery_date": "2026-12-01 22:00", "timezone": "Europe/Berlin"},
        {"delivery_date": "2026-12-01 15:00"},
        {"delivery_date": datetime(2026, 12, 1, 15, 0)},  # noqa: DTZ001 - as YAML reads an unquoted date
    )
    found = {wanted(account_timezone="America/Chicago", **date).delivery.key for date in dates}
    assert len(found) == 1


def test_without_a_zone_the_earliest_moment_that_a_date_can_mean_is_taken() -> None:
    schedule = wanted().delivery.schedule
    assert schedule is not None
    assert schedule.delivers_at == datetime(2026, 12, 1, 1, 0, tzinfo=UTC).timestamp()


def test_a_number_that_is_listed_twice_gets_one_message_and_a_warning() -> None:
    found = booked(to=[ANNA, "0012812345678"])
    assert asked(found).delivery.recipients == (ANN,)
    assert found.warnings == ("'0012812345678' is listed more than once in to; it gets one message",)


def test_one_number_is_a_list_of_one() -> None:
    assert wanted(to=ANNA).delivery.recipients == (ANN,)


def test_a_mismatch_may_be_a_warning() -> None:
    assert wanted(on_date_mismatch="warn").fail_on_mismatch is False


def test_charset_gsm7_writes_the_text_plainly() -> None:
    assert wanted(msg="\u201chello\u201d", charset="gsm7").delivery.text == '"hello"'
    assert "GSM-7" in faults(booked, msg="\u4f60", charset="gsm7")[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to": None}, "to is needed for state=present"),
        ({"to": []}, "to is needed for state=present"),
        ({"to": ""}, "to is needed for state=present"),
        ({"msg": None}, "msg is needed for state=present"),
        ({"msg": ""}, "msg is needed for state=present"),
        ({"delivery_date": None}, "delivery_date is needed for state=present"),
        ({"delivery_date": ""}, "delivery_date is needed for state=present"),
        ({"smsid": [SMSID]}, "smsid is for state=absent"),
        ({"to": ["12"]}, "to: "),
        ({"to": [12812345678]}, "to: "),
        ({"from": "abc"}, "from: "),
        ({"msg": "x" * 161, "max_segments": 1}, "segments"),
        ({"max_segments": 256}, "max_segments must be from 1 to 255"),
        ({"min_lead": -1}, "min_lead must be from 0 to 10080"),
        ({"min_lead": 10081}, "min_lead must be from 0 to 10080"),
        ({"name": ""}, "name must be 1 to 200 printable characters"),
        ({"name": "  "}, "name must be 1 to 200 printable characters"),
        ({"name": "a\nb"}, "name must be 1 to 200 printable characters"),
        ({"name": "x" * 201}, "name must be 1 to 200 printable characters"),
        ({"name": "n", "ledger": "none"}, "name needs a ledger"),
        ({"delivery_date": "soon"}, "delivery_date 'soon' is not a date"),
        ({"delivery_date": "2026-12-01 15:00:30"}, "has seconds"),
        ({"delivery_date": "2027-02-30 15:00"}, "does not exist"),
        ({"delivery_date": "2026-12-01 15:00Z"}, "set account_timezone"),
        ({"timezone": "Europe/Berlin"}, "set account_timezone"),
        ({"timezone": "Mars/Base", "account_timezone": "UTC"}, "timezone 'Mars/Base' is not known"),
        ({"account_timezone": "Mars/Base"}, "account_timezone 'Mars/Base' is not known"),
        ({"delivery_date": "2027-03-14 02:30", "account_timezone": "America/Chicago"}, "does not exist in"),
        ({"delivery_date": "2026-11-01 01:30", "account_timezone": "America/Chicago"}, "exists twice in"),
        ({"scheduled_path": "/sms/scheduled"}, "scheduled_path must be a path"),
        ({"cancel_path": "sms/cancel"}, "cancel_path must hold {smsid}"),
        ({"ledger": "relative"}, "must be an absolute path"),
        ({"api_key": None}, "api_key is missing"),
    ],
)
def test_every_fault_of_a_booking(changes: dict[str, Any], words: str) -> None:
    found = faults(booked, **changes)
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize("read", [booked, removed])
def test_a_date_from_now_on_needs_a_name_that_remembers_it(read: Read) -> None:
    chicago = {"account_timezone": "America/Chicago"}
    (found,) = faults(read, delivery_date="+2h", **chicago)
    assert found.startswith("delivery_date counts from now on, and needs name: it is resolved once")
    (found,) = faults(read, delivery_date="+2h", name="n", ledger="none", **chicago)
    assert found == "name needs a ledger, and ledger is none, which remembers nothing"
    found, other = faults(read, delivery_date="tomorrow 08:00")
    assert "needs name" in found
    assert "'tomorrow 08:00' counts from now on, but the service takes wall time of the account: set" in other


def test_of_hours_that_exist_twice_an_offset_means_the_first() -> None:
    chicago = {"account_timezone": "America/Chicago"}
    assert wanted(delivery_date="2026-11-01 01:30-05:00", **chicago).date.wire == "2026-11-01 01:30"
    assert "exists twice" in faults(booked, delivery_date="2026-11-01 01:30-06:00", **chicago)[0]


def test_all_faults_of_a_booking_are_named_at_once() -> None:
    found = faults(
        booked,
        api_key=None,
        to=["12", ANNA, "letters"],
        msg="",
        delivery_date="soon",
        smsid=[SMSID],
        name=" ",
        min_lead=-1,
        max_segments=999,
        ledger="relative",
        cancel_path="sms/cancel",
        **{"from": "abc"},
    )
    assert len(found) == 12
    for words in (
        "msg is needed",
        "smsid is for",
        "from: ",
        "'soon'",
        "max_segments",
        "api_key",
        "cancel_path",
        "name ",
    ):
        assert any(words in fault for fault in found)
    assert sum(fault.startswith("to: ") for fault in found) == 2


# --- state: absent ----------------------------------------------------------------------------------------------------


def test_every_option_that_says_which_message_is_read() -> None:
    assert removed(smsid=[SMSID, SMSID, "b"]) == Match(smsids=(SMSID, "b"))
    assert removed(name="window") == Match(name=FINGERPRINTS.name("window"))
    assert removed(to=[ANNA, BEN]) == Match(to=frozenset({ANN, BOB}))
    assert removed(**{"from": OWN}) == Match(sender=OURS)
    assert removed(msg="hello") == Match(text="hello")
    assert removed(delivery_date="2026-12-01 15:00") == Match(date="2026-12-01 15:00")
    berlin = {"timezone": "Europe/Berlin", "account_timezone": "America/Chicago"}
    found = removed(to=ANNA, msg="hello", delivery_date="2026-12-01 22:00", **berlin)
    assert found == Match(to=frozenset({ANN}), text="hello", date="2026-12-01 15:00")


def test_a_text_is_cancelled_as_it_was_scheduled() -> None:
    assert removed(msg="\u201chello\u201d", charset="gsm7") == Match(text='"hello"')


def test_a_date_in_the_past_may_be_asked_about() -> None:
    assert removed(delivery_date="2001-01-01 00:00", account_timezone="UTC").date == "2001-01-01 00:00"


def test_a_name_is_kept_for_what_people_read() -> None:
    assert read_cancel_request(options(state="absent", name="window"))[1].name == "window"
    assert read_cancel_request(options(state="absent", to=ANNA))[1].name is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "needs smsid, or name, or at least one of to, from, msg and delivery_date"),
        ({"smsid": []}, "smsid is empty"),
        ({"to": [], "delivery_date": "2026-12-01 15:00"}, "to is empty"),
        ({"msg": "", "to": ANNA}, "msg is empty"),
        ({"from": "", "to": ANNA}, "from is empty"),
        ({"smsid": [SMSID], "name": "n"}, "smsid / name, to, from, msg and delivery_date exclude each other"),
        ({"smsid": [SMSID], "to": ANNA}, "exclude each other"),
        ({"name": "n", "ledger": "none"}, "name needs a ledger"),
        ({"to": "12"}, "to: "),
        ({"from": "abc"}, "from: "),
        ({"delivery_date": "soon"}, "is not a date"),
        ({"delivery_date": "2026-12-01 15:00Z"}, "set account_timezone"),
        ({"smsid": [""]}, "smsid '' is not an identifier"),
        ({"smsid": ["."]}, "smsid '.' is not an identifier"),
        ({"smsid": [".."]}, "smsid '..' is not an identifier"),
        ({"smsid": ["a b"]}, "smsid 'a b' is not an identifier"),
        ({"smsid": ["a\nb"]}, "is not an identifier"),
        ({"smsid": ["x" * 129]}, "is not an identifier"),
        ({"smsid": [SMSID], "cancel_path": "https://elsewhere/{smsid}"}, "cancel_path must be a path below api_url"),
    ],
)
def test_every_fault_of_a_removal(changes: dict[str, Any], words: str) -> None:
    found = faults(removed, **changes)
    assert len(found) == 1
    assert words in found[0]


def test_all_faults_of_a_removal_are_named_at_once() -> None:
    found = faults(removed, smsid=["", ".."], to="12", delivery_date="soon", api_password=None, min_lead=-1)
    assert len(found) == 7


# --- What is to be shown ----------------------------------------------------------------------------------------------


def shown(**changes: Any) -> Any:
    return read_match(options_of(voipsms_scheduled_info.argument_spec(), **changes))[1]


def test_filters_are_as_for_absent_and_none_is_everything() -> None:
    assert shown() is None
    assert shown(smsid=[SMSID]) == Match(smsids=(SMSID,))
    assert shown(name="window") == Match(name=FINGERPRINTS.name("window"))
    assert shown(to=ANNA, msg="\u201chello\u201d") == Match(to=frozenset({ANN}), text="\u201chello\u201d")


def test_the_faults_of_filters_are_as_for_absent() -> None:
    assert len(faults(shown, smsid=[""], name="n", to="12", delivery_date="soon")) == 4


def test_nothing_is_opened_by_reading(tmp_path: Path) -> None:
    booked(name="n", ledger=str(tmp_path / "folder" / "ledger"))
    assert list(tmp_path.iterdir()) == []


def test_the_calendar_of_a_task_looks_where_the_task_says(tmp_path: Path) -> None:
    """In check mode: one look at the list, nothing created, and no ledger made."""
    with FaultServer(default=fault_server.answer_json({"scheduled": []})) as server:
        options = booked(api_url=server.url, scheduled_path="sms/waiting", ledger=str(tmp_path / "ledger"))
        scheduler, api = scheduler_of(options.context, check_mode=True)
        assert api.requests == 0
        found = scheduler.present(asked(options))
    assert [result.outcome.value for result in found.results] == ["would_schedule"]
    assert {(request.method, request.path) for request in server.posts} == {("GET", "/faults/index.php/sms/waiting")}
    assert api.requests == len(server.posts)
    assert list(tmp_path.iterdir()) == []


# --- Where the assumed calls are ----------------------------------------------------------------------------------


def paths_of(**changes: Any) -> tuple[Paths, list[str]]:
    noted = Faults()
    found = read_paths(options(**changes), noted)
    try:
        noted.raise_if_any()
    except InputError as error:
        return found, list(error.faults)
    return found, []


def test_the_assumed_calls_are_where_the_sandbox_has_them() -> None:
    assert paths_of() == (Paths("sms/scheduled", "sms/scheduled/{smsid}", "DELETE"), [])
    assert paths_of()[0] == USUAL_PATHS


def test_the_calls_may_be_elsewhere_below_the_base() -> None:
    found = paths_of(scheduled_path="sms/list?all=1", cancel_path="sms/delete?id={smsid}", cancel_method="POST")
    assert found == (Paths("sms/list?all=1", "sms/delete?id={smsid}", "POST"), [])


@pytest.mark.parametrize("name", ["scheduled_path", "cancel_path"])
@pytest.mark.parametrize(
    "path", ["/sms/{smsid}", "//host/{smsid}", "https://host/{smsid}", "sms/{smsid}#a", "sms/{smsid} ", "sms/{smsid}\n"]
)
def test_a_path_that_leaves_the_base_is_refused(name: str, path: str) -> None:
    assert paths_of(**{name: path})[1] == [
        f"{name} must be a path below api_url, such as {getattr(USUAL_PATHS, name.partition('_')[0])}"
    ]


def test_a_cancel_names_the_message() -> None:
    assert paths_of(cancel_path="sms/cancel")[1] == [
        "cancel_path must hold {smsid}, where the identifier of the message goes"
    ]


@pytest.mark.parametrize("path", ["", "../../admin/{smsid}", "sms/../{smsid}", "//[{smsid}"])
def test_other_senseless_paths_are_refused(path: str) -> None:
    found = paths_of(scheduled_path=path, cancel_path=path)[1]
    assert found
    assert found[0].startswith("scheduled_path must be a path below api_url")


def test_a_date_that_counts_from_now_on_is_left_to_its_name() -> None:
    found = booked(delivery_date="+2h", name="reminder", account_timezone="America/Chicago").request
    assert isinstance(found, RelativeRequest)
    assert (len(found.name), found.min_lead) == (len(FINGERPRINTS.name("reminder")), 1)


def test_an_account_of_a_ledger_that_is_no_text_is_refused() -> None:
    assert "ledger_account is not UTF-8 text" in faults(booked, ledger_account="\udcff")
