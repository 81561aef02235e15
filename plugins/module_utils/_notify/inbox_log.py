# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what is new in the message log, with one request where nothing is.

Neither the order of the log nor the size of its pages is known. The order is read off its dates when the whole log is
read, which is done at first, and then once a day, so that nothing is missed where the order was taken for another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .._api.log import LogRecord
from .._core.errors import VoipsmsError
from .inbox_state import InboxState
from .question_log import LogOrder

MOST_PAGES = 1000
"""Most pages of a log that are read."""

_THOROUGH_EVERY = 6
"""One look in this many reads one page more than seems needed, for a message that appears late and further down."""

_WHOLE_EVERY = 86_400.0
"""Seconds after which the whole log is read again."""

_CLEAR = 4
"""How many times as many neighbours must be in one order as in the other, for the log to be in it."""

ReadPage = Callable[[int], Sequence[LogRecord]]


class Marked(NamedTuple):
    """A record that was not seen before, and its mark."""

    record: LogRecord
    mark: str


class InboxLog:
    """The message log, as far as it has something new."""

    def __init__(self, read_page: ReadPage, state: InboxState, clock: Callable[[], float]) -> None:
        """Read nothing yet. ``clock``: seconds from any beginning on, that only go forward."""
        self._read_page = read_page
        self._state = state
        self._clock = clock
        self._order = LogOrder(state.order) if state.order in {order.value for order in LogOrder} else None
        self._last_page: int | None = None
        self._whole_at: float | None = None
        self._was_empty = False
        self._looks = 0

    def refresh(self) -> list[Marked]:
        """Return the records that were not noted, in the order in which they came. Raise ``VoipsmsError``."""
        self._looks += 1
        self._occurrences: Counter[LogRecord] = Counter()
        marked = self._whole() if self._is_whole_due() else self._latest()
        if self._order is LogOrder.NEWEST_FIRST:
            marked.reverse()
        elif self._order is None:
            marked.sort(key=lambda one: one.record.date or "")
        return [one for one in dict.fromkeys(marked) if one.mark not in self._state]

    def _is_whole_due(self) -> bool:
        if self._order is None or (self._order is LogOrder.OLDEST_FIRST and self._last_page is None):
            return True
        if self._whole_at is None:  # as after a restart
            self._whole_at = self._clock()
        return self._clock() - self._whole_at >= _WHOLE_EVERY

    def _whole(self) -> list[Marked]:
        """Return all records, and learn the order. Raise ``VoipsmsError`` for a log that cannot be the one known."""
        marked, has_ended = self._from(0, lambda _page: False)
        self._learn([one.record for one in marked])
        if not has_ended and self._order is not LogOrder.NEWEST_FIRST:
            raise VoipsmsError(f"the message log has more than {MOST_PAGES} pages, and its end cannot be found")
        shown = {one.mark for one in marked}
        # What comes into an empty log is new, so that a log that keeps records for a time need not show a known one.
        is_doubtful = bool(marked and len(self._state)) and not self._was_empty
        if is_doubtful and not any(mark in self._state for mark in shown):
            raise VoipsmsError(
                "the message log has nothing of what was seen before, so that all of it would be taken for new; if it"
                " is right, remove the state_file, to begin from now on"
            )
        self._was_empty = not marked
        self._state.keep(shown)
        self._whole_at = self._clock()
        return marked

    def _latest(self) -> list[Marked]:
        """Return the records of the pages that may have something new."""
        if self._order is LogOrder.OLDEST_FIRST:
            first = self._last_page or 0
            marked, _has_ended = self._from(first, lambda _page: False)
            if not marked and first > 0:  # old records have gone, and with them pages
                return self._whole()
            return marked
        more = 1 if self._looks % _THOROUGH_EVERY == 0 else 0

        def is_enough(page: Sequence[Marked]) -> bool:
            nonlocal more
            is_known = page[-1].mark in self._state
            more -= is_known
            return is_known and more < 0

        return self._from(0, is_enough)[0]

    def _from(self, first: int, is_enough: Callable[[Sequence[Marked]], bool]) -> tuple[list[Marked], bool]:
        """Return the records from a page on, and whether the log ended; ``is_enough``: whether a page is the last."""
        marked: list[Marked] = []
        known: set[LogRecord] = set()
        for number in range(first, first + MOST_PAGES):
            page = self._read_page(number)
            self._was_empty |= number == 0 and not page
            if known.issuperset(page):  # the end, or a service without pages
                return marked, True
            fresh = [self._marked(record) for record in page if record.id is None or record not in known]
            marked += fresh
            known.update(page)
            self._last_page = max(self._last_page or 0, number)
            if is_enough(fresh):
                break
        return marked, False

    def _marked(self, record: LogRecord) -> Marked:
        occurrence = self._occurrences[record]
        self._occurrences[record] += 1
        return Marked(record, self._state.mark_of(record, occurrence))

    def _learn(self, records: Sequence[LogRecord]) -> None:
        """Note the order that most neighbours have; it stays unknown where their dates do not show it."""
        dates = [record.date for record in records if record.date]
        rising = sum(one < other for one, other in zip(dates, dates[1:]))
        falling = sum(one > other for one, other in zip(dates, dates[1:]))
        if falling > rising * _CLEAR:
            self._order = LogOrder.NEWEST_FIRST
        elif rising > falling * _CLEAR:
            self._order = LogOrder.OLDEST_FIRST
        self._state.order = self._order.value if self._order else None
