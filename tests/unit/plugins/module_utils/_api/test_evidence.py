# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each answer proves of each recipient; nothing is believed beyond it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import (
    Judgement,
    Verdict,
    alike,
    judge,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BOB, OURS

HELD = "(withheld)"


def clean(value: Any) -> str | None:
    """Stand in for the API's own cleaner, and hide one secret."""
    if value is None or isinstance(value, (dict, list, bool)):
        return None
    return HELD if "canary" in str(value) else str(value)


def record(to: Any = ANN, code: Any = 200, smsid: Any = "sms1", **more: Any) -> dict[str, Any]:
    return {"code": code, "code_desc": "", "to": to, "sale": 0.01, "smsid": smsid, **more}


def judged(*records: Any, recipients: tuple[str, ...] = (ANN,), segments: int = 1) -> Judgement:
    return judge({"send_log": list(records)}, recipients, segments, clean)


def verdict(*records: Any, segments: int = 1) -> Verdict:
    return judged(*records, segments=segments).verdicts[ANN]


# --- "Evidence → outcome" -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "fate"),
    [
        pytest.param({"send_log": [record()]}, Fate.ACCEPTED, id="record of code 200 with an smsid"),
        pytest.param({"send_log": [record(smsid="a"), record(smsid="b")]}, Fate.ACCEPTED, id="several, all code 200"),
        pytest.param({"send_log": [record(), record(code=402)]}, Fate.UNKNOWN, id="several, mixed codes"),
        pytest.param({"send_log": [record(code=402)]}, Fate.REFUSED, id="record with another code"),
        pytest.param({"error": True, "error_message": "no"}, Fate.NOT_SENT, id="error envelope without send_log"),
        pytest.param({"send_log": []}, Fate.UNKNOWN, id="recipient without a record"),
        pytest.param({"send_log": {}}, Fate.UNKNOWN, id="send_log of a wrong type"),
    ],
)
def test_each_kind_of_answer_proves_one_fate(payload: Any, fate: Fate) -> None:
    assert judge(payload, [ANN], 1, clean).verdicts[ANN].fate is fate


def test_an_accepted_record_is_told_whole() -> None:
    """The vendor's sample."""
    found = verdict(
        {
            "code": 200,
            "code_desc": "",
            "from": OURS,
            "to": ANN,
            "country": "US",
            "msg": "It is a SMS message",
            "delivery_date": "2019-10-01 00:00:00",
            "sale": 0.01,
            "type": "BULKSMS",
            "status": "SCHEDULED",
            "smsid": "2017559ea27008c6b7122900621",
        }
    )
    assert found == Verdict(
        fate=Fate.ACCEPTED,
        code=200,
        code_desc="",
        smsids=("2017559ea27008c6b7122900621",),
        status="SCHEDULED",
        country="US",
        type="BULKSMS",
        sale=0.01,
        delivery_date="2019-10-01 00:00:00",
    )


def test_a_refused_record_has_its_reason_and_no_smsid() -> None:
    found = verdict(record(code=402, code_desc="No credit"))
    assert (found.fate, found.code, found.code_desc, found.smsids) == (Fate.REFUSED, 402, "No credit", ())


def test_a_record_a_part_is_one_message() -> None:
    found = judged(record(smsid="a"), record(smsid="b"), segments=2)
    assert found.warnings == ()
    assert found.verdicts[ANN].smsids == ("a", "b")
    assert found.verdicts[ANN].sale == 0.02


@pytest.mark.parametrize(("segments", "parts"), [(1, "one part"), (2, "2 parts")])
def test_more_records_than_parts_may_be_a_duplicate(segments: int, parts: str) -> None:
    found = judged(*(record(smsid=str(number)) for number in range(segments + 1)), segments=segments)
    assert found.verdicts[ANN].fate is Fate.ACCEPTED
    assert len(found.verdicts[ANN].smsids) == segments + 1
    assert found.warnings == (f"possible duplicate: {segments + 1} records for +{ANN}, and its text has only {parts}",)


