# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of pending messages: every shape that is understood, and every record that is not believed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import smsid_of
from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import (
    ListError,
    Listing,
    Pending,
    PendingRecord,
    announces_more,
    find,
    records,
    runs,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BOB, OURS

DATE = "2026-12-01 15:00"
ENTRY = {"smsid": "a1", "to": ANN, "from": OURS, "msg": "hello", "delivery_date": "2026-12-01 15:00:00"}
RECORD = PendingRecord("a1", ANN, OURS, "hello", DATE)


def clean(value: Any) -> str | None:
    return smsid_of(value, str)


def parts(*texts: str, sender: str = OURS) -> list[PendingRecord]:
    return [PendingRecord(f"p{number}", ANN, sender, text, DATE) for number, text in enumerate(texts)]


# --- Read tolerantly --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [[ENTRY], *({place: [ENTRY]} for place in ("scheduled", "send_log", "sms", "data"))],
    ids=["at the top", "scheduled", "send_log", "sms", "data"],
)
def test_the_list_may_stand_in_several_places(payload: Any) -> None:
    assert records(payload, clean) == [RECORD]


@pytest.mark.parametrize("payload", [[], {"scheduled": []}, {"error": False, "data": []}])
def test_an_empty_list_is_a_list(payload: Any) -> None:
    assert records(payload, clean) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"to": int(ANN)}, RECORD),
        ({"to": ANNA}, RECORD),
        ({"to": f"00{ANN}"}, RECORD),
        ({"from": int(OURS)}, RECORD),
        ({"smsid": 12}, PendingRecord("12", ANN, OURS, "hello", DATE)),
        ({"delivery_date": "2026-12-01 15:00"}, RECORD),
        ({"delivery_date": "2026-12-01T15:00:00"}, RECORD),
        ({"delivery_date": "2026-12-01 15:00:30"}, PendingRecord("a1", ANN, OURS, "hello", "2026-12-01 15:00:30")),
        ({"msg": 5}, PendingRecord("a1", ANN, OURS, "5", DATE)),
        ({"from": None, "msg": None}, PendingRecord("a1", ANN, "", "", DATE)),
        ({"anything": {"else": 1}}, RECORD),
    ],
)
def test_a_record_may_be_written_in_several_ways(changes: dict[str, Any], expected: PendingRecord) -> None:
    assert records([{**ENTRY, **changes}], clean) == [expected]


# --- Judged strictly --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["smsid", "to", "delivery_date"])
@pytest.mark.parametrize("value", ["missing", None, "", [], {}, False, "?"])
def test_a_record_without_what_is_needed_fails_and_shows_which_field(field: str, value: Any) -> None:
    broken = {**ENTRY, field: value}
    if value == "missing":
        del broken[field]
    if (field, value) == ("smsid", "?"):
        return  # any text may be an smsid
    with pytest.raises(ListError, match=rf"^record 2 of the list of pending messages has no usable {field}$"):
        records([ENTRY, broken], clean)


@pytest.mark.parametrize("smsid", ["with space", "\u0661", "a\n", "x" * 129, 1.5])
def test_an_smsid_that_a_cancel_could_not_name_is_not_believed(smsid: Any) -> None:
    with pytest.raises(ListError, match="no usable smsid"):
        records([{**ENTRY, "smsid": smsid}], clean)


@pytest.mark.parametrize(
    "date", ["2027-02-30 10:00", "2026-12-01", "2026-12-01 15:00:00+01:00", "0000-00-00 00:00:00", 5]
)
def test_a_date_that_is_none_is_not_believed(date: Any) -> None:
    with pytest.raises(ListError, match="no usable delivery_date"):
        records([{**ENTRY, "delivery_date": date}], clean)


def test_several_missing_fields_are_named_together() -> None:
    with pytest.raises(ListError, match=r"record 1 .* no usable smsid and no to"):
        records([{}], clean)


@pytest.mark.parametrize("entry", [None, "text", 5, []])
def test_a_record_that_is_no_object_fails(entry: Any) -> None:
    with pytest.raises(ListError, match=r"record 1 .* is not an object"):
        records([entry], clean)


@pytest.mark.parametrize("payload", [None, {}, "", 5, True, {"scheduled": None}, {"scheduled": {}}, {"other": []}])
def test_an_answer_without_a_list_fails(payload: Any) -> None:
    with pytest.raises(ListError, match="holds no list"):
        records(payload, clean)


@pytest.mark.parametrize(
    ("payload", "more"),
    [({"next": "?page=2"}, True), ({"next": 2}, True), ({"next": None}, False), ({"next": ""}, False), ({}, False)],
)
def test_an_answer_may_say_that_it_is_one_page_of_several(payload: Any, more: bool) -> None:
    assert announces_more(payload) is more
    assert not announces_more([payload])


# --- Parts ------------------------------------------------------------------------------------------------------------


