# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log proves: another message's record never loses a message, and an overlooked one never sends it twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.dates import logged
from ansible_collections.voip_communications.sms.plugins.module_utils._send.reconcile import (
    LARGEST_ZONE_ERROR,
    SLACK,
    Decision,
    Finding,
    LogReading,
    SentMessage,
    decide,
    why_unknown,
)
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, OURS

TEXT = "db1 is down"
NOW = 1_900_000_000.0
HOUR, DAY = 3600.0, 86400.0
MESSAGE = SentMessage(ANN, TEXT, 1)


def row_of(key: str = "key", state: State = State.UNKNOWN, text: str = TEXT, sender: str = "", **changes: Any) -> Row:
    """Return a row that was claimed at NOW; its first byte could leave for 90 seconds."""
    row = Row(
        key=key,
        recipient="ann",
        masked="*78",
        label="",
        content=FINGERPRINTS.content(sender, text),
        state=state,
        attempt=1,
        owner="run 1",
        origin="host:1",
        claimed_at=NOW,
        first_byte_by=NOW + 90,
        lease_until=NOW + 130,
        keep_until=NOW + 40 * DAY,
    )
    return row._replace(**changes)


def at(row: Row, moment: float) -> Row:
    """Return the same row, claimed at another time."""
    return row._replace(claimed_at=moment, first_byte_by=moment + 90, lease_until=moment + 130)


ROW = row_of()
END = ROW.first_byte_by + GRACE
ACCEPTED = row_of(state=State.ACCEPTED)
_ids = itertools.count(1)


def written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def record(moment: float = NOW, **changes: Any) -> LogRecord:
    """Return the record of the message, as it should be."""
    plain = LogRecord(
        id=str(next(_ids)),
        direction="out",
        internal=OURS,
        external=ANN,
        text=TEXT,
        status="SENT",
        date=written(moment),
        type="BULKSMS",
        country="US",
        sale="0.01",
    )
    return plain._replace(**changes)


def reading(*records: LogRecord, ended: bool = True, began: float = END) -> LogReading:
    return LogReading(records, ended, began, lambda date: logged(date, "UTC"))


def decision_on(
    *records: LogRecord, row: Row = ROW, others: Sequence[Row] = (), message: SentMessage = MESSAGE, **seen: Any
) -> Decision:
    return decide(message, row, [row, *others], reading(*records, **seen), FINGERPRINTS)


# --- Found --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [ROW, ROW._replace(state=State.SENDING)])
@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("began", [NOW + 10, END, END + DAY])
def test_a_record_that_nothing_else_explains_is_the_message(row: Row, ended: bool, began: float) -> None:
    decision = decision_on(record(NOW + 3), row=row, ended=ended, began=began)
    assert decision.finding is Finding.FOUND
    assert decision.at == NOW + 3
    assert decision.after == row._replace(state=State.ACCEPTED, claimed_at=NOW + 3, owner="")


@pytest.mark.parametrize(
    ("moment", "finding"),
    [
        (NOW - SLACK - 1, Finding.DOUBTFUL),
        (NOW - SLACK, Finding.FOUND),
        (END, Finding.FOUND),
        (END + 1, Finding.DOUBTFUL),
    ],
)
def test_only_within_the_time_of_the_attempt(moment: float, finding: Finding) -> None:
    assert decision_on(record(moment)).finding is finding


def test_the_window_begins_neither_before_the_claim_nor_ahead() -> None:
    early, late = decision_on(record(NOW - 30)).after, decision_on(record(NOW + 300), began=NOW + 200).after
    assert early is not None
    assert late is not None
    assert (early.claimed_at, late.claimed_at) == (NOW, NOW + 200)


YEAR = 365 * DAY
AHEAD = at(ACCEPTED, NOW + YEAR)