def test_an_smsid_that_recipients_share_is_kept_for_each() -> None:
    found = judged(record(ANN), record(BOB), recipients=(ANN, BOB))
    assert [found.verdicts[number].smsids for number in (ANN, BOB)] == [("sms1",), ("sms1",)]


@pytest.mark.parametrize("name", ["code", "smsid", "sale", "status", "error", "code_desc", "delivered"])
def test_a_record_is_judged_as_if_it_were_alone(name: str) -> None:
    """What several records say is judged once; values that Python takes for equal do not say the same."""
    values: tuple[Any, ...] = (
        True,
        1,
        1.0,
        "1",
        200,
        200.0,
        "200",
        0,
        False,
        -0.01,
        "FAILED",
        None,
        "",
        "canary",
        [],
        ["x"],
        {"a": 1},
    )
    for one, other in permutations(values, 2):
        second = {**record(BOB, smsid="sms2"), name: other}
        found = judged({**record(ANN), name: one}, second, recipients=(ANN, BOB)).verdicts[BOB]
        assert repr(found) == repr(judged(second, recipients=(BOB,)).verdicts[BOB]), (one, other)


def test_fields_in_another_order_are_judged_anew() -> None:
    """Of several fields that speak of failure, the first is named."""
    fields = {"status": "FAILED", "error": "lost"}
    swapped = dict(reversed(fields.items()))
    found = judged({**record(ANN), **fields}, {**record(BOB), **swapped}, recipients=(ANN, BOB)).verdicts
    assert [found[number].code_desc for number in (ANN, BOB)] == [
        "its record contradicts itself: code 200, and status FAILED",
        "its record contradicts itself: code 200, and error lost",
    ]


# --- JSON ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload", [None, [], [record()], 0, 200, "200", True, 1.5, {}, {"send_log": None}, {"error": False}], ids=repr
)
def test_what_has_no_records_proves_nothing(payload: Any) -> None:
    assert judge(payload, [ANN], 1, clean).verdicts[ANN].fate is Fate.UNKNOWN


@pytest.mark.parametrize("log", [None, {}, {"0": record()}, "records", 200, True, 1.5], ids=repr)
def test_a_send_log_of_a_wrong_type_proves_nothing(log: Any) -> None:
    assert judge({"send_log": log}, [ANN], 1, clean).verdicts[ANN].fate is Fate.UNKNOWN


@pytest.mark.parametrize("error", [True, 1, "1", "true"], ids=repr)
def test_an_error_with_records_contradicts_itself(error: Any) -> None:
    payload = {"error": error, "send_log": [record()]}
    found = judge(payload, [ANN], 1, clean).verdicts[ANN]
    assert (found.fate, "contradicts itself" in str(found.code_desc)) == (Fate.UNKNOWN, True)


@pytest.mark.parametrize("error", [False, 0, "", None, "false"], ids=repr)
def test_no_error_with_records_is_an_answer(error: Any) -> None:
    assert judge({"error": error, "send_log": [record()]}, [ANN], 1, clean).verdicts[ANN].fate is Fate.ACCEPTED


@pytest.mark.parametrize("error", [[], {}, [True], "oops", 2], ids=repr)
def test_an_error_that_cannot_be_understood_proves_nothing(error: Any) -> None:
    assert judge({"error": error}, [ANN], 1, clean).verdicts[ANN].fate is Fate.UNKNOWN


@pytest.mark.parametrize(
    ("message", "shown"),
    [("No credit", "No credit"), (None, "no reason given"), ({"a": 1}, "no reason given"), ("canary", HELD)],
    ids=["text", "missing", "object", "secret"],
)
def test_an_error_envelope_names_its_reason(message: Any, shown: str) -> None:
    found = judge({"error": True, "error_message": message}, [ANN, BOB], 1, clean)
    assert {one.fate for one in found.verdicts.values()} == {Fate.NOT_SENT}
    assert found.verdicts[BOB].code_desc == f"the service refused the request: {shown}"