def test_a_message_is_found_whole_and_in_parts() -> None:
    assert find(parts("one", "two"), "one", None) == Pending(ANN, OURS, "one", DATE, ("p0",))
    assert find(parts("one", "two"), "onetwo", None) == Pending(ANN, OURS, "onetwo", DATE, ("p0", "p1"))
    assert find(parts("x", "one", "two", "y"), "onetwo", OURS) == Pending(ANN, OURS, "onetwo", DATE, ("p1", "p2"))
    assert find(parts("one", "two"), "on", None) is None
    assert find(parts("", "one"), "one", None) == Pending(ANN, OURS, "one", DATE, ("p1",))
    assert find(parts("o", "ne", "one"), "one", None) == Pending(ANN, OURS, "one", DATE, ("p2",))
    assert find(parts("two", "one"), "onetwo", None) is None


def test_parts_that_share_an_smsid_have_one() -> None:
    shared = [PendingRecord("s", ANN, OURS, text, DATE) for text in ("one", "two")]
    found = find(shared, "onetwo", None)
    assert found is not None
    assert found.smsids == ("s",)


def test_parts_of_two_senders_are_not_one_message() -> None:
    mixed = [*parts("one"), *parts("two", sender="19990000000")]
    assert find(mixed, "onetwo", None) is None
    assert find(mixed, "two", "19990000000") is not None
    assert find(mixed, "one", "19990000000") is None


@given(st.lists(st.text(alphabet="ab", min_size=1, max_size=3), min_size=1, max_size=8), st.data())
def test_every_run_of_neighbours_is_a_message(texts: list[str], data: st.DataObject) -> None:
    group = parts(*texts)
    start = data.draw(st.integers(0, len(group) - 1))
    end = data.draw(st.integers(start + 1, len(group)))
    wanted = "".join(texts[start:end])
    assert any(message.smsids == tuple(record.smsid for record in group[start:end]) for message in runs(group))
    found = find(group, wanted, None)
    assert found is not None
    assert found.text == wanted


# --- The whole --------------------------------------------------------------------------------------------------------


def test_who_shares_an_smsid_is_known() -> None:
    listing = Listing(
        (
            RECORD,
            PendingRecord("a1", BOB, OURS, "hello", DATE),
            PendingRecord("b", BOB, OURS, "later", "2026-12-02 15:00"),
        )
    )
    assert listing.smsids == {"a1", "b"}
    assert [listing.carried(smsid) for smsid in ("a1", "b", "c")] == [{ANN, BOB}, {BOB}, set()]
    assert listing.shared_smsids == {"a1"}
    assert {key: len(group) for key, group in listing.groups.items()} == {
        (ANN, DATE): 1,
        (BOB, DATE): 1,
        (BOB, "2026-12-02 15:00"): 1,
    }


@pytest.mark.parametrize(
    "fields",
    [
        *({"error": True}, {"code": 402}, {"success": False}, {"errors": ["x"]}, {"status": False}, {"status": -1}),
        *({"status": "CANCEL FAILED"}, {"status": "Cancelling"}, {"status": "Cancellation refused"}),
        *({"status": {"message": "FAILED"}}, {"cancelled": "2026-11-30"}, {"failed": 3}),
    ],
    ids=repr,
)
def test_a_record_of_which_it_cannot_be_told_whether_it_is_pending_fails(fields: dict[str, Any]) -> None:
    with pytest.raises(ListError, match="record 2 of the list of pending messages speaks of failure"):
        records({"scheduled": [ENTRY, {**ENTRY, **fields}]}, clean)


@pytest.mark.parametrize(
    "fields",
    [
        *({"status": "CANCELLED"}, {"status": "canceled"}, {"status": "FAILED"}, {"status": "Cancelled by user"}),
        *({"state": "Deleted"}, {"sms_status": "REJECTED"}, {"status": "EXPIRED", "error": True}),
        *({"cancelled": True}, {"is_cancelled": 1}, {"deleted": "yes"}, {"failed": "true"}),
        *({"status": "CANCELLED", "delivery_date": ""}, {"status": "CANCELLED", "smsid": None, "to": None}),
    ],
    ids=repr,
)
def test_a_record_that_says_that_it_is_over_is_not_pending_and_prevents_nothing(fields: dict[str, Any]) -> None:
    pending, over = records({"scheduled": [ENTRY, {**ENTRY, **fields}]}, clean)
    assert (pending, over.is_over) == (RECORD, True)


@pytest.mark.parametrize(
    "fields",
    [
        *({"status": "SCHEDULED"}, {"code": 200}, {"code": "200", "error": False}, {"status": 0}, {"code": 0}),
        *({"code": "0"}, {"status": "0"}, {"status": "Not sent"}, {"status": "UNSENT"}, {"sent": False}),
        *({"cancelled": False}, {"status": "not cancelled"}, {"delivered": False}, {"failed": 0}),
    ],
    ids=repr,
)
def test_a_record_that_says_no_failure_is_pending(fields: dict[str, Any]) -> None:
    assert records([{**ENTRY, **fields}], clean) == [RECORD]
