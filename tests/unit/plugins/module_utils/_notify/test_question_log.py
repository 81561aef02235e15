# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message log as a question reads it: every order, every size of page, and one request where one page will do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question_log import (
    LOG_PAGES,
    Marked,
    QuestionLog,
    Seen,
)
from ansible_collections.voip_communications.sms.tests.support.people import OURS

ORDERS = ("newest first", "oldest first")


def record(direction: str, person: str, text: str, date: int = 0) -> LogRecord:
    return LogRecord(None, direction, OURS, person, text, None, str(date), None, None, None)


class Log:
    """A message log with an order and pages of one size.

    ``requests`` counts the pages that were read. ``arriving``: what comes after each of the next requests.
    """

    def __init__(self, order: str, size: int, records: Sequence[LogRecord] = ()) -> None:
        self.order, self.size, self.records = order, size, list(records)
        self.requests = 0
        self.arriving: list[list[tuple[str, str, str]]] = []

    def page(self, number: int) -> list[LogRecord]:
        self.requests += 1
        ordered = self.records if self.order == ORDERS[1] else self.records[::-1]
        page = list(ordered[number * self.size : (number + 1) * self.size])
        for one in self.arriving.pop(0) if self.arriving else ():
            self.add(*one)
        return page

    def add(self, direction: str, person: str, text: str) -> None:
        self.records.append(record(direction, person, text, len(self.records)))


def marked(one: LogRecord) -> Marked:
    person = one.external if one.external in ("ann", "ben") else ""
    return Marked(one, f"{one.direction} {one.external} {one.text} {one.date}", person, one.text.startswith("question"))


def reader(log: Log, *, has_before: bool = True) -> QuestionLog:
    """Take the look before the question, and return what reads the log from then on."""
    before = frozenset(marked(one).mark for one in log.page(0)) if has_before else frozenset()
    log.requests = 0
    return QuestionLog(log.page, marked, before, has_before=has_before)


def texts(seen: Sequence[Seen], *, fresh: bool = False) -> set[str]:
    return {one.marked.record.text for one in seen if one.is_fresh or not fresh}


def others(count: int) -> list[LogRecord]:
    return [record("out" if number % 2 else "in", "other", f"other {number}") for number in range(count)]


ANN, BOTH = frozenset({"ann"}), frozenset({"ann", "ben"})


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("before", [0, 1, 5, 19])
def test_a_look_is_one_request_where_one_page_suffices(order: str, before: int) -> None:
    log = Log(order, 20 if order == ORDERS[0] else 50, others(before))
    question = reader(log)
    log.add("out", "ann", "question a")
    for number in range(12):
        question.refresh(ANN)
        assert log.requests <= number + 2, "the first look may see where the log ends"


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_in_a_long_log_whose_oldest_record_comes_first_later_looks_are_one_request(size: int) -> None:
    log = Log(ORDERS[1], size, others(45))
    question = reader(log)
    log.add("out", "ann", "question a")
    question.refresh(ANN)
    for _number in range(6):
        log.requests = 0
        assert "answer" not in texts(question.refresh(ANN))
        assert log.requests == 1 + (46 % size == 0), "what comes after a full page is on the next one"
    log.add("in", "ann", "answer")
    assert "answer" in texts(question.refresh(ANN), fresh=True) | texts(question.refresh(ANN), fresh=True)