@pytest.mark.parametrize("code", [200, "200", 200.0], ids=repr)
def test_a_code_of_200_however_written(code: Any) -> None:
    found = verdict(record(code=code))
    assert (found.fate, found.code, type(found.code)) == (Fate.ACCEPTED, 200, int)


@pytest.mark.parametrize("code", [0, 201, -200, "402", 402.0, 999_999_999], ids=repr)
def test_another_code_refuses(code: Any) -> None:
    found = verdict(record(code=code))
    assert (found.fate, found.code) == (Fate.REFUSED, int(code))


@pytest.mark.parametrize(
    "code",
    [
        *(None, True, False, "", " 200", "200 ", "+200", "2e2", "OK", "\u0662\u0660\u0660", "\xb2", "1234567890"),
        *(200.5, float("nan"), float("inf"), 1e300, 10**9, 10**40, [200], {"code": 200}),
    ],
    ids=lambda code: repr(code)[:20],
)
def test_a_code_that_cannot_be_understood_proves_nothing(code: Any) -> None:
    found = verdict(record(code=code))
    assert (found.fate, found.code_desc) == (Fate.UNKNOWN, "its record cannot be understood")


def test_a_record_without_code_proves_nothing() -> None:
    assert verdict({"to": ANN, "smsid": "sms1"}).fate is Fate.UNKNOWN


@pytest.mark.parametrize(
    "smsid",
    [None, "", " ", "a b", True, 1.0, [], {}, "a\n", "\x1b[1m", "\ud800", "\xe9", "x" * 129, "canary-1"],
    ids=lambda smsid: repr(smsid)[:20],
)
def test_a_record_without_a_usable_smsid_proves_nothing(smsid: Any) -> None:
    found = verdict(record(smsid=smsid))
    assert (found.fate, found.code_desc) == (Fate.UNKNOWN, "its record has no smsid")


@pytest.mark.parametrize(("smsid", "expected"), [("x" * 128, "x" * 128), (17, "17"), ("a-b_c/1", "a-b_c/1")])
def test_an_smsid_that_is_usable(smsid: Any, expected: str) -> None:
    assert verdict(record(smsid=smsid)).smsids == (expected,)


def test_one_part_without_an_smsid_makes_all_of_it_unknown_and_keeps_the_other() -> None:
    found = verdict(record(smsid="a"), record(smsid=None), segments=2)
    assert (found.fate, found.smsids) == (Fate.UNKNOWN, ("a",))


@pytest.mark.parametrize(
    ("sale", "expected"),
    [
        *((0.01, 0.01), ("0.010", 0.01), (1, 1.0), (0, 0.0), (None, None), ("", None), ("free", None), (True, None)),
        *((float("nan"), None), (1e9, None), ("inf", None), (10**39, None), ([], None), (0.1 + 0.2, 0.3)),
    ],
    ids=repr,
)
def test_a_price_is_a_plain_number_or_not_known(sale: Any, expected: float | None) -> None:
    found = verdict(record(sale=sale)).sale
    assert (found, type(found)) == (expected, type(expected))


def test_a_price_of_parts_needs_all_of_them() -> None:
    assert verdict(record(smsid="a"), record(smsid="b", sale=None), segments=2).sale is None


# --- What says failure is never success ---------------------------------------------------------------------------