@pytest.mark.parametrize("moment", [NOW - 29 * DAY, NOW - HOUR, NOW, NOW + HOUR, NOW + 2 * YEAR])
def test_what_was_accepted_ahead_gets_the_date_of_its_newest_record(moment: float) -> None:
    """Whichever of them is its own, its window does not end too early."""
    decision = decision_on(record(NOW - 29 * DAY), record(moment), row=AHEAD, began=NOW)
    assert decision.finding is Finding.FOUND
    assert decision.after == AHEAD._replace(claimed_at=moment, owner="")


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("records", [(), (record(NOW - 31 * DAY),)])
def test_what_was_accepted_ahead_is_never_absent(records: Sequence[LogRecord], ended: bool) -> None:
    decision = decision_on(*records, row=AHEAD._replace(first_byte_by=NOW - DAY), began=NOW, ended=ended)
    assert (decision.finding, decision.after) == (Finding.MISSING, AHEAD._replace(first_byte_by=NOW - DAY))
    assert "voipsms_ledger" in why_unknown(decision, resend_absent=True)


def test_what_was_accepted_ahead_does_not_take_the_record_of_another_message() -> None:
    another = at(row_of("another key", State.ACCEPTED), NOW - DAY)
    assert decision_on(record(NOW - DAY), row=AHEAD, others=[another], began=NOW).finding is Finding.SHARED
    both = record(NOW - DAY), record(NOW - HOUR)
    assert decision_on(*both, row=AHEAD, others=[another], began=NOW).finding is Finding.FOUND
    assert decision_on(*both, row=AHEAD._replace(attempt=3), began=NOW).finding is Finding.SHARED


@pytest.mark.parametrize(
    "change",
    [
        {"external": "13612345678"},
        {"direction": "in"},
    ],
)
def test_what_is_to_or_from_another_number_is_nothing(change: dict[str, Any]) -> None:
    assert decision_on(record(**change)).finding is Finding.ABSENT


DOUBTFUL = [
    {"direction": None},
    {"external": ""},
    {"external": "2812345678"},
    {"external": "02812345678"},
    {"external": "0112812345678"},
    {"text": ""},
    {"text": TEXT + " "},
    {"text": "db1 is"},
    {"date": None},
    {"date": "yesterday"},
    {"date": "2026-13-01 00:00:00"},
    {"date": "2026-12-01 00:00:00Z"},
    {"status": "FAILED"},
    {"status": "Cancelled by user"},
    {"status": "SCHEDULED"},
    {"status": "NOT_SENT"},
    {"status": "Declined by operator"},
    {"has_failed": True},
]


@pytest.mark.parametrize("change", DOUBTFUL)
@pytest.mark.parametrize("ended", [True, False])
def test_what_may_be_it_proves_nothing_either_way(change: dict[str, Any], ended: bool) -> None:
    assert decision_on(record(**change), ended=ended) == Decision(Finding.DOUBTFUL, ROW)


@pytest.mark.parametrize("change", DOUBTFUL)
def test_what_may_be_it_does_not_hide_what_is(change: dict[str, Any]) -> None:
    assert decision_on(record(**change), record()).finding is Finding.FOUND


def test_another_message_does_not_explain_a_doubtful_record_of_the_same_time() -> None:
    other = row_of("other", State.ACCEPTED)
    assert decision_on(record(status="FAILED"), others=[other]).finding is Finding.DOUBTFUL


@pytest.mark.parametrize("status", [None, "", "SENT", "Delivered", "QUEUED"])
def test_a_status_that_is_not_known_is_as_good_as_any(status: Optional[str]) -> None:
    assert decision_on(record(status=status)).finding is Finding.FOUND


# --- What other messages account for ------------------------------------------------------------------------------


@pytest.mark.parametrize("records", range(5))
@pytest.mark.parametrize("accepted", range(4))
def test_found_means_more_records_than_the_ledger_accounts_for(records: int, accepted: int) -> None:
    others = [row_of(f"other {number}", State.ACCEPTED) for number in range(accepted)]
    expected = Finding.FOUND if records > accepted else Finding.SHARED if records else Finding.ABSENT
    assert decision_on(*(record() for _each in range(records)), others=others).finding is expected


@pytest.mark.parametrize("state", [State.ACCEPTED, State.SENDING, State.UNKNOWN])
@pytest.mark.parametrize("moment", [NOW - 10, NOW, NOW + GRACE, END + HOUR])
def test_another_key_may_have_sent_the_same_text_then(state: State, moment: float) -> None:
    other = at(row_of("other", state), moment)
    assert decision_on(record(), others=[other]).finding is Finding.SHARED
    assert decision_on(record(), record(), others=[other]).finding is Finding.FOUND


