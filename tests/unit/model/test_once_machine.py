# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random stories of one event that is told at once or later, over the real code and real ledgers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.telling import Telling
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.context import ScheduleContext
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.lock import NameLock
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.once import OncePerRecipient
from ansible_collections.voip_communications.sms.tests.model.kept import LARGE, STORIES, InMemory, InSqlite
from ansible_collections.voip_communications.sms.tests.model.once_machine import Tell, TellingOnce
from ansible_collections.voip_communications.sms.tests.model.schedule_machine import Event
from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    AT_MOST_ONE,
    PRESENT_TRUE,
    Life,
    Task,
)


class OverSqlite(InSqlite, TellingOnce):
    """Stories over a file."""


class OverMemory(InMemory, TellingOnce):
    """Stories over a dictionary."""


@pytest.mark.timeout(0 if LARGE else 300)
@pytest.mark.parametrize(("machine", "most"), [(OverSqlite, 10), (OverMemory, 120)])
def test_whatever_happens_a_person_is_told_once_and_no_ok_is_false(machine: type[TellingOnce], most: int) -> None:
    run_state_machine_as_test(machine, settings=settings(STORIES, max_examples=5_000 if LARGE else most))


def no_objection(_self: Any, _numbers: Sequence[str]) -> str:
    return ""


def finds_nothing(_self: OncePerRecipient, _snapshot: Any, _fingerprints: Any) -> dict[str, Any]:
    return {}


def keeps_nothing(_self: ScheduleContext, _changes: Any) -> None:
    pass


class Meeting(NamedTuple):
    """A run that stands still at a step, and another one that comes meanwhile. ``sleeps``: until its lock is over.

    ``broken``: the rules without which the two of them break ``invariant``, and what takes their place.
    """

    tell: Tell | Task
    step: str
    other: Tell
    broken: tuple[tuple[Any, str, Callable[..., Any]], ...]
    sleeps: bool = False
    before: Tell | None = None
    invariant: str = AT_MOST_ONE


NOW, DIRECT = Tell(None), Tell(None, may_defer=False)
LOCK = (NameLock, "objection", no_objection)
NO_LATER = (Telling, "_told_meanwhile", no_objection)
MEETINGS = {
    "the lock is over, other quiet hours": Meeting(Tell(0), "after the list", Tell(1), (LOCK,), sleeps=True),
    "the lock is over, and so are quiet hours": Meeting(Tell(0), "after the list", NOW, (LOCK, NO_LATER), sleeps=True),
    "a number meets quiet hours": Meeting(
        DIRECT, "before the claim", Tell(0), ((Telling, "_scheduled_meanwhile", no_objection),)
    ),
    "quiet hours meet a number": Meeting(Tell(0), "before the claim", DIRECT, (NO_LATER,)),
    "a cancel that was planned before an ok": Meeting(
        Task.CANCEL,
        "before the claim of a cancel",
        Tell(0),
        ((ScheduleContext, "change_all", keeps_nothing),),
        before=Tell(0),
        invariant=PRESENT_TRUE,
    ),
    "hours that were changed": Meeting(
        Tell(0), "before the lock", Tell(1), ((OncePerRecipient, "_existing", finds_nothing),)
    ),
}


def meet(meeting: Meeting) -> list[str]:
    """Return what is broken when they meet."""
    story = OverMemory()
    try:
        if meeting.before is not None:
            assert not story.run(meeting.before, 250.0)["failed"]
        event = Event(meeting.step, sleeps=meeting.sleeps, other=(meeting.other, 1500.0, ()))
        story.run(meeting.tell, 250.0, events=[event])
        alive = [message for message in story.service.world.messages if message.life is not Life.CANCELLED]
        assert alive or meeting.before, "someone tells them"
        return story.service.broken
    finally:
        story.stop()


@pytest.mark.parametrize("meeting", MEETINGS.values(), ids=MEETINGS.keys())
def test_two_runs_that_meet_tell_once(meeting: Meeting) -> None:
    assert meet(meeting) == []


@pytest.mark.parametrize("meeting", MEETINGS.values(), ids=MEETINGS.keys())
def test_two_runs_that_meet_need_each_rule(meeting: Meeting) -> None:
    with ExitStack() as stack:
        for place, name, rule in meeting.broken:
            stack.enter_context(mock.patch.object(place, name, rule))
        assert meeting.invariant in " ".join(meet(meeting))