FAILING_STATUSES: list[Any] = [
    *("FAILED", "ERROR", "failed", "SendFailed", "SMSC_ERROR", "Rejected by operator", "REFUSED", "INVALID NUMBER"),
    *("UNDELIV", "Undeliverable", "EXPIRED", "CANCELLED", "Deleted", "DENIED", "declined", "aborted", "BLOCKED"),
    *("NOT SENT", "NOT_SENT", "NotSent", "not accepted", "could not be delivered", "out of credit", "No credit"),
    *("insufficient funds", "unauthorized", "NOK", "bounced", "dropped", "timed out", False, "false", "no"),
    *(500, "404", -1, ["FAILED"], {"status": "FAILED"}, {"error": True}, {"message": "FAILED"}, {"text": "Rejected"}),
    *("can't send", "Couldn\u2019t be sent", "Cant deliver", "Over quota", "OverQuota", "REJ", "Nothing sent"),
    *("has not been sent", "No error, not sent", "not rejected but failed", "1 failed, 0 sent", "sent: 0 failed: 3"),
    *({"status": {"message": "Nothing sent"}}, {"code": 5}),
]
FAILING_FIELDS: list[dict[str, Any]] = [
    *({"error": True}, {"error": 1}, {"error": "yes"}, {"error": "Yes"}, {"error": "true "}, {"error": "No credit"}),
    *({"error": 2}, {"error": {"code": 5}}, {"error": ["No credit"]}, {"Error": True}, {"ERROR": "1"}),
    *({"errors": ["No credit"]}, {"errors": {"to": "bad"}}, {"errors": 1}, {"error_message": "No credit"}),
    *({"error_code": 5}, {"errorCode": "E17"}, {"has_error": True}, {"isError": "1"}, {"failed": True}),
    *({"failed": [ANN]}, {"failures": 1}, {"fault": "out of order"}, {"exception": "PDOException"}),
    *({"success": False}, {"success": "false"}, {"success": 0}, {"success": ""}, {"ok": False}, {"accepted": "no"}),
    *({"status": status} for status in FAILING_STATUSES),
    *({"state": "FAILED"}, {"result": "failure"}, {"outcome": "rejected"}, {"status_text": "Bad request: ERROR"}),
    *({"sent": False}, {"sent": 0}, {"sent": "no"}, {"cancelled": True}, {"canceled": 1}, {"is_deleted": "yes"}),
    *({"response": {"error": True}}, {"response": {"status": "FAILED"}}, {"data": {"success": False}}),
    *({"response": {"status": {"message": "FAILED"}}}, {"error": "No errors. Balance too low"}),
    *({"error_message": "Message not sent"}, {"error": "0.5"}, {"statusCode": 500}),
]
NOTHING: list[Any] = [False, 0, "", None, "false", "no", "0", "none", [], {}, "No error", "no errors."]
NO_ERRORS: list[Any] = [[], {}, None, 0, "", [None], {"code": 0, "message": ""}]
NO_FAILURES: list[Any] = [0, False, [], None, "0"]
HARMLESS_TEXTS: list[str] = [
    *(
        "error: none",
        "Error code: 0",
        "Error: 0.0",
        "error = n/a",
        "Error: no",
        "NoError",
        "NOERROR",
        "Errors 0, sent 1",
    ),
    *("Not rejected", "not cancelled", "Will not be refused", "without any errors", "No error: message sent"),
]
"""Texts that deny a failure, in every field."""
HARMLESS_FIELDS: list[dict[str, Any]] = [
    *({name: text} for text in HARMLESS_TEXTS for name in ("status", "error", "error_message", "success", "sent")),
    *({"status": value} for value in (0, "0", 0.0, "0.0", {"code": 0, "text": "OK"}, {"message": "sent"}, [0])),
    *({"status": value} for value in ("will expire in 24h", "Sent by failover", "sent not before 10:00")),
    *({"error": value} for value in ("N/A", "n.a.", "0.0", 0.0, "nothing", "Not applicable", {"text": "Message sent"})),
    *({"error_message": value} for value in ("Message sent", "Your SMS has been queued successfully.", "Sent, OK")),
    *({"sent": value} for value in (True, 1, "yes", "2026-12-01 22:00:03", None)),
    *({"cancelled": value} for value in (False, 0, "no", None, "", "0")),
    *({"delivered": False}, {"delivered": 0}, {"delivery": "no"}, {"delivered_at": None}),
    *({"response": {"error": False, "code": 0}}, {"response": "x"}, {"response": {"message": "Backup FAILED"}}),
    *({"error": value} for value in NOTHING),
    *({"errors": value} for value in NO_ERRORS),
    *({"error_message": value} for value in ("", None, "OK", "Success", "no error", "Completed without errors")),
    *({"error_code": value} for value in (0, "0", "000", 200, "", None)),
    *({"success": value} for value in (True, 1, "true", "yes", "1", None, "Message accepted")),
    *({"status": value} for value in (True, 1, 200, "200", "OK", "SENT", "SCHEDULED", "QUEUED", "Delivered", "", None)),
    *(
        {"status": value}
        for value in ("ACCEPTD", "sent, 0 errors", "SUCCEEDED", "within validity", "NOTIFIED", "sent: 1, failed: 0")
    ),
    *({"failed": value} for value in NO_FAILURES),
    *({"msg": "Backup FAILED: ERROR 5"}, {"message": "Backup FAILED"}, {"text": "error"}, {"type": "ERROR"}),
    *({"mirror": "error"}, {"x" * 5000: "error"}, {"country": "NO"}),
]