@pytest.mark.parametrize("state", [State.REFUSED, State.CANCELLED])
def test_what_was_never_accepted_accounts_for_nothing(state: State) -> None:
    assert decision_on(record(), others=[row_of("other", state)]).finding is Finding.FOUND


def test_what_was_sent_much_later_accounts_for_nothing() -> None:
    assert decision_on(record(), others=[at(row_of("other", State.ACCEPTED), END + HOUR + 1)]).finding is Finding.FOUND


def test_what_was_sent_again_much_later_may_have_been_sent_then() -> None:
    """An accepted row keeps nothing of its earlier attempts but their number."""
    later = at(row_of("other", State.ACCEPTED), NOW + 2 * HOUR)._replace(attempt=2)
    assert decision_on(record(), others=[later]).finding is Finding.SHARED


def test_what_was_accepted_then_and_noted_much_later_accounts_for_a_record() -> None:
    """A machine slept during the POST, or a person has resolved it as sent."""
    late = row_of("other", State.ACCEPTED, claimed_at=NOW + 3 * HOUR)
    assert decision_on(record(), others=[late]).finding is Finding.SHARED


@pytest.mark.parametrize("doubts", [1, 2])
def test_what_lies_below_doubts_accounts_for_a_record(doubts: int) -> None:
    """Of another key, and of the same one, whose status may be dated late."""
    other, own = row_of("other", State.ACCEPTED), at(ACCEPTED, NOW - 700)
    for number in range(doubts):
        other = at(row_of("other", attempt=number + 2, previous=other), NOW + 2 * HOUR)
        own = row_of(attempt=number + 2, previous=own)
    assert decision_on(record(), others=[other]).finding is Finding.SHARED
    assert decision_on(record(), row=own).finding is Finding.SHARED


def test_a_doubt_of_another_text_that_comes_back_is_not_judged_by_this_one() -> None:
    other = at(row_of(text="db2 is down"), NOW - 2 * HOUR)
    assert decision_on(row=row_of(attempt=2, previous=other)).finding is Finding.DOUBTFUL


def test_an_older_message_accounts_for_a_record_unless_it_has_its_own() -> None:
    """The date of a record is that of its status, which may be late."""
    older = at(row_of("other", State.ACCEPTED), NOW - DAY)
    assert decision_on(record(), others=[older]).finding is Finding.SHARED
    assert decision_on(record(), record(NOW - DAY), others=[older]).finding is Finding.FOUND


@pytest.mark.parametrize("apart", [0, 600, HOUR])
def test_an_older_record_is_of_one_of_several_older_messages(apart: float) -> None:
    """The other's may be dated late, and be the one that is seen in the attempt's time."""
    older = [at(row_of(key, State.ACCEPTED), NOW - DAY - apart * number) for number, key in enumerate(("a", "b"))]
    early = record(NOW - DAY - apart)
    assert decision_on(record(), early, others=older).finding is Finding.SHARED
    assert decision_on(record(), early, early._replace(status="DELIVERED"), others=older).finding is Finding.SHARED
    assert decision_on(record(), early, record(NOW - DAY), others=older).finding is Finding.FOUND
    assert decision_on(record(), record(), early, others=older).finding is Finding.FOUND


def test_an_older_record_goes_to_the_message_that_has_no_other() -> None:
    """Whichever comes first in the ledger: what both may have, the one whose time ends first gets."""
    first, second = (at(row_of(key, State.ACCEPTED), NOW - DAY + later) for key, later in (("a", 0), ("b", HOUR)))
    records = record(NOW - DAY), record(NOW - DAY + HOUR + 60)
    for older in ([first, second], [second, first]):
        assert decision_on(record(), *records, others=older).finding is Finding.FOUND


