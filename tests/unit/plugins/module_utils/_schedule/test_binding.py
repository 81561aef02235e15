# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A date that counts from now on is resolved once and bound to the name: by whom, for how long, and what ends it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.inspect import RowFilter
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import KEPT, LedgerError, Row
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.binding import binding_key
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.errors import ScheduleError
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, CARL
from ansible_collections.voip_communications.sms.tests.support.scheduling import (
    D1,
    DAY,
    DEADLINE,
    MINUTE,
    OTHER,
    TEXT,
    World,
    denied,
    killed,
    lost,
    refused,
)

HOUR = 60 * MINUTE
NOON2 = "2026-11-20 14:00"
"""Two hours after every world begins."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.sqlite3")


def binding(world: World) -> Row | None:
    name = FINGERPRINTS.name("n")
    return world.open().rows(binding_key(FINGERPRINTS, name), [name]).get(name)


def killed_once_bound(world: World) -> None:
    real = world.ledger.compare_and_set

    def compare_and_set(changes: Any) -> bool:
        world.ledger.compare_and_set = real
        real(changes)
        raise KeyboardInterrupt

    world.ledger.compare_and_set = compare_and_set


# --- Resolved once ----------------------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing(world: World) -> None:
    assert world.present_relative("+2h", ANN, BOB) == NOON2
    assert world.outcomes == ["scheduled", "scheduled"]
    for _time in range(3):
        world.seconds += 17 * MINUTE
        assert world.present_relative("+2h", ANN, BOB) == NOON2
        assert (world.outcomes, world.told["changed"]) == (["duplicate", "duplicate"], False)
    assert world.provider.messages() == [(ANN, NOON2), (BOB, NOON2)]


def test_the_same_date_in_other_words_is_no_other_date(world: World) -> None:
    world.present_relative("+90m", ANN)
    world.seconds += MINUTE
    assert world.present_relative("+1h30m", ANN) == "2026-11-20 13:30"
    assert world.outcomes == ["duplicate"]


def test_two_names_have_a_date_each(world: World) -> None:
    world.present_relative("+2h", ANN, name="one")
    world.seconds += HOUR
    assert world.present_relative("+2h", ANN, name="other") == "2026-11-20 15:00"
    assert world.present_relative("+2h", ANN, name="one") == NOON2


def test_a_dropped_an_added_recipient_and_another_text_keep_the_date(world: World) -> None:
    world.present_relative("+2h", ANN, BOB)
    world.seconds += HOUR
    assert world.present_relative("+2h", ANN, CARL) == NOON2
    assert world.outcomes == ["duplicate", "scheduled", "cancelled"]
    assert world.present_relative("+2h", ANN, CARL, msg=OTHER) == NOON2
    assert world.provider.messages() == [(ANN, NOON2), (CARL, NOON2)]


@pytest.mark.parametrize("other", ["+3h", "tomorrow 12:00"])
def test_another_expression_moves_the_messages(world: World, other: str) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += HOUR
    moved = world.present_relative(other, ANN)
    assert world.outcomes == ["scheduled", "cancelled"]
    assert world.provider.messages() == [(ANN, moved)]
    world.seconds += MINUTE
    assert world.present_relative(other, ANN) == moved


def test_another_zone_moves_a_wall_time_and_no_duration(world: World) -> None:
    world.present_relative("+2h", ANN, timezone="UTC")
    world.seconds += HOUR
    assert world.present_relative("+2h", ANN, timezone="Europe/Berlin") == NOON2
    world.present_relative("tomorrow 08:00", ANN)
    assert world.present_relative("tomorrow 08:00", ANN, timezone="Europe/Berlin") == "2026-11-21 07:00"


def test_a_corrected_zone_of_the_account_keeps_the_instant(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += MINUTE
    world.zone = "Europe/Berlin"
    assert world.present_relative("+2h", ANN) == "2026-11-20 15:00"
    assert world.provider.messages() == [(ANN, "2026-11-20 15:00")]
    assert world.present_relative("+2h", ANN) == "2026-11-20 15:00"


# --- Until when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [HOUR, DAY, KEPT - DAY])
def test_after_its_date_the_same_task_says_that_it_was_sent(world: World, later: float) -> None:
    world.present_relative("+2h", ANN, BOB)
    world.seconds += 2 * HOUR + later
    assert world.present_relative("+2h", ANN, BOB) == NOON2
    assert (world.outcomes, world.told["changed"], world.told["failed"]) == (["already_sent"] * 2, False, False)
    assert world.present_relative("+2h", BOB) == NOON2
    assert len(world.provider.posts) == 2


def test_after_that_the_name_is_free(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += KEPT + DAY
    world.present_relative("+2h", ANN)
    assert world.outcomes == ["scheduled"]


def test_after_its_date_another_text_or_other_people_are_another_message(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += 3 * HOUR
    assert world.present_relative("+2h", ANN, msg=OTHER) == "2026-11-20 17:00"
    assert world.outcomes == ["scheduled"]
    world.seconds += 3 * HOUR
    assert world.present_relative("+2h", BOB, msg=OTHER) == "2026-11-20 20:00"


def test_a_recipient_who_is_added_after_the_date_is_refused_since_the_others_were_told(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += 3 * HOUR
    with pytest.raises(InputError, match="in the past"):
        world.present_relative("+2h", ANN, BOB)
    assert len(world.provider.posts) == 1


def test_absent_ends_it_and_present_resolves_anew(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += HOUR
    assert world.absent(name="n") == ["cancelled"]
    assert binding(world) is None
    assert world.present_relative("+2h", ANN) == "2026-11-20 15:00"
    assert world.provider.messages() == [(ANN, "2026-11-20 15:00")]


def test_absent_for_some_recipients_does_not(world: World) -> None:
    world.present_relative("+2h", ANN, BOB)
    world.seconds += HOUR
    world.absent(name="n", to=frozenset([BOB]))
    assert world.present_relative("+2h", ANN) == NOON2
    assert world.outcomes == ["duplicate"]


def test_absent_takes_the_same_options(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += HOUR
    assert world.absent(name="n", relative=world.relative("+3h")) == []
    assert "'+3h' is not what the pending messages of this name were scheduled for" in world.warnings[0]
    assert world.absent(name="n", relative=world.relative("+2h"), to=frozenset([ANN]), check_mode=True) == [
        "would_cancel"
    ]
    assert world.absent(name="n", relative=world.relative("+2h"), to=frozenset([ANN])) == ["cancelled"]
    assert (binding(world), world.absent(name="n", relative=world.relative("+2h")), world.warnings) == (None, [], [])


def test_an_absolute_date_ends_it(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.present(ANN, name="n", date=D1)
    assert world.provider.messages() == [(ANN, D1)]
    world.seconds += HOUR
    assert world.present_relative("+2h", ANN) == "2026-11-20 15:00"


def test_the_pending_messages_of_such_a_date_are_shown(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.seconds += MINUTE
    name = FINGERPRINTS.name("n")
    for text, number in (("+2h", 1), ("+3h", 0)):
        found = world.scheduler().pending(Match(name=name, relative=world.relative(text)))
        assert len(found) == number


def test_a_message_that_was_cancelled_elsewhere_is_scheduled_for_the_same_date_while_that_is_ahead(
    world: World,
) -> None:
    world.present_relative("+3h", ANN)
    (smsid,) = {entry.record.smsid for entry in world.provider.waiting}
    world.absent(smsids=(smsid,))
    world.seconds += HOUR
    assert world.present_relative("+3h", ANN) == "2026-11-20 15:00"
    (smsid,) = {entry.record.smsid for entry in world.provider.waiting}
    world.absent(smsids=(smsid,))
    world.seconds += 3 * HOUR
    assert world.present_relative("+3h", ANN) == "2026-11-20 19:01"  # it has waited for a second list
    assert world.outcomes == ["scheduled"]


# --- Runs that end badly ----------------------------------------------------------------------------------------------


def test_a_run_that_is_killed_between_resolving_and_sending_leaves_the_date(world: World) -> None:
    world.provider.answers[ANN] = [killed]
    with pytest.raises(KeyboardInterrupt):
        world.present_relative("+2h", ANN)
    world.seconds += 20 * MINUTE
    world.present_relative("+2h", ANN)
    assert {date for _to, date in world.provider.posts} == {NOON2}


def test_where_nothing_was_sent_by_then_it_is_resolved_anew(world: World) -> None:
    killed_once_bound(world)
    with pytest.raises(KeyboardInterrupt):
        world.present_relative("+2h", ANN)
    world.seconds += HOUR
    assert world.present_relative("+2h", ANN, check_mode=True) == NOON2
    world.seconds += 59.5 * MINUTE  # too near for a new message
    assert world.present_relative("+2h", ANN) == "2026-11-20 16:00"
    assert world.outcomes == ["scheduled"]


def test_what_may_have_been_sent_is_not_sent_again(world: World) -> None:
    world.provider.answers[ANN] = [lost]
    world.present_relative("+2h", ANN)
    world.seconds += 3 * HOUR
    assert world.present_relative("+2h", ANN) == NOON2
    assert (world.outcomes, world.told["failed"]) == (["unknown"], True)
    assert len(world.provider.posts) == 1


def test_a_run_that_is_refused_binds_nothing(world: World) -> None:
    world.provider.look_faults = [VoipsmsError("no list")]
    with pytest.raises(VoipsmsError, match="no list"):
        world.present_relative("+2h", ANN)
    for answer, outcome in ((denied, "not_sent"), (refused, "refused")):
        assert binding(world) is None
        world.provider.answers[ANN] = [answer]
        world.seconds += HOUR
        world.present_relative("+2h", ANN)
        assert world.outcomes == [outcome]
    assert binding(world) is None


def test_a_run_that_is_refused_leaves_the_earlier_date(world: World) -> None:
    world.present_relative("+2h", ANN)
    world.provider.answers[ANN] = [refused]
    assert world.present_relative("+3h", ANN) == "2026-11-20 15:00"
    assert world.provider.messages() == [(ANN, NOON2)]
    world.provider.look_faults = [VoipsmsError("no list")]
    with pytest.raises(VoipsmsError, match="no list"):
        world.present_relative("+3h", ANN)
    world.seconds += HOUR
    assert world.present_relative("+2h", ANN) == NOON2
    assert world.outcomes == ["duplicate"]


def test_what_today_means_may_be_over_and_is_bound_to_nothing(world: World) -> None:
    with pytest.raises(InputError, match=r"2026-11-20T11:00:00\+00:00 is in the past, which 'today 11:00' means now"):
        world.present_relative("today 11:00", ANN)
    assert binding(world) is None


def test_check_mode_says_the_same_and_writes_nothing(world: World) -> None:
    assert world.present_relative("+2h", ANN, check_mode=True) == NOON2
    assert not world.path.exists()
    assert world.present_relative("+2h", ANN) == NOON2
    world.seconds += HOUR
    assert world.present_relative("+2h", ANN, check_mode=True) == NOON2
    assert world.outcomes == ["duplicate"]
    assert world.present_relative("+3h", ANN, check_mode=True) == "2026-11-20 16:00"
    assert world.outcomes == ["would_schedule", "would_cancel"]
    assert world.present_relative("+2h", ANN) == NOON2


def test_a_ledger_that_cannot_forget_is_a_warning(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.present_relative("+2h", ANN)
    real = world.ledger.amend

    def amend(changes: Any) -> None:
        changes = list(changes)
        if any(before is not None and before.date is None and before.recipient for before, _after in changes):
            raise LedgerError("disk full")
        real(changes)

    monkeypatch.setattr(world.ledger, "amend", amend)
    assert world.absent(name="n") == ["cancelled"]
    assert world.warnings == [
        "ledger not updated: disk full; the date that was resolved for this name stays bound to it"
    ]


def test_a_damaged_row_is_named_and_absent_ends_it(world: World) -> None:
    world.present_relative("+2h", ANN)
    with sqlite3.connect(world.path) as connection:
        changed = connection.execute("UPDATE row SET delivers_at = 1.0 WHERE label = ?", (NOON2,)).rowcount
    connection.close()
    assert changed == 1
    with pytest.raises(ScheduleError, match="is damaged; nothing was changed; run the task once with state=absent"):
        world.present_relative("+2h", ANN)
    assert world.absent(name="n") == ["cancelled"]
    world.present_relative("+2h", ANN)
    assert world.outcomes == ["scheduled"]


# --- The row ----------------------------------------------------------------------------------------------------------


def test_its_row_is_no_message_and_is_not_shown(world: World) -> None:
    """Nor by an earlier release, which goes by the same two things: no date, and nothing to show."""
    world.present_relative("+2h", ANN)
    row = binding(world)
    assert row is not None
    assert row.date is None
    assert not RowFilter().matches(row, world.seconds)
    (message,) = world.rows()
    assert message.delivers_at is not None
    assert row.keep_until >= message.delivers_at + KEPT


def test_of_two_concurrent_runs_the_second_takes_the_date_of_the_first(world: World) -> None:
    """The first one loses its lock while it stands still, at the moment at which it binds its date."""
    real, dates = world.ledger.compare_and_set, []

    def compare_and_set(changes: Any) -> bool:
        world.ledger.compare_and_set = real
        world.seconds += DEADLINE + 40
        dates.append(World.present_relative(other, "+2h", ANN))
        return bool(real(changes))

    other = World(world.path)
    other.provider, other.seconds = world.provider, world.seconds + DEADLINE + 40
    other.ledger = world.open()
    world.ledger.compare_and_set = compare_and_set
    dates.append(world.present_relative("+2h", ANN))
    assert dates == ["2026-11-20 14:03"] * 2
    assert world.provider.messages() == [(ANN, "2026-11-20 14:03")]


class Reminders(RuleBasedStateMachine):
    """One task with a date that counts from now on, run again and again, disturbed, changed and called off."""

    @initialize(
        date=st.sampled_from(["+2h", "+2h", "tomorrow 08:00", "saturday 12:00"]),
        always=st.sampled_from([None, (ANN,), (ANN, BOB)]),
    )
    def begin(self, date: str, always: tuple[str, ...] | None) -> None:
        """Begin a story, in which the task is ``always`` the same but for how its runs end, or is not."""
        self.date, self.always = date, always
        self.over = 0
        self.world = World(Path("/nonexistent"))
        self.world.ledger = MemoryLedger(lambda: self.world.seconds)
        self.world.ledger.name = "kept from run to run"

    @rule(
        later=st.sampled_from([0.0, 10 * MINUTE, HOUR, 3 * HOUR, 30 * HOUR, 40 * DAY]),
        to=st.sampled_from([(ANN,), (BOB,), (ANN, BOB)]),
        msg=st.sampled_from([TEXT, TEXT, OTHER]),
        end=st.sampled_from(
            [None, None, None, "bound", "killed", "lost", "refused", "accepted and killed", "lost its lock"]
        ),
    )
    def a_run(self, later: float, to: tuple[str, ...], msg: str, end: str | None) -> None:
        self.world.seconds += later
        self.world.provider.pending(0.0)  # what is due goes out
        self.over = len(self.world.provider.delivered) if later > KEPT else self.over
        self.present(to, msg, end)

    def present(self, to: tuple[str, ...], msg: str, end: str | None) -> None:
        to, msg = (self.always, TEXT) if self.always else (to, msg)
        self._disturb(to, msg, end)
        try:
            date = self.world.present_relative(self.date, *to, msg=msg)
        except (VoipsmsError, KeyboardInterrupt):
            return
        finally:
            self.world.provider.answers.clear()
            self.world.ledger.__dict__.pop("compare_and_set", None)
        if not self.world.told["failed"] and set(self.world.outcomes) - {"already_sent", "cancelled"}:
            assert {(number, date) for number in to} <= set(self.world.provider.messages())

    def _disturb(self, to: tuple[str, ...], msg: str, end: str | None) -> None:
        world = self.world

        def accepted_and_killed(number: str) -> Judgement:
            world.provider.accept([number], msg, None, world.provider.posts[-1][1])
            raise KeyboardInterrupt

        ends = {"killed": killed, "lost": lost, "refused": refused, "accepted and killed": accepted_and_killed}
        if end in ends:
            world.provider.answers[to[0]] = [ends[end]]
        elif end is not None:
            real = world.ledger.compare_and_set

            def compare_and_set(changes: Any) -> bool:
                world.ledger.compare_and_set = real
                world.seconds += DEADLINE + 40 if end == "lost its lock" else 0.0
                if end == "lost its lock":
                    self.present(to, msg, None)
                is_set = bool(real(changes))
                if end == "bound":
                    raise KeyboardInterrupt
                return is_set

            world.ledger.compare_and_set = compare_and_set

    @rule()
    def absent(self) -> None:
        self.world.absent(name="n")
        self.over = len(self.world.provider.delivered)

    @invariant()
    def no_one_is_told_twice(self) -> None:
        if not hasattr(self, "world"):
            return
        found = [(entry.record.to, entry.record.text) for entry in self.world.provider.waiting]
        # What has gone out counts until a person has called it off, or it is forgotten.
        sent = self.world.provider.delivered[self.over :] if self.always else []
        found += [(record.to, record.text) for record in sent]
        assert len(found) == len(set(found)), found


def test_no_date_that_counts_from_now_on_makes_two_pending_messages() -> None:
    stories = settings(
        max_examples=200,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Reminders, settings=stories)