FAILING_TEXTS = (
    "ERROR: no route",
    *(status for status in FAILING_STATUSES if isinstance(status, str) and " " in status),
)


@pytest.mark.parametrize("fields", [*FAILING_FIELDS, *({"code_desc": text} for text in FAILING_TEXTS)], ids=repr)
def test_a_record_of_code_200_that_says_failure_is_unknown_and_keeps_its_smsid(fields: dict[str, Any]) -> None:
    found = verdict(record(**fields))
    assert (found.fate, found.code, found.smsids) == (Fate.UNKNOWN, 200, ("sms1",))
    assert str(found.code_desc).startswith(f"its record contradicts itself: code 200, and {next(iter(fields))} ")


@pytest.mark.parametrize(
    "fields", [*FAILING_FIELDS, {"code": 5}, {"code": "402"}, {"code": -1}, {"code": False}, {"code": "E5"}], ids=repr
)
def test_an_envelope_that_says_failure_beside_records_is_unknown(fields: dict[str, Any]) -> None:
    payload = {**fields, "send_log": [record(ANN, smsid="a"), record(BOB, code=402)]}
    found = judge(payload, [ANN, BOB], 1, clean).verdicts
    assert (found[ANN].fate, found[ANN].smsids, found[BOB].fate) == (Fate.UNKNOWN, ("a",), Fate.REFUSED)
    sentence = f"the answer contradicts itself: it has records, and says {next(iter(fields))} "
    assert str(found[ANN].code_desc).startswith(sentence)


@pytest.mark.parametrize(
    "fields",
    [
        *(*HARMLESS_FIELDS, {"code_desc": "0"}, {"code_desc": "no error"}, {"code_desc": "will expire in 24h"}),
        *({"code_desc": text} for text in HARMLESS_TEXTS),
    ],
    ids=repr,
)
def test_a_record_that_says_no_failure_is_accepted(fields: dict[str, Any]) -> None:
    assert verdict(record(**fields)).fate is Fate.ACCEPTED