@pytest.mark.parametrize("sender", ["", OURS, "17130000000"])
def test_the_same_text_from_another_sender_accounts_for_a_record(sender: str) -> None:
    message = MESSAGE._replace(sender="17130000000")
    other = row_of("other", State.ACCEPTED, sender=sender)
    row = row_of(sender="17130000000")
    assert decision_on(record(), row=row, message=message, others=[other]).finding is Finding.SHARED


def test_another_text_accounts_for_nothing() -> None:
    assert decision_on(record(), others=[row_of("other", State.ACCEPTED, text="db2 is down")]).finding is Finding.FOUND


def test_a_scheduled_message_of_the_same_text_accounts_for_one() -> None:
    date = "2030-01-01 10:00"
    content = FINGERPRINTS.content("", TEXT, date)
    scheduled = at(row_of("other", State.ACCEPTED, content=content, date=date), NOW - 10 * DAY)
    assert decision_on(record(), others=[scheduled]).finding is Finding.SHARED
    assert decision_on(record(), record(), others=[scheduled]).finding is Finding.FOUND


def test_a_row_accounts_for_each_of_its_attempts_and_for_what_it_replaced() -> None:
    """A row keeps the last of them only."""
    thrice = row_of("other", State.ACCEPTED, attempt=3)
    assert decision_on(*(record() for _each in range(3)), others=[thrice]).finding is Finding.SHARED
    assert decision_on(*(record() for _each in range(4)), others=[thrice]).finding is Finding.FOUND
    replaced = row_of("other", State.UNKNOWN, previous=ACCEPTED)
    assert decision_on(record(), record(), others=[replaced]).finding is Finding.SHARED


def test_the_own_message_before_it_accounts_for_its_record() -> None:
    forced = row_of(attempt=2, previous=at(ACCEPTED, NOW - 10))
    assert decision_on(record(NOW - 11), row=forced).finding is Finding.SHARED
    shown = decision_on(record(NOW - 11), record(NOW - 10), record(NOW + 5), row=forced)
    assert shown.finding is Finding.FOUND
    assert shown.after == forced._replace(state=State.ACCEPTED, claimed_at=NOW + 5, previous=None, owner="")


def test_whichever_attempt_by_the_same_key_a_record_is_of_the_message_was_sent() -> None:
    again = row_of(attempt=2, previous=at(ROW, NOW - 30))
    assert decision_on(record(NOW - 29), row=again).finding is Finding.FOUND


def test_the_same_record_twice_is_one() -> None:
    """Pages shift while messages come in, and a status changes."""
    other = [row_of("other", State.ACCEPTED)]
    one = record()
    assert decision_on(one, one, others=other).finding is Finding.SHARED
    assert decision_on(one, one._replace(status="DELIVERED"), others=other).finding is Finding.SHARED
    nameless = record(id=None)
    assert decision_on(nameless, nameless, others=other).finding is Finding.SHARED
    assert decision_on(nameless, record(NOW + 1, id=None), others=other).finding is Finding.FOUND


# --- Long texts ---------------------------------------------------------------------------------------------------

LONG = SentMessage(ANN, "x" * 300, 2)
LONG_ROW = row_of(text=LONG.text)


def test_a_long_text_may_have_a_record_for_each_part() -> None:
    other = row_of("other", State.ACCEPTED, text=LONG.text)

    def with_records(count: int) -> Finding:
        records = (record(text=LONG.text) for _each in range(count))
        return decision_on(*records, row=LONG_ROW, message=LONG, others=[other]).finding

    assert [with_records(count) for count in (1, 2, 3)] == [Finding.SHARED, Finding.SHARED, Finding.FOUND]
    assert decision_on(record(text=LONG.text), row=LONG_ROW, message=LONG).finding is Finding.FOUND


@pytest.mark.parametrize(
    ("older", "early", "finding"),
    [
        (1, 0, Finding.SHARED),
        (1, 1, Finding.FOUND),
        (2, 1, Finding.SHARED),
        (2, 2, Finding.SHARED),
        (2, 3, Finding.FOUND),
    ],
)
def test_older_records_of_a_long_text_may_all_be_of_one_message(older: int, early: int, finding: Finding) -> None:
    others = [at(row_of(f"{key}", State.ACCEPTED, text=LONG.text), NOW - DAY) for key in range(older)]
    records = [record(NOW - DAY, text=LONG.text) for _each in range(early)]
    shown = [record(text=LONG.text)]
    assert decision_on(*shown, *records, row=LONG_ROW, message=LONG, others=others).finding is finding