@settings(max_examples=400)
@given(
    st.sampled_from(ORDERS),
    st.integers(1, 4) | st.just(20),
    st.integers(0, 9),
    st.lists(st.sampled_from(["ann's question", "ben's question", "ann", "ben", "other", "look"]), max_size=30),
    st.booleans(),
)
@example(ORDERS[0], 1, 1, ["look", "ann", "ann's question", "ben's question"], True)
@example(ORDERS[0], 1, 20, ["look", "ann", "ann's question", "ben's question"], False)
@example(ORDERS[0], 1, 0, ["ann"] * 10, False)
@example(ORDERS[1], 4, 1, ["look"] * 3 + ["other", "ann", "other", "ann"] + ["look"] * 5, True)
@example(ORDERS[1], 4, 0, ["look"] * 3 + ["other"] * 2 + ["look", "ben", "ann"] + ["look"] * 5 + ["ann", "ben"], True)
def test_whatever_comes_when_no_answer_is_missed(
    order: str, size: int, before: int, events: list[str], has_before: bool
) -> None:
    log = Log(order, size, others(before))
    question = reader(log, has_before=has_before)
    answers: set[str] = set()
    seen: set[str] = set()
    for place, event in enumerate(["ann's question", *events]):
        if event.endswith("question"):
            log.add("out", event[:3], f"question {event[:3]}")
        elif event == "look":
            seen |= texts(question.refresh(BOTH))
        else:
            log.add("in", event, f"answer {place} of {event}")
            answers |= {f"answer {place} of {event}"} if event != "other" else set()
    seen |= texts(question.refresh(BOTH))
    assert answers <= seen | texts(question.refresh(BOTH, is_whole=True)), "one that is to miss nothing"
    log.add("in", "ann", "the last answer")
    assert "the last answer" in set().union(*(texts(question.refresh(BOTH)) for _number in range(5))), "a few looks"


@settings(max_examples=400)
@given(
    st.sampled_from(ORDERS),
    st.integers(1, 5) | st.just(20),
    st.integers(0, 9),
    st.lists(st.tuples(st.lists(st.integers(0, 6), max_size=3), st.booleans()), max_size=12),
    st.booleans(),
)
@example(ORDERS[1], 4, 2, [([2], False)], True)
@example(ORDERS[1], 4, 1, [([], False), ([], False), ([2], True)], False)
@example(ORDERS[1], 4, 2, [([3, 3], False)], True)
def test_what_arrives_between_two_requests_is_seen_by_a_few_looks(
    order: str, size: int, before: int, arrivals: list[tuple[list[int], bool]], has_before: bool
) -> None:
    """As long as less than a page arrives from one request to the next."""
    log = Log(order, size, others(before))
    question = reader(log, has_before=has_before)
    log.add("out", "ann", "question ann")
    seen: set[str] = set()
    count = 0
    for batches, is_whole in arrivals:
        log.arriving = []
        for number in (min(number, size - 1) for number in batches):
            log.arriving.append([("in", "ann", f"answer {count + place}") for place in range(number)])
            count += number
        seen |= texts(question.refresh(ANN, is_whole=is_whole))
        for one in chain(*log.arriving):
            log.add(*one)
    log.arriving = []
    for _number in range(7):
        seen |= texts(question.refresh(ANN))
    assert {f"answer {place}" for place in range(count)} <= seen


def test_a_page_that_was_filled_between_two_requests_is_not_taken_for_a_full_one() -> None:
    log = Log(ORDERS[1], 5, others(2))
    question = reader(log)
    log.add("out", "ann", "question ann")
    log.arriving = [[("in", "ann", f"answer {number}") for number in range(3)]]
    question.refresh(ANN)
    log.add("in", "ann", "one more")
    log.add("in", "ann", "and another")
    question.refresh(ANN)
    log.requests = 0
    question.refresh(ANN)
    assert log.requests == 1, "three records of five are no full page, although the first one once had as many"


@settings(max_examples=400)
@given(st.sampled_from(ORDERS), st.integers(1, 4) | st.just(20), st.integers(0, 30), st.integers(0, 15), st.booleans())
def test_what_was_there_before_is_never_fresh(order: str, size: int, before: int, after: int, has_before: bool) -> None:
    log = Log(order, size, [record("in", "ann", f"old {number}") for number in range(before)])
    question = reader(log, has_before=has_before)
    for number in range(after):
        if number == 1:
            log.add("out", "ann", "question a")
        log.add("in", "ann", f"new {number}")
        for is_whole in (False, True):
            seen = texts(question.refresh(ANN, is_whole=is_whole), fresh=True)
            assert not [text for text in seen if text.startswith("old")]
    log.add("out", "ann", "question a")
    log.add("in", "ann", "newest")
    is_placed = has_before or after > 0
    assert ("newest" in texts(question.refresh(ANN, is_whole=True), fresh=True)) >= is_placed


