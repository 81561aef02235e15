# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of voipsms_send: what one task orders, and everything that is wrong with it named at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError, MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import key_of
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.plugins.module_utils._task.send_options import (
    GIVEN_WINDOW,
    HASHED_WINDOW,
    SendOptions,
    read_send_options,
)
from ansible_collections.voip_communications.sms.plugins.modules.voipsms_send import argument_spec, run
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, OURS
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import options_of

FAIL_ON = ("any", "all", "none")
ON_UNKNOWN = ("fail", "skip", "resend", "resend_if_absent")


def params(**changes: Any) -> dict[str, Any]:
    return options_of(argument_spec(), **{"to": ANNA, "msg": "hello", **changes})


def order(**changes: Any) -> SendOptions:
    return read_send_options(params(**changes))


def faults(**changes: Any) -> list[str]:
    return list(sentences_of(order, **changes))


def fault(**changes: Any) -> str:
    """Return the only fault."""
    found = faults(**changes)
    assert len(found) == 1
    return found[0]


# --- What is ordered ----------------------------------------------------------------------------------------------


def test_a_task_with_nothing_but_numbers_and_a_text_has_the_defaults() -> None:
    found = order(to=["+1 (281) 234-5678", "0012812345679"])
    assert found.request.recipients == (ANN, BOB)
    assert (found.request.sender, found.request.text, found.request.segments) == (None, "hello", 1)
    assert (found.encoding, found.impossible, found.warnings) == ("GSM-7", (), ())
    assert (found.request.key, found.request.label) == (key_of("", "hello"), "")
    assert found.request.dedupe.window == HASHED_WINDOW == 600
    assert (found.policy.fail_on, found.policy.skip_unknown) == ("any", False)


def test_numbers_in_one_text() -> None:
    assert order(to=f"{ANNA}, {BEN}").request.recipients == (ANN, BOB)


def test_a_number_that_is_listed_twice_gets_one_message_and_a_warning() -> None:
    found = order(to=[ANNA, "0012812345678", BEN])
    assert found.request.recipients == (ANN, BOB)
    assert found.warnings == ("'0012812345678' is listed more than once in to; it gets one message",)


def test_a_region_is_for_recipients_and_sender() -> None:
    found = order(to=["281 234 5678"], default_region="us", **{"from": "713 456 7890"})
    assert (found.request.recipients, found.request.sender) == ((ANN,), OURS)


@pytest.mark.parametrize("nobody", [None, ""], ids=["none", "empty"])
def test_without_sender_it_is_a_bulk_message(nobody: str | None) -> None:
    assert order(**{"from": nobody}).request.sender is None


def test_a_given_key_is_kept_for_30_days() -> None:
    found = order(idempotency_key="deploy-4711").request
    assert (found.key, found.label, found.dedupe.window) == ("deploy-4711", "deploy-4711", GIVEN_WINDOW)
    assert GIVEN_WINDOW == 30 * 86400


@pytest.mark.parametrize("key", [None, "deploy-4711"])
def test_a_given_window_holds_for_every_key(key: str | None) -> None:
    assert order(idempotency_key=key, dedupe_window=7).request.dedupe.window == 7


def test_the_policies_are_those_of_the_options() -> None:
    dedupe = order(force=True, on_unknown="resend", on_different="skip").request.dedupe
    assert (dedupe.force, dedupe.resend_unknown, dedupe.skip_different) == (True, True, True)
    dedupe = order().request.dedupe
    assert (dedupe.force, dedupe.resend_unknown, dedupe.skip_different) == (False, False, False)
    policy = order(on_unknown="skip", fail_on="all").policy
    assert (policy.skip_unknown, policy.fail_on) == (True, "all")


def test_content_is_sender_and_text_under_any_key() -> None:
    def content(**changes: Any) -> str:
        return order(**changes).request.dedupe.content

    assert content(idempotency_key="a") == content(idempotency_key="b") == content()
    assert content() != content(msg="other")
    assert content() != content(**{"from": BEN})
    assert content(**{"from": BEN}) == content(**{"from": "0012812345679"})


# --- Keys ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_different_parts_have_different_keys(one: list[str], other: list[str]) -> None:
    assert (key_of(*one) == key_of(*other)) == (one == other)


@given(st.text(min_size=1), st.text(), st.integers(0, 9))
def test_a_character_that_moves_to_the_next_part_makes_another_key(first: str, second: str, at: int) -> None:
    cut = at % len(first)
    assert key_of(first, second) != key_of(first[:cut], first[cut:] + second)
    assert key_of(first, second) != key_of(first + second)


def test_a_key_with_lengths_in_its_parts_is_still_another() -> None:
    assert key_of("1:a", "b") != key_of("1", "a1:b")
    assert key_of("", "a") != key_of("a", "")
    assert key_of("é") != key_of("e\u0301")