def test_parts_of_a_text_cannot_be_compared() -> None:
    parts = record(text="x" * 153), record(text="x" * 147)
    assert decision_on(*parts, row=LONG_ROW, message=LONG).finding is Finding.DOUBTFUL


# --- Absent -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("began", "ended", "finding"),
    [
        (END, True, Finding.ABSENT),
        (END - 0.001, True, Finding.EARLY),
        (NOW, True, Finding.EARLY),
        (END, False, Finding.INCOMPLETE),
        (NOW, False, Finding.INCOMPLETE),
    ],
)
def test_absence_needs_the_whole_log_after_the_time_of_grace(began: float, ended: bool, finding: Finding) -> None:
    for records in ([], [record(external="13612345678")]):
        decision = decision_on(*records, began=began, ended=ended)
        assert decision.finding is finding
        assert decision.after == (None if finding is Finding.ABSENT else ROW)
        assert decision.at == (END if finding is Finding.EARLY else None)


def test_the_time_of_grace_is_that_of_the_row() -> None:
    assert (
        decision_on(row=ROW._replace(first_byte_by=NOW + HOUR), began=NOW + HOUR + GRACE - 1).finding is Finding.EARLY
    )


@pytest.mark.parametrize(
    ("moment", "finding"),
    [
        (NOW - LARGEST_ZONE_ERROR - 1, Finding.ABSENT),
        (NOW - LARGEST_ZONE_ERROR, Finding.DOUBTFUL),
        (NOW + LARGEST_ZONE_ERROR, Finding.DOUBTFUL),
        (NOW + 20 * DAY, Finding.DOUBTFUL),
    ],
)
def test_a_wrong_zone_or_a_late_status_hides_no_record(moment: float, finding: Finding) -> None:
    assert decision_on(record(moment), began=NOW + 30 * DAY).finding is finding


@pytest.mark.parametrize("days", [-1, 1])
def test_a_record_of_the_same_text_where_it_was_accepted_hides_nothing(days: int) -> None:
    """Such as a message of every day."""
    other = at(row_of("other", State.ACCEPTED), NOW + days * DAY)
    near, far = record(NOW + days * DAY + 2), record(NOW + days * DAY + 7 * HOUR)
    began = NOW + 2 * DAY
    assert decision_on(near, others=[other], began=began).finding is Finding.ABSENT
    assert decision_on(far, others=[other], began=began).finding is Finding.DOUBTFUL
    assert decision_on(near, others=[other._replace(state=State.UNKNOWN)], began=began).finding is Finding.DOUBTFUL


@pytest.mark.parametrize(
    ("moment", "finding"),
    [
        (NOW - GRACE - 1, Finding.ABSENT),
        (NOW - GRACE, Finding.DOUBTFUL),
        (NOW + 20 * DAY, Finding.DOUBTFUL),
    ],
)
def test_another_text_to_the_same_number_may_be_this_one_written_otherwise(moment: float, finding: Finding) -> None:
    assert decision_on(record(moment, text="db1 is d?wn"), began=NOW + 30 * DAY).finding is finding


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("sender", ["", OURS])
def test_a_text_that_the_ledger_knows_is_not_this_one(state: State, sender: str) -> None:
    other = row_of("other", state, text="db2 is down", sender=sender)
    assert decision_on(record(text="db2 is down"), others=[other]).finding is Finding.ABSENT
    assert decision_on(record(text="db2 is down", date=None), others=[other]).finding is Finding.ABSENT
    assert decision_on(record(text="db3 is down"), others=[other]).finding is Finding.DOUBTFUL


def test_absence_gives_back_what_was_accepted_before() -> None:
    accepted = at(ACCEPTED, NOW - DAY)
    decision = decision_on(record(NOW - DAY), row=row_of(attempt=2, previous=accepted))
    assert decision.finding is Finding.ABSENT
    assert decision.after == accepted._replace(attempt=2)