@pytest.mark.parametrize(
    "fields", [*HARMLESS_FIELDS, {"code": 200}, {"code": "200"}, {"code": None}, {"code": 0}, {"code": "n/a"}], ids=repr
)
def test_an_envelope_that_says_no_failure_is_an_answer(fields: dict[str, Any]) -> None:
    assert judge({**fields, "send_log": [record()]}, [ANN], 1, clean).verdicts[ANN].fate is Fate.ACCEPTED


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (
            {"error": "yes", "error_message": "No credit", "send_log": [record()]},
            "the answer contradicts itself: it has records, and says error yes (No credit)",
        ),
        (
            {"errors": [{"code": 5, "text": "x"}], "send_log": [record()]},
            "the answer contradicts itself: it has records, and says errors 5",
        ),
        (
            {"send_log": [record(status="FAILED", status_date="x")]},
            "its record contradicts itself: code 200, and status FAILED",
        ),
        (
            {"error": True, "error_message": "No credit", "send_log": []},
            "the answer has no record for this recipient, and says error true (No credit)",
        ),
        ({"error": "oops"}, "the answer has no list of records (send_log), and says error oops"),
        ({"status": "canary", "success": False, "send_log": [record()]}, None),
        ({"error": "canary", "send_log": [record()]}, f"it has records, and says error {HELD}"),
        ({"err-canary": 1, "send_log": [record()]}, f"it has records, and says {HELD} 1"),
        ({"errors": [[], {}, "No credit"], "send_log": [record()]}, "it has records, and says errors No credit"),
        ({"errors": [[[[["deep"]]]]], "send_log": [record()]}, "it has records, and says errors deep"),
    ],
)
def test_what_contradicts_is_named_and_cleaned(payload: Any, sentence: str | None) -> None:
    found = judge(payload, [ANN], 1, clean).verdicts[ANN]
    assert found.fate is Fate.UNKNOWN
    assert (sentence or "") in str(found.code_desc)
    assert "canary" not in str(found.code_desc)


@pytest.mark.parametrize("failing", [0, 1])
def test_one_part_that_says_failure_makes_the_message_unknown(failing: int) -> None:
    parts = [record(smsid="a"), record(smsid="b")]
    parts[failing]["status"] = "FAILED"
    found = verdict(*parts, segments=2)
    assert (found.fate, found.smsids) == (Fate.UNKNOWN, ("a", "b"))


def test_a_refusal_that_says_failure_is_a_refusal() -> None:
    assert verdict(record(code=402, status="FAILED", error=True)).fate is Fate.REFUSED


def nested(depth: int) -> Any:
    value: Any = "FAILED"
    for _level in range(depth):
        value = {"status": value}
    return value


@pytest.mark.parametrize("depth", [1, 3, 50, 900])
def test_a_failure_at_any_depth_is_found(depth: int) -> None:
    assert verdict(record(status=nested(depth))).fate is Fate.UNKNOWN


# --- Matching -----------------------------------------------------------------------------------------------------


def test_records_in_another_order_find_their_recipients() -> None:
    found = judged(record(BOB, smsid="b"), record(ANN, smsid="a"), recipients=(ANN, BOB))
    assert {number: one.smsids for number, one in found.verdicts.items()} == {ANN: ("a",), BOB: ("b",)}
    assert list(found.verdicts) == [ANN, BOB]


@pytest.mark.parametrize("written", [ANNA, f"00{ANN}", "+1 (281) 234-5678", int(ANN)], ids=str)
def test_a_number_written_otherwise(written: Any) -> None:
    assert verdict(record(written)).fate is Fate.ACCEPTED


def test_a_missing_one_is_unknown_and_the_other_is_not() -> None:
    found = judged(record(ANN), recipients=(ANN, BOB)).verdicts
    assert (found[ANN].fate, found[BOB].fate) == (Fate.ACCEPTED, Fate.UNKNOWN)
    assert found[BOB].code_desc == "the answer has no record for this recipient"


def test_a_stranger_is_ignored_with_a_warning() -> None:
    found = judged(record("491701234567"), record("491701234568"), record(ANN))
    assert list(found.verdicts) == [ANN]
    assert found.warnings == ("the answer holds a record for a number that was not asked for; it was ignored",)