def test_a_key_shows_nothing() -> None:
    key = key_of(OURS, "hello")
    assert (len(key), set(key) <= set("0123456789abcdef")) == (40, True)


@pytest.mark.parametrize("key", ["a", "x" * 200, "deploy 4711 / prod", "Störung", "{{ }}"])
def test_a_key_that_is_taken(key: str) -> None:
    assert order(idempotency_key=key).request.key == key


@pytest.mark.parametrize(
    "key", ["", " ", "x" * 201, "a\nb", "a\x00", "\x1b[1m", "\ud800"], ids=lambda key: ascii(key)[:12]
)
def test_a_key_that_is_refused(key: str) -> None:
    assert fault(idempotency_key=key) == "idempotency_key must be 1 to 200 printable characters"


def test_a_key_needs_a_ledger() -> None:
    assert "idempotency_key needs a ledger" in fault(idempotency_key="deploy", ledger="none")
    assert order(ledger="none").ledger.name == "none"


def test_absence_can_only_be_asked_for_with_a_ledger_and_a_zone() -> None:
    zone = {"account_timezone": "America/Chicago"}
    assert "on_unknown=resend_if_absent needs a ledger" in fault(on_unknown="resend_if_absent", ledger="none", **zone)
    assert "on_unknown=resend_if_absent needs account_timezone" in fault(on_unknown="resend_if_absent")
    wanted = order(on_unknown="resend_if_absent", account_timezone="America/Chicago").request
    assert (wanted.resend_absent, wanted.account_timezone) == (True, "America/Chicago")
    assert (wanted.dedupe.resend_unknown, wanted.dedupe.force) == (False, False)
    wanted = order(on_unknown="resend", account_timezone="").request
    assert (wanted.resend_absent, wanted.account_timezone) == (False, None)


# --- Text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [("x" * 160, "GSM-7", 1), ("x" * 161, "GSM-7", 2), ("я" * 70, "UCS-2", 1), ("\U0001f600" * 36, "UCS-2", 2)],
)
def test_encoding_and_segments(text: str, encoding: str, segments: int) -> None:
    found = order(msg=text, max_segments=segments)
    assert (found.encoding, found.request.segments, found.request.text) == (encoding, segments, text)


@pytest.mark.parametrize("text", ["&=+%", "a\r\nb", "\U0001f600 & <b>", "€ ^ {}"])
def test_a_text_goes_as_it_is(text: str) -> None:
    assert order(msg=text).request.text == text


def test_more_segments_than_allowed_are_refused() -> None:
    assert fault(msg="x" * 161, max_segments=1).startswith("the text takes 2 segments")


@pytest.mark.parametrize("text", ["", "  \n", "a\x00", "\x1b[1m", "\ud800"], ids=ascii)
def test_a_text_that_is_refused(text: str) -> None:
    assert fault(msg=text).startswith("the text ")


def test_gsm7_writes_plainly() -> None:
    found = order(msg="\u201cnow\u201d \u2013 22\u202f000\u2026", charset="gsm7")
    assert (found.request.text, found.encoding) == ('"now" - 22 000...', "GSM-7")
    assert found.request.key == key_of("", '"now" - 22 000...')


def test_gsm7_refuses_what_is_left_and_says_what() -> None:
    found = fault(msg="now \u0416 \U0001f600", charset="gsm7")
    assert found == (
        "msg holds characters that GSM-7 does not have ('\\u0416', '\\U0001f600'); replace them, or set charset=auto"
    )


# --- Ranges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "least", "most"), [("dedupe_window", 1, 31536000), ("batch_size", 1, 1000), ("max_segments", 1, 255)]
)
def test_a_number_out_of_its_range_is_refused(name: str, least: int, most: int) -> None:
    for good in (least, most):
        order(**{name: good})
    for bad in (least - 1, -1, most + 1, 10**30):
        assert f"{name} must be from {least} to {most}" in faults(**{name: bad})


# --- Recipients ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize("nobody", [None, [], "", [""], ["", ""]], ids=repr)
def test_a_task_that_names_nobody_always_fails(nobody: Any, fail_on: str) -> None:
    assert all(sentence.startswith("to: ") for sentence in faults(to=nobody, fail_on=fail_on))


BAD = ["12", "+1 281 234 5678 ext 9", "\u0661\u0662", 12812345678, "+1281\n2345678", "1;2"]


def test_impossible_numbers_are_all_named_at_once() -> None:
    found = faults(to=[ANNA, *BAD])
    assert len(found) == len(BAD)
    assert all(sentence.startswith("to: ") for sentence in found)
    assert "quote it" in found[3]


@pytest.mark.parametrize("fail_on", ["all", "none"])
def test_impossible_numbers_beside_good_ones_are_refused_records(fail_on: str) -> None:
    found = order(to=[*BAD, ANNA], fail_on=fail_on)
    assert found.request.recipients == (ANN,)
    assert [result.outcome for result in found.impossible] == [Outcome.REFUSED] * len(BAD)
    assert all(result.code is None and result.code_desc and not result.posted for result in found.impossible)


