# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell who has the shift at a moment, since when, until when, and who follows; pure."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Callable, NamedTuple, Optional

HORIZONS = tuple(dt.timedelta(days=days) for days in (15, 100, 400))
"""How far shifts are looked for, one after the other, until the end of a shift is seen."""


class Shift(NamedTuple):
    """The time from ``begin`` to before ``end`` (both in UTC) in which the people called ``names`` are on call.

    Without ``names`` the event names no contact. Of those at one moment, overrides win, and of these the highest
    ``level``. ``label`` is what a sentence calls the event, and ``zone`` is the one it is written in.
    """

    begin: dt.datetime
    end: dt.datetime
    names: tuple[str, ...]
    level: int = 0
    is_override: bool = False
    label: str = ""
    zone: str = ""


class Turn(NamedTuple):
    """The uninterrupted time in which one person is on call; None where it goes on beyond what is looked for.

    ``followers`` are on call afterwards; none where it is not known who, or no one is.
    """

    name: str
    level: int
    zone: str
    since: Optional[dt.datetime]
    until: Optional[dt.datetime]
    followers: tuple[str, ...]


Shifts = Callable[[dt.datetime, dt.datetime], Sequence[Shift]]
"""Returns the shifts that lie at least partly between two instants."""


class Rota:
    """The shifts around one moment."""

    def __init__(self, shifts: Shifts, at: dt.datetime, level: Optional[int] = None) -> None:
        """Read the shifts around an aware instant. With a ``level``, the others do not count. Raises ``InputError``."""
        self.at = at.astimezone(dt.timezone.utc)
        self._source = shifts
        self._level = level
        self._widen(HORIZONS[0])

    def on_call(self) -> tuple[Shift, ...]:
        """Return the shifts that count at the moment of the rota; none is a gap."""
        return _that_count(shift for shift in self._shifts if shift.begin <= self.at < shift.end)

    def turns(self) -> tuple[Turn, ...]:
        """Return the turn of everyone who is on call at the moment of the rota."""
        people: dict[str, Shift] = {}
        for shift in self.on_call():
            for name in shift.names:
                people.setdefault(name, shift)
        return tuple(self._turn_of(name, shift) for name, shift in people.items())

    def next_change(self) -> Optional[dt.datetime]:
        """Return the first moment after the one of the rota at which other people are on call; None if none is seen.

        A gap is passed over.
        """
        current = self._names(self.at)
        return self._search(lambda names: bool(names) and names != current, is_forward=True)

    def _turn_of(self, name: str, shift: Shift) -> Turn:
        until = self._search(lambda names: name not in names, is_forward=True)
        since = self._search(lambda names: name not in names, is_forward=False)
        followers = tuple(sorted(self._names(until) - {""})) if until is not None else ()
        return Turn(name, shift.level, shift.zone, since, until, followers)

    def _search(self, is_wanted: Callable[[frozenset[str]], bool], *, is_forward: bool) -> Optional[dt.datetime]:
        """Return the nearest change after which, or before which, those on call are as wanted.

        Farther and farther shifts are read until there is one.
        """
        for horizon in HORIZONS:
            if horizon > self._horizon:
                self._widen(horizon)
            changes = [moment for moment in self._changes if (moment > self.at if is_forward else moment <= self.at)]
            for moment in changes if is_forward else reversed(changes):
                # Just before a change, those are on call who were so since the one before it.
                if is_wanted(self._names(moment) if is_forward else self._spans.names_before(moment)):
                    return moment
        return None

    def _names(self, moment: dt.datetime) -> frozenset[str]:
        return self._spans.names_at(moment)

    def _widen(self, horizon: dt.timedelta) -> None:
        self._horizon = horizon
        begin, end = self.at - horizon, self.at + horizon
        shifts = self._source(begin, end)
        self._shifts = [shift for shift in shifts if self._level is None or shift.level == self._level]
        self._spans = _Spans(self._shifts)
        self._changes = [moment for moment in self._spans.moments if begin < moment < end]


class _Spans:
    """Who is on call from each of the ``moments`` at which shifts begin or end, in their order, to the next one.

    An event that names no contact counts as a person without a name.
    """

    def __init__(self, shifts: Sequence[Shift]) -> None:
        """Go through all shifts once: a calendar may have tens of thousands, and each of them two moments."""
        changes: dict[dt.datetime, list[int]] = {}
        for number, shift in enumerate(shifts):
            if shift.begin < shift.end:
                changes.setdefault(shift.begin, []).append(number)
                changes.setdefault(shift.end, []).append(number)
        self.moments = sorted(changes)
        self._names: list[frozenset[str]] = []
        current: dict[int, Shift] = {}
        for moment in self.moments:
            for number in changes[moment]:
                # A shift that has begun ends here.
                if current.pop(number, None) is None:
                    current[number] = shifts[number]
            self._names.append(frozenset(name for one in _that_count(current.values()) for name in one.names or ("",)))

    def names_at(self, moment: dt.datetime) -> frozenset[str]:
        """Return who is on call at an instant."""
        return self._before(bisect_right(self.moments, moment))

    def names_before(self, moment: dt.datetime) -> frozenset[str]:
        """Return who is on call just before an instant."""
        return self._before(bisect_left(self.moments, moment))

    def _before(self, index: int) -> frozenset[str]:
        return self._names[index - 1] if index else frozenset()


def _that_count(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return those of the shifts at one moment that count: the overrides if there are any, of the highest level."""
    current = tuple(shifts)
    current = tuple(shift for shift in current if shift.is_override) or current
    highest = max((shift.level for shift in current), default=0)
    return tuple(shift for shift in current if shift.level == highest)
