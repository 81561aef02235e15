# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refresh the message log for a question, with one request each time where one page suffices.

That the log shows answers is observed, not documented, and so are its pages. The question's own record is the proof
that a refresh has read far enough. Neither dates nor ids are relied upon, and the order of the records is read off the
log itself: by where the question stands to what the log had before it was sent, or by the end at which it grows. While
neither shows, both ends are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from .._api.log import LogRecord

LOG_PAGES = 100
"""Most pages that one refresh reads."""

_FOLLOWING_EVERY = 4
"""While it is unknown whether the first page is full, one refresh in this many tries the next page first."""

_THOROUGH_EVERY = 6
"""One refresh in this many reads down to the question even when the first page ends with nothing new."""


class LogOrder(Enum):
    """The order of the records in the log, from page 0 on."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"


class Marked(NamedTuple):
    """A record, with its ``mark`` in the ledger.

    ``person``: whose number it is of (an id), or empty. ``is_question``: it is the question itself, to that person.
    """

    record: LogRecord
    mark: str
    person: str
    is_question: bool


class Seen(NamedTuple):
    """A record of a refresh. ``is_fresh``: it certainly came after the question was sent."""

    marked: Marked
    is_fresh: bool


class _Placed(NamedTuple):
    page: int
    marked: Marked


ReadPage = Callable[[int], Sequence[LogRecord]]
Mark = Callable[[LogRecord], Marked]


class QuestionLog:
    """The message log as one run reads it. ``before``: the marks of the first page before the question was sent.

    ``has_before``: whether that page could be read; an empty one says that the log was empty.
    """

    def __init__(self, read_page: ReadPage, mark: Mark, before: frozenset[str], *, has_before: bool) -> None:
        """Read nothing yet."""
        self._read_page = read_page
        self._mark = mark
        self._before = before
        self._was_empty = has_before and not before
        self._top: str | None = None
        self._order: LogOrder | None = None
        self._questions_page = LOG_PAGES
        self._last_page = 0
        self._end = 0
        self._last_length = 0
        self._capacity: int | None = None
        self._shown: dict[str, str] = {}
        self._known: set[str] = set()
        self._refreshes = 0

    def refresh(self, sought: frozenset[str], *, is_whole: bool = False) -> list[Seen]:
        """Return the records down to the question to each person (id) sought; raise ``VoipsmsError``.

        ``is_whole``: read until no answer can be missing; otherwise one page may suffice.
        """
        placed = self._read(self._first_page(is_whole=is_whole), sought, is_whole=is_whole)
        self._learn(placed)
        self._refreshes += 1
        return [Seen(one.marked, self._is_fresh(place, placed)) for place, one in enumerate(placed)]

    # Pages ----------------------------------------------------------------------------------------------------

    def _first_page(self, *, is_whole: bool) -> int:
        """Return the page to begin with."""
        if self._order is LogOrder.NEWEST_FIRST or self._refreshes == 0:
            return 0
        if is_whole:
            is_known = self._order is LogOrder.OLDEST_FIRST and self._questions_page < LOG_PAGES
            return self._questions_page if is_known else 0
        if self._capacity is not None:
            return self._end if self._order is LogOrder.OLDEST_FIRST else 0
        return self._last_page + (self._refreshes % _FOLLOWING_EVERY == 0)

    def _read(self, first: int, sought: frozenset[str], *, is_whole: bool) -> list[_Placed]:
        """Return the records of the pages from ``first`` on, as far as they must be read; none where it is empty."""
        if first > self._last_page:
            if not self._read_page(first):
                return []
            first, is_whole = self._last_page, True  # the last page has been filled, by records that were not read
        placed: list[_Placed] = []
        known: set[LogRecord] = set()
        number = first
        for _reading in range(LOG_PAGES):
            page = self._read_page(number)
            if known.issuperset(page):  # the end, or a service without pages
                break
            placed += [_Placed(number, self._mark(record)) for record in page if record not in known]
            known.update(page)
            self._note_page(number, len(page))
            if self._is_enough(placed, len(page), first, sought, is_whole=is_whole):
                break
            number = self._following(number, placed, is_whole=is_whole)
        return placed

    def _following(self, number: int, placed: Sequence[_Placed], *, is_whole: bool) -> int:
        """Return the page to read after another: the next one, or the end of a log that is known between."""
        is_known_between = number == 0 < self._refreshes and self._capacity is not None
        if is_whole or not is_known_between or self._order or self._order_of(placed):
            return number + 1
        return max(1, self._end)

    def _note_page(self, number: int, length: int) -> None:
        """Note the last page, where to look for what is added at the end, and how many records a full page has.

        Records may arrive between two requests, so the longest page seen so far is only a lower bound.
        """
        if number > self._last_page:
            self._capacity = max(self._capacity or 0, self._last_length)
        if self._capacity is not None:
            self._capacity = max(self._capacity, length)
        if number >= self._last_page:
            # Until the second page shows, nothing tells whether the first one is full: it may have been filled since.
            self._end = 0 if number == 1 > self._last_page else number
            self._last_page, self._last_length = number, length

    def _is_enough(
        self, placed: Sequence[_Placed], length: int, first: int, sought: frozenset[str], *, is_whole: bool
    ) -> bool:
        """Return whether the pages read so far are enough for this refresh."""
        questions = [one for one in placed if one.marked.is_question]
        found = {one.marked.person for one in questions}
        order = self._order or (self._order_of(placed) if first == 0 else None)
        is_last = self._capacity is not None and length < self._capacity
        if order is LogOrder.NEWEST_FIRST:
            has_old = any(one.marked.mark in self._before for one in placed)
            if self._refreshes == 0 and self._before:  # there may be several questions to one person, as of two rounds
                return has_old
            if not is_whole and self._is_known(placed[-1].marked.mark, sought):
                return True
            # An answer may be below a later question, such as one of the next round, but is above the earlier records.
            if self._before:
                return has_old
            return self._shown.keys() <= {one.marked.mark for one in questions} and sought <= found
        if order is LogOrder.OLDEST_FIRST:
            return is_last or (self._refreshes > 0 and not is_whole and self._capacity is None)
        return is_last or (self._refreshes > 0 and sought <= found and not is_whole and self._capacity is None)

    def _is_known(self, mark: str, sought: frozenset[str]) -> bool:
        """Return whether an earlier refresh has read a record and all below it, so that new records are above it.

        A record that appears late and further down is found by the thorough refreshes, which read on.
        """
        return self._refreshes % _THOROUGH_EVERY != 0 and sought <= {*self._shown.values()} and mark in self._known

    # Order ----------------------------------------------------------------------------------------------------

    def _learn(self, placed: Sequence[_Placed]) -> None:
        """Note the order of the log and the page of the question, from a refresh that began at page 0."""
        if placed and placed[0].page == 0:
            self._order = self._order or self._order_of(placed)
            self._top = placed[0].marked.mark
        questions = [one for one in placed if one.marked.is_question]
        self._shown.update({one.marked.mark: one.marked.person for one in questions})
        self._known.update(one.marked.mark for one in placed)
        # Where the oldest record comes first, no record ever moves to another page.
        self._questions_page = min([self._questions_page, *(one.page for one in questions)])

    def _order_of(self, placed: Sequence[_Placed]) -> LogOrder | None:
        """Return the order of records that were read from page 0 on, or None where they do not show it."""
        questions = [place for place, one in enumerate(placed) if one.marked.is_question]
        old = [place for place, one in enumerate(placed) if one.marked.mark in self._before]
        if questions and old:
            return LogOrder.NEWEST_FIRST if min(questions) < min(old) else LogOrder.OLDEST_FIRST
        return self._growth_of(placed)

    def _growth_of(self, placed: Sequence[_Placed]) -> LogOrder | None:
        """Return the order that shows by what has been added since the refresh before, or None when nothing has."""
        if self._top is None or not placed:
            return None
        if placed[0].marked.mark != self._top:
            return LogOrder.NEWEST_FIRST
        return None if placed[-1].marked.mark in self._known else LogOrder.OLDEST_FIRST

    def _is_fresh(self, place: int, placed: Sequence[_Placed]) -> bool:
        """Return whether a record certainly came after the question was sent."""
        if placed[place].marked.mark in self._before:
            return False
        if self._was_empty:
            return True
        questions = [other for other, one in enumerate(placed) if one.marked.is_question]
        if self._order is LogOrder.NEWEST_FIRST:
            old = [other for other, one in enumerate(placed) if one.marked.mark in self._before]
            # A refresh that ended above the questions has read only what came after them.
            is_above = not old and not questions and bool(self._shown)
            return is_above or place < (min(old) if old else max(questions, default=0))
        if self._order is LogOrder.OLDEST_FIRST:
            is_beyond = placed[place].page > self._questions_page
            return is_beyond or (bool(questions) and place > min(questions))
        return False