@pytest.mark.parametrize("fail_on", FAIL_ON)
def test_an_impossible_sender_always_fails(fail_on: str) -> None:
    assert fault(fail_on=fail_on, **{"from": 17134567890}).startswith("from: 17134567890 is not text but a number")


def test_everything_that_is_wrong_is_named_at_once() -> None:
    found = faults(
        api_key=None,
        api_password=None,
        api_url="http://sms.example/",
        ledger="ledger",
        to=["12", BEN, 7],
        msg="\u0416" * 100,
        charset="gsm7",
        max_segments=0,
        batch_size=0,
        idempotency_key="",
        **{"from": "x"},
    )
    text = "; ".join(found)
    for beginning in (
        *(
            "api_key is missing",
            "api_password is missing",
            "api_url must",
            "ledger must be an absolute path",
            "to: '12'",
            "to: 7",
        ),
        *("from: 'x'", "msg holds", "max_segments must", "batch_size must", "idempotency_key must"),
    ):
        assert beginning in text
    assert len(found) == len(set(found))


def test_a_fault_elsewhere_does_not_make_national_numbers_impossible() -> None:
    assert fault(to=["281 234 5678"], default_region="US", api_password=None).startswith("api_password is missing")


def test_a_missing_library_is_not_a_fault_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ansible_collections.voip_communications.sms.plugins.module_utils._message.numbers.PHONENUMBERS_ERROR",
        "Traceback",
    )
    with pytest.raises(MissingLibrary, match="phonenumbers"):
        order(api_key=None)


# --- "What a task says": an impossible number ---------------------------------------------------------------------


@pytest.mark.parametrize("on_unknown", ON_UNKNOWN)
@pytest.mark.parametrize("fail_on", FAIL_ON)
def test_an_impossible_number(fail_on: str, on_unknown: str) -> None:
    """With any it fails before anything is sent; otherwise the others are sent to. Every bad one is named."""
    with FaultServer() as server:
        given_options = params(to=[ANNA, *BAD, BEN], fail_on=fail_on, on_unknown=on_unknown, api_url=server.url)
        given_options["account_timezone"] = "America/Chicago"
        if fail_on == "any":
            with pytest.raises(InputError) as caught:
                run(given_options, check_mode=False)
            msg = str(caught.value)
        else:
            found = run(given_options, check_mode=False)
            msg = found["msg"]
            assert (found["failed"], found["changed"], found["outcome"]) == (False, True, "partial")
            assert [result["outcome"] for result in found["results"]] == ["sent"] * 2 + ["refused"] * len(BAD)
    assert [post.recipients for post in server.posts] == ([] if fail_on == "any" else [[ANN, BOB]])
    for named in ("'12'", "ext 9", "'\u0661\u0662'", "12812345678 is not text", "'+1281\\n2345678'", "'1;2'"):
        assert named in msg


@pytest.mark.parametrize("fail_on", ["all", "none"])
def test_impossible_numbers_only(fail_on: str, tmp_path: Path) -> None:
    with FaultServer() as server:
        found = run(params(to=BAD, fail_on=fail_on, api_url=server.url), check_mode=False)
    assert (found["failed"], found["changed"], found["outcome"]) == (fail_on == "all", False, "refused")
    assert "nothing was sent" in found["msg"]
    assert (server.posts, found["requests"], list(tmp_path.iterdir())) == ([], 0, [])


def test_a_refused_task_tells_who_goes_without() -> None:
    with pytest.raises(InputError) as raised:
        order(to=[ANNA, "+1"])
    known = raised.value.known
    assert [(each["to"], each["outcome"]) for each in known["results"]] == [
        (ANNA, "not_sent"),
        ("+1", "refused"),
    ]
    assert known["failed_to"] == [ANNA, "+1"]


@pytest.mark.parametrize(
    ("options", "advised", "not_advised"),
    [
        ({}, "if it was not sent, run the task again", "without force"),
        ({"force": True}, "without force", "no ledger"),
        ({"ledger": "none"}, "running it again sends again", "voipsms_ledger"),
    ],
    ids=["default", "forced", "no ledger"],
)
def test_advice_about_an_unknown_message_never_sends_it_a_second_time(
    options: dict[str, Any], advised: str, not_advised: str
) -> None:
    advice = order(**options).policy.advice
    assert advised in advice
    assert not_advised not in advice


def test_a_rehearsal_on_this_machine_does_not_count_for_the_real_service() -> None:
    real = order(api_url="https://sms.example/", ledger_account="production")
    rehearsal = order(api_url="http://127.0.0.1:8025/", ledger_account="production")
    assert real.fingerprints.account != rehearsal.fingerprints.account