@pytest.mark.parametrize("order", ORDERS)
def test_without_a_look_before_what_it_had_is_not_fresh_but_everything_is_seen(order: str) -> None:
    log = Log(order, 3, [record("in", "ann", "STOP")])
    question = reader(log, has_before=False)
    log.add("out", "ann", "question a")
    log.add("in", "ann", "4597")
    seen = question.refresh(ANN, is_whole=True)
    assert (texts(seen), texts(seen, fresh=True)) == ({"STOP", "question a", "4597"}, set())


@pytest.mark.parametrize("order", ORDERS)
def test_without_a_look_before_a_long_log_is_not_read_whole_again_and_again(order: str) -> None:
    log = Log(order, 5, others(60))
    question = reader(log, has_before=False)
    log.add("out", "ann", "question a")
    question.refresh(ANN)
    log.requests = 0
    question.refresh(ANN)
    assert log.requests <= 2, "both ends, while the order does not show"
    log.add("in", "ann", "STOP")
    assert "STOP" in texts(question.refresh(ANN), fresh=True)
    log.requests = 0
    question.refresh(ANN)
    assert log.requests == 1


@pytest.mark.parametrize("size", [1, 2, 3, 4, 20])
@pytest.mark.parametrize("order", ORDERS)
def test_many_answers_before_the_first_look_do_not_make_later_ones_get_lost(order: str, size: int) -> None:
    log = Log(order, size, [record("in", "ann", "STOP")])
    question = reader(log, has_before=False)
    log.add("out", "ann", "question a")
    for number in range(25):
        log.add("in", "ann", f"answer {number}")
    first = question.refresh(ANN)
    assert len(first) == 27
    assert not texts(first, fresh=True), "whether STOP is older does not show"
    log.add("in", "ann", "the last answer")
    assert texts(question.refresh(ANN), fresh=True) & {"the last answer", "STOP"} == {"the last answer"}


@pytest.mark.parametrize("order", ORDERS)
def test_while_no_question_shows_a_long_log_is_not_read_whole_again_and_again(order: str) -> None:
    log = Log(order, 5, others(60))
    question = reader(log)
    question.refresh(ANN)
    for number in range(12):
        log.requests = 0
        log.add("in", "ann", f"early {number}")
        assert f"early {number}" in texts(question.refresh(ANN))
        assert log.requests <= 3 + number // log.size, "both ends, and no further down than what the log had before"


@pytest.mark.parametrize("order", ORDERS)
def test_an_answer_that_shows_before_the_question_is_seen(order: str) -> None:
    log = Log(order, 2, others(5))
    question = reader(log)
    log.add("in", "ann", "4597")
    assert "4597" in texts(question.refresh(ANN))
    log.add("out", "ann", "question a")
    assert "question a" in texts(question.refresh(ANN))


def test_a_question_that_may_not_have_been_sent_does_not_make_every_look_read_the_whole_log() -> None:
    log = Log(ORDERS[0], 5, others(200))
    question = reader(log)
    log.add("out", "ann", "question a")
    for _number in range(3):
        log.requests = 0
        question.refresh(BOTH)
        assert log.requests == 1


def test_a_log_of_others_alone_is_read_no_further_than_its_limit() -> None:
    log = Log(ORDERS[0], 1, others(3 * LOG_PAGES))
    assert len(reader(log).refresh(ANN)) == LOG_PAGES
    assert log.requests == LOG_PAGES


def test_a_service_without_pages_ends_a_look() -> None:
    question = QuestionLog(lambda _number: [record("out", "ann", "question a")], marked, frozenset(), has_before=True)
    assert len(question.refresh(ANN, is_whole=True)) == 1