@pytest.mark.parametrize(
    "entry",
    [
        *(None, [], ANN, 12812345678, {}),
        *(record(to) for to in (None, "", True, 1.5, 12812345678.0, [ANN], {"to": ANN}, f"{ANN},{BOB}", f"{ANN}.0")),
    ],
    ids=lambda entry: repr(entry.get("to") if isinstance(entry, dict) else entry),
)
def test_a_record_that_names_nobody_is_ignored_with_a_warning(entry: Any) -> None:
    found = judged(entry)
    assert found.verdicts[ANN].fate is Fate.UNKNOWN
    assert found.warnings == ("the answer holds a record that names no recipient; it was ignored",)


def test_two_refused_records_are_one_refusal() -> None:
    found = judged(record(code=402), record(code=402))
    assert (found.verdicts[ANN].fate, found.warnings) == (Fate.REFUSED, ())


@pytest.mark.parametrize("code", [402, None])
def test_out_of_credit_after_the_first_part_is_unknown_and_keeps_its_smsid(code: Any) -> None:
    found = verdict(record(smsid="a"), record(code=code, smsid=None), segments=2)
    assert (found.fate, found.smsids) == (Fate.UNKNOWN, ("a",))


def test_out_of_credit_after_the_first_recipient() -> None:
    found = judged(record(ANN), record(BOB, code=402), recipients=(ANN, BOB)).verdicts
    assert (found[ANN].fate, found[BOB].fate) == (Fate.ACCEPTED, Fate.REFUSED)


def test_texts_of_the_service_are_cleaned() -> None:
    secret = dict.fromkeys(("code_desc", "status", "country", "type", "delivery_date"), "canary")
    found = verdict(record(**secret))
    assert "canary" not in repr(found)
    assert (found.code_desc, found.status, found.country, found.type, found.delivery_date) == (HELD,) * 5


# --- Whatever comes -----------------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**39), 10**39)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from([200, "200", 200.0, 402, ANN, BOB, ANNA, int(BOB), "sms1", "", -0.0, 1e300])
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
NUMBERS = st.sampled_from([ANN, BOB, ANNA, f"00{BOB}", int(ANN)]) | VALUES
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "to": NUMBERS,
        "code": st.sampled_from([200, "200", 402]) | VALUES,
        "smsid": st.sampled_from(["sms1", "sms2", 3]) | VALUES,
        "code_desc": VALUES,
        "sale": VALUES,
    },
)
PAYLOADS = VALUES | st.fixed_dictionaries(
    {"send_log": st.lists(RECORDS | VALUES, max_size=4) | VALUES},
    optional={"error": st.sampled_from([False, True]) | VALUES, "error_message": VALUES},
)


def vouches(entry: Any, number: str) -> bool:
    """Return whether an entry says beyond doubt that the message to this number was accepted."""
    if not isinstance(entry, dict):
        return False
    to = "".join(character for character in str(entry.get("to")) if character.isdigit())
    code = entry.get("code")
    return to.endswith(number) and not isinstance(code, bool) and code in (200, "200") and bool(entry.get("smsid"))


@settings(deadline=None)
@given(PAYLOADS, st.sampled_from([(ANN,), (BOB, ANN)]), st.integers(1, 3))
def test_nothing_is_accepted_without_a_record_that_says_so(
    payload: Any, recipients: tuple[str, ...], segments: int
) -> None:
    found = judge(payload, recipients, segments, clean)
    assert tuple(found.verdicts) == recipients
    for number, one in found.verdicts.items():
        if one.fate is Fate.ACCEPTED:
            assert any(vouches(entry, number) for entry in payload["send_log"])
            assert one.smsids
        if one.fate is Fate.NOT_SENT:
            assert "send_log" not in payload


def test_one_verdict_for_all() -> None:
    assert alike([ANN, BOB], Fate.UNKNOWN, "why").verdicts == {
        ANN: Verdict(Fate.UNKNOWN, code_desc="why"),
        BOB: Verdict(Fate.UNKNOWN, code_desc="why"),
    }
