# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns by shifts alone: whatever overlaps, against a look at every shift, and many of them without many looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._people.rota import Rota, Shift

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def on_call(shifts: Sequence[Shift], moment: dt.datetime) -> set[str]:
    """Return who is on call at a moment, by looking at every shift."""
    current = [shift for shift in shifts if shift.begin <= moment < shift.end]
    current = [shift for shift in current if shift.is_override] or current
    highest = max((shift.level for shift in current), default=0)
    return {name for shift in current if shift.level == highest for name in shift.names or ("",)}


SHIFTS = st.lists(
    st.builds(
        lambda begin, hours, names, level, is_override: Shift(
            NOON + begin * HOUR, NOON + (begin + hours) * HOUR, tuple(names), level, is_override
        ),
        st.integers(-12, 12),
        st.integers(-1, 12),
        st.lists(st.sampled_from("abc"), max_size=2, unique=True),
        st.integers(0, 1),
        st.booleans(),
    ),
    max_size=8,
)


@given(shifts=SHIFTS)
def test_turns_are_those_of_a_look_at_every_hour(shifts: list[Shift]) -> None:
    rota = Rota(lambda _begin, _end: shifts, NOON)
    now = on_call(shifts, NOON)
    assert {turn.name for turn in rota.turns()} == now - {""}
    later = [NOON + hour * HOUR for hour in range(1, 30)]
    earlier = [NOON - hour * HOUR for hour in range(1, 30)]
    change = next((moment for moment in later if on_call(shifts, moment) not in (set(), now)), None)
    assert rota.next_change() == change
    for turn in rota.turns():
        until = next(moment for moment in later if turn.name not in on_call(shifts, moment))
        before = next(moment for moment in earlier if turn.name not in on_call(shifts, moment))
        assert (turn.since, turn.until) == (before + HOUR, until)
        assert set(turn.followers) == on_call(shifts, until) - {""}


class Counted(dt.datetime):
    """A moment that counts how often it is compared."""

    comparisons = 0

    def __le__(self, other: Any) -> bool:
        Counted.comparisons += 1
        return super().__le__(other)

    def __lt__(self, other: Any) -> bool:
        Counted.comparisons += 1
        return super().__lt__(other)


def test_a_person_with_many_shifts_in_a_row_takes_few_looks_at_each() -> None:
    moments = [Counted.fromtimestamp(NOON.timestamp() + number * 1800, dt.UTC) for number in range(-3000, 3001)]
    shifts = [Shift(begin, end, ("a",)) for begin, end in pairwise(moments)]
    Counted.comparisons = 0
    (turn,) = Rota(lambda _begin, _end: shifts, NOON).turns()
    assert (turn.since, turn.until) == (moments[0], moments[-1])
    assert Counted.comparisons < 200 * len(shifts)