def test_an_earlier_doubt_must_be_absent_too() -> None:
    earlier = at(ROW, NOW - DAY)
    again = row_of(attempt=2, previous=earlier)
    assert decision_on(row=again) == Decision(Finding.ABSENT, None)
    shown = decision_on(record(NOW - DAY + 5), row=again)
    assert shown.finding is Finding.DOUBTFUL  # for the later attempt, with the zone in doubt
    assert shown.after == again
    long_ago = row_of(attempt=2, previous=at(ROW, NOW - 2 * DAY))
    shown = decision_on(record(NOW - 2 * DAY + 5), row=long_ago)
    assert shown.finding is Finding.FOUND
    assert shown.after is not None
    assert (shown.after.state, shown.after.claimed_at) == (State.ACCEPTED, NOW - 2 * DAY + 5)
    doubtful = decision_on(record(NOW - 2 * DAY + 5, status="FAILED"), row=long_ago)
    assert doubtful == Decision(Finding.DOUBTFUL, long_ago)


# --- Whatever comes -----------------------------------------------------------------------------------------------

moments = st.sampled_from([NOW + step for step in (-3 * DAY, -DAY, -HOUR, -SLACK, 0, 60, 900, 2 * HOUR, DAY)])
kinds = st.sampled_from([{}, *DOUBTFUL, {"id": None}, {"direction": "in"}, {"external": "13612345678"}])
records_strategy = st.lists(st.builds(lambda moment, change: record(moment, **change), moments, kinds), max_size=6)
other_rows = st.lists(
    st.builds(
        lambda key, state, moment, text, attempt: at(row_of(key, state, text, attempt=attempt), moment),
        st.sampled_from(["one", "two", "three"]),
        st.sampled_from(list(State)),
        moments,
        st.sampled_from([TEXT, "db2 is down"]),
        st.integers(1, 3),
    ),
    max_size=4,
)


@given(records_strategy, other_rows, st.booleans(), moments)
def test_one_record_more_never_makes_a_message_absent(
    records: list[LogRecord], others: list[Row], ended: bool, began: float
) -> None:
    before = decision_on(*records, others=others, ended=ended, began=began)
    after = decision_on(*records, record(), others=others, ended=ended, began=began)
    assert after.finding in (Finding.FOUND, Finding.SHARED)
    assert before.finding is not Finding.FOUND or after.finding is Finding.FOUND


@given(records_strategy, other_rows, other_rows, st.booleans(), moments)
def test_one_row_more_never_finds_a_message(
    records: list[LogRecord], others: list[Row], more: list[Row], ended: bool, began: float
) -> None:
    if decision_on(*records, others=others, ended=ended, began=began).finding is not Finding.FOUND:
        with_more = decision_on(*records, others=[*others, *more], ended=ended, began=began)
        assert with_more.finding is not Finding.FOUND


@given(records_strategy, other_rows, st.booleans(), moments)
def test_nothing_is_changed_without_proof(
    records: list[LogRecord], others: list[Row], ended: bool, began: float
) -> None:
    decision = decision_on(*records, others=others, ended=ended, began=began)
    if decision.finding is Finding.ABSENT:
        assert ended
        assert began >= END
        assert not [one for one in records if one.external == ANN and one.date == written(NOW)]
    elif decision.finding is Finding.FOUND:
        assert [one for one in records if one.external == ANN and one.text == TEXT and one.direction == "out"]
    else:
        assert decision.after == ROW


# --- The sentences ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("finding", list(Finding))
@pytest.mark.parametrize("resend_absent", [True, False])
def test_each_finding_has_its_own_sentence(finding: Finding, resend_absent: bool) -> None:
    decision = Decision(finding, ROW, END if finding is Finding.EARLY else None)
    sentence = why_unknown(decision, resend_absent=resend_absent)
    assert sentence.startswith("the message log ")
    assert not sentence.endswith(".")
    assert ("run the task again" in sentence) is (finding is Finding.EARLY and resend_absent)
    assert ("before 2030-03-17T18:03:10Z" in sentence) is (finding is Finding.EARLY)
