# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A start that counts from now on, run after run, and what is told of a window when the ledger fails in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import ListError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    KEPT,
    LedgerError,
    Row,
    damaged,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_memory import keep_until_end
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_reminders import (
    other_reminders,
    remember_reminders,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_run import (
    WindowDone,
    WindowGoal,
    WindowRun,
    run_window,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_start import (
    StartBinding,
    read_relative_start,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_version import remembered_version
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN
from ansible_collections.voip_communications.sms.tests.support.scheduling import DAY, MINUTE, START, refused
from ansible_collections.voip_communications.sms.tests.support.town import Town

IN_TWO_DAYS = "2026-11-22 12:00"
LATER = "2026-11-24 12:00"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "ledger.sqlite3")


def test_a_start_that_counts_from_now_on_stays_where_it_is(town: Town) -> None:
    assert town.run("+2d", check_mode=True) == IN_TWO_DAYS
    town.sleep(MINUTE)
    assert town.run("+2d") == "2026-11-22 12:01", "check mode has bound nothing"
    assert town.outcomes == ["scheduled"] * 2
    for seconds in (MINUTE, DAY, DAY, DAY, 27 * DAY):
        town.sleep(seconds)
        assert town.run("+2d") == "2026-11-22 12:01"
        assert not {"scheduled", "cancelled"}.intersection(town.outcomes)
    town.seconds = START + 2 * DAY + 61 * MINUTE + KEPT + GRACE
    assert town.run("+2d") > "2026-12-24", "it is kept as long as the messages of its end are"


def test_off_keeps_the_start_and_wanted_again_it_begins_anew(town: Town) -> None:
    town.run("+2d")
    for _time in range(2):
        town.sleep(DAY / 2)
        assert town.run("+2d", is_on=False) == IN_TWO_DAYS
    town.sleep(DAY)
    assert town.run("+2d") == LATER
    assert town.provider.messages() == [(ANN, "2026-11-23 12:00"), (ANN, LATER)]
    town.sleep(MINUTE)
    assert town.run("+2d") == LATER


def test_a_window_that_begins_within_the_hour(town: Town) -> None:
    """What is past is left out, and cancelled where it waits for another date; the rest is still told."""
    assert town.run("+45m") == "2026-11-20 12:45"
    assert (town.outcomes, set(town.result.late)) == (["scheduled"], {"day-before"})
    town.run("+45m", is_on=False)
    town.run("+3d")
    assert town.run("2026-11-20T12:30Z") == "2026-11-20 12:30"
    assert town.outcomes == ["cancelled", "scheduled", "cancelled"]
    assert town.provider.messages() == [(ANN, "2026-11-20 12:30")]
    town.sleep(25 * MINUTE)
    town.run("2026-11-20T12:30Z")
    assert town.outcomes == ["duplicate"]


def test_another_start_takes_its_place(town: Town) -> None:
    town.run("+2d")
    town.sleep(MINUTE)
    assert town.run("+48h", check_mode=True) == IN_TWO_DAYS, "which means the same"
    assert town.run("+4d") == "2026-11-24 12:01"
    assert town.run("2026-11-24T12:00Z") == LATER
    assert town.run("+4d") == "2026-11-24 12:01", "it was forgotten, and is resolved anew"
    assert len(town.provider.messages()) == 2
    assert town.run("wed 12:00") == "2026-11-25 12:00"


def test_a_start_of_which_nothing_came_is_not_bound(town: Town) -> None:
    town.provider.answers[ANN] = [refused, refused]
    town.run("+2d")
    town.sleep(MINUTE)
    assert town.run("+2d") == "2026-11-22 12:01"
    with pytest.raises(VoipsmsError, match="not today"):
        run_window(town.context(), town.goal(dt.datetime.now(dt.UTC)), read_relative_start("+9d", "UTC"), _refusing)
    assert town.run("+2d") == "2026-11-22 12:01"


def _refusing(_start: dt.datetime) -> WindowGoal:
    raise VoipsmsError("not today")


def test_of_two_concurrent_runs_the_second_takes_the_start_of_the_first(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    relative = read_relative_start("+2d", "UTC")
    assert relative is not None
    change = town.ledger.compare_and_set
    first: list[Any] = []

    def overtaken(changes: Any) -> Any:
        monkeypatch.setattr(town.ledger, "compare_and_set", change)
        first.append(StartBinding(town.context(), "w").bind(relative, is_on=True).start)
        town.seconds += MINUTE
        return change(changes)

    monkeypatch.setattr(town.ledger, "compare_and_set", overtaken)
    bound = StartBinding(town.context(), "w").bind(relative, is_on=True)
    assert (bound.start, bound.change) == (first[0], None)


def test_of_two_concurrent_runs_that_call_a_window_off_both_know_the_same_version(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each would tell people under a key of its own, and so twice."""
    window = town.goal(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)).window
    later = window._replace(start=window.start + dt.timedelta(days=1), end=window.end + dt.timedelta(days=1))
    for wanted in (window, later):
        remembered_version(town.context(), wanted, town.seconds, is_on=True)
    change, first = town.ledger.compare_and_set, []

    def overtaken(changes: Any) -> Any:
        monkeypatch.setattr(town.ledger, "compare_and_set", change)
        first.append(remembered_version(town.context(), later, town.seconds, is_on=False))
        return change(changes)

    monkeypatch.setattr(town.ledger, "compare_and_set", overtaken)
    second = remembered_version(town.context(), later, town.seconds + 1.0, is_on=False)
    assert [second[:2]] == [one[:2] for one in first] == [(3, town.seconds)]
    assert second.change is None


def test_a_run_that_is_refused_leaves_the_version_as_it_was(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else people would hear of a move that was not made, when the next run wants what there is."""

    def rows() -> dict[str, Row]:
        found: dict[str, Row] = town.ledger.rows(FINGERPRINTS.key("window w"), [FINGERPRINTS.name("w")])
        return found

    town.run("2026-11-22T12:00Z")
    before = rows()
    with monkeypatch.context() as patch:
        patch.setattr(town.provider, "pending", _unlisted)
        for is_on, check_mode in ((True, False), (False, False), (False, True)):
            with pytest.raises(VoipsmsError, match="no list"):
                town.run("2026-11-23T12:00Z", is_on=is_on, check_mode=check_mode)
    assert rows() == before
    town.run("2026-11-23T12:00Z", is_on=False)
    assert rows() != before


def _unlisted(*_arguments: Any, **_options: Any) -> Any:
    raise ListError("no list today")


def test_the_names_of_reminders_are_kept_with_those_that_another_run_adds(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a damaged row nothing is known; only what has messages is called off."""
    window = town.goal(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)).window
    remember_reminders(town.context(check_mode=True), window, ["a"])
    assert town.ledger.newest(lambda _row: True, 9) == []
    change = town.ledger.compare_and_set

    def overtaken(changes: Any) -> Any:
        monkeypatch.setattr(town.ledger, "compare_and_set", change)
        remember_reminders(town.context(), window, ["half"])
        return change(changes)

    monkeypatch.setattr(town.ledger, "compare_and_set", overtaken)
    remember_reminders(town.context(), window, ["begins"])
    (row,) = town.ledger.newest(lambda _row: True, 9)
    assert row.label == '["begins", "half"]'
    town.change(town.request(ANN, name="w/half"), town.request(ANN, date="2026-11-25 12:00", name="other/begins"))
    remember_reminders(town.context(), window, ["begins"])
    assert other_reminders(town.context(), window, [], ahead=True) == ["half"]
    assert other_reminders(town.context(), window, ["half"], ahead=False) == []
    town.sleep(9 * DAY)
    assert [other_reminders(town.context(), window, [], ahead=ahead) for ahead in (True, False)] == [[], ["half"]]
    monkeypatch.setattr(
        town.ledger, "rows_at", lambda identities: {key: damaged(key[0], key[1], "", "x") for key in identities}
    )
    assert other_reminders(town.context(), window, [], ahead=False) == []


def test_a_row_that_cannot_be_read_is_no_start(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.run("+2d")
    rows = town.ledger.rows

    def unreadable(key: str, names: Any) -> Any:
        return {name: damaged(key, name, "", "") for name in rows(key, names)}

    with monkeypatch.context() as patch:
        patch.setattr(town.ledger, "rows", unreadable)
        with pytest.raises(
            VoipsmsError, match="start of this window is damaged; nothing was changed; run the task once"
        ):
            town.run("+2d")
    assert town.run("+2d") == IN_TWO_DAYS


@pytest.mark.parametrize(
    ("start", "sentence"), [("tomorrow", "start: 'tomorrow' has no hour"), ("mon 25:00", "start: '.*' does not exist")]
)
def test_what_is_no_start(start: str, sentence: str) -> None:
    with pytest.raises(VoipsmsError, match=sentence):
        read_relative_start(start, "UTC")


def test_what_was_scheduled_is_told_when_the_ledger_fails_afterwards(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is announced, and nobody told, which the result says; the next run does both."""
    start = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

    def told() -> WindowDone:
        context = town.context()
        _goal, done = run_window(context, town.goal(start, is_told=True), None, lambda _start: town.goal(start))
        town.warnings = context.warnings
        return done

    fail_after_posts(town, monkeypatch)
    done = told()
    assert [one.outcome.value for one in (*done.results["begins"], *done.results["now"])] == ["scheduled", "not_sent"]
    assert "the disk is gone" in str(done.results["now"][0].code_desc)
    assert any("no recipient was told that the window has changed" in warning for warning in town.warnings)


def fail_after_posts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ledger not be read any more for a window itself, once its reminders are scheduled."""
    rows: Callable[..., Any] = town.ledger.rows

    def failing(key: str, names: Any) -> Any:
        if key == FINGERPRINTS.key("news"):
            raise LedgerError("the disk is gone")
        return rows(key, names)

    monkeypatch.setattr(town.ledger, "rows", failing)


def test_a_ledger_that_cannot_be_written_afterwards_is_a_warning(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was scheduled is reported all the same. What is read before raises, and nothing is scheduled."""
    town.run("+2d")

    def broken(*_arguments: object) -> Any:
        raise LedgerError("the disk is full")

    context = town.context()
    with monkeypatch.context() as patch:
        patch.setattr(town.ledger, "rows", broken)
        StartBinding(context, "w").end()
        patch.setattr(town.ledger, "scheduled", broken)
        keep_until_end(context, town.wanted.window, (), ())
        with pytest.raises(LedgerError):
            remembered_version(context, town.wanted.window, 7.0, is_on=True)
    assert [text.partition(";")[0] for text in context.warnings] == ["ledger not updated: the disk is full"] * 2
    assert town.run("+2d") == IN_TWO_DAYS


def test_names_and_texts_are_shown_as_the_task_wants(town: Town) -> None:
    town.run("2026-11-22T12:00Z")
    shown = town.result.mapped(lambda results: [one._replace(name="ann", text="Hi") for one in results], str.upper)
    assert [(one.name, one.text) for one in shown.results["begins"]] == [("ann", "HI")]
    none = town.result.mapped(lambda results: [one._replace(text=None) for one in results], str.upper)
    assert none.results["begins"][0].text is None


@pytest.mark.parametrize(("recipients", "count"), [((ANN,), 0), ((), 1)])
def test_a_window_that_is_off_warns_where_no_one_could_be_told(
    town: Town, recipients: tuple[str, ...], count: int
) -> None:
    """The ledger keeps no number, so those who have had a reminder are told only where the task names them."""
    town.run("2026-11-22T12:00Z", is_told=True)
    goal = town.goal(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), is_on=False, is_told=True)
    context = town.context()
    reminders = tuple(one._replace(recipients=recipients) for one in goal.reminders)
    WindowRun(context, goal._replace(reminders=reminders)).go()
    warnings = [text for text in context.warnings if text.startswith("no recipient is told that the window is off: ")]
    assert len(warnings) == count


def test_a_window_that_is_over_when_it_is_announced_or_moved_is_a_warning_once(town: Town) -> None:
    """A wrong year would else be ok, and tell nobody. A task that is run again after its window stays silent."""

    def warned(start: str, **how: bool) -> bool:
        town.sleep(MINUTE)
        town.run(start, **how)
        return any(text.startswith("the window 'w' ended at ") for text in town.warnings)

    past, future = "2026-01-22T12:00Z", "2026-11-22T12:00Z"
    assert [warned(past, check_mode=True), warned(past), warned(past)] == [True, True, False]
    assert [warned(future), warned(past), warned(past)] == [False, True, False]
    assert [warned(past, is_on=False), warned(future)] == [False, False]
    town.sleep(5 * DAY)
    assert not warned(future)
