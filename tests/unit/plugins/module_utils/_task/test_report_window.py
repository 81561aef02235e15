# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task on a maintenance window reports, run after run: its outcome, its calendar and its diff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_window import WindowReport, blank
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA
from ansible_collections.voip_communications.sms.tests.support.scheduling import DAY, MINUTE, OTHER, TEXT, refused
from ansible_collections.voip_communications.sms.tests.support.town import Town

FIRST, MOVED, SOON = "2026-11-22T12:00Z", "2026-11-23T12:00Z", "2026-11-20T12:45Z"
LINES = (
    ("day-before: Sat 21 Nov 2026 12:00 +0000, 1 person:", OTHER),
    ("begins: Sun 22 Nov 2026 12:00 +0000, 1 person:", TEXT),
)
OF_FIRST = "".join(f"{line} {text.strip()}\n" for line, text in LINES)
OF_MOVED = OF_FIRST.replace("Sun 22", "Mon 23").replace("Sat 21", "Sun 22")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "ledger.sqlite3")


def report(town: Town, start: str, *, check_mode: bool = False, **how: bool) -> dict[str, Any]:
    """Run a task, and return what it reports."""
    town.run(start, check_mode=check_mode, **how)
    found = WindowReport(town.wanted, town.result, "UTC", allow_held=False).summary(town.ledger, check_mode=check_mode)
    assert found.keys() >= blank().keys() - {"requests", "warnings"}
    return found


def difference(found: dict[str, Any]) -> tuple[str, str]:
    return found["diff"]["before"], found["diff"]["after"]


def test_created_again_moved_and_off(town: Town) -> None:
    foretold = report(town, FIRST, check_mode=True)
    assert (foretold["outcome"], foretold["changed"]) == ("would_schedule", True)
    created = report(town, FIRST)
    assert (created["outcome"], created["failed"], difference(created)) == ("scheduled", False, ("", OF_FIRST))
    assert foretold["diff"] == created["diff"]
    assert (created["start"], created["end"]) == ("2026-11-22T12:00:00+00:00", "2026-11-22T13:00:00+00:00")
    assert [one["reminder"] for one in created["results"]] == ["day-before", "begins"]
    begins = created["calendar"][1]
    assert (begins["name"], begins["at"], begins["when"]) == (
        "w/begins",
        "2026-11-22T12:00:00+00:00",
        "Sun 22 Nov 2026 12:00 +0000",
    )
    again = report(town, FIRST)
    assert (again["outcome"], again["changed"], difference(again)) == ("duplicate", False, (OF_FIRST, OF_FIRST))
    assert difference(report(town, MOVED)) == (OF_FIRST, OF_MOVED)
    off = report(town, MOVED, is_on=False)
    assert (off["outcome"], difference(off)) == ("cancelled", (OF_MOVED, ""))
    assert [(one["wanted"], one["when"]) for one in off["calendar"]] == [(False, "")] * 2
    assert report(town, MOVED, is_on=False)["changed"] is False


def test_what_is_late_is_left_out(town: Town) -> None:
    found = report(town, SOON)
    assert [(one["outcome"], one["late"]) for one in found["calendar"]] == [("left_out", True), ("scheduled", False)]
    assert found["calendar"][0]["msg"] == "its date is over or too near, so it was left out"


def test_people_hear_at_once_that_there_is_a_window_and_that_it_is_off(town: Town) -> None:
    created = report(town, FIRST, is_told=True)
    assert (created["outcome"], created["told"]) == ("partial", [])
    assert [(one["reminder"], one["outcome"]) for one in created["results"]][-1] == ("now", "sent")
    assert "now: at once, 1 person" in difference(created)[1]
    again = report(town, FIRST, is_told=True)
    assert (again["changed"], "now: already sent, 1 person" in difference(again)[0]) == (False, True)
    town.sleep(MINUTE)
    off = report(town, FIRST, is_on=False, is_told=True)
    assert (off["told"], off["changed"], off["failed"]) == ([ANNA], True, False)
    assert difference(off)[1] == f"off: at once, 1 person: {OTHER.strip()}\n"
    assert [one["reminder"] for one in off["results"]][-1] is None
    once_more = report(town, FIRST, is_on=False, is_told=True)
    assert (once_more["changed"], difference(once_more)) == (False, ("", ""))
    town.sleep(3 * DAY)
    over = report(town, FIRST, is_told=True)
    assert (over["told"], over["calendar"][-1]["late"], over["calendar"][-1]["outcome"]) == ([], True, "left_out")


def test_who_has_had_a_reminder_hears_that_the_window_moved_and_no_one_twice(town: Town) -> None:
    report(town, FIRST, is_told=True)
    town.sleep(MINUTE)
    foretold = report(town, MOVED, is_told=True, check_mode=True)
    moved = report(town, MOVED, is_told=True)
    assert (moved["told"], town.provider.sent[1:]) == ([ANNA], [(ANN, OTHER)])
    line = f"moved: at once, 1 person: {OTHER.strip()}\n"
    assert foretold["diff"] == moved["diff"]
    assert difference(moved)[1].endswith(line)
    assert line not in difference(moved)[0]
    town.sleep(MINUTE)
    assert (report(town, MOVED, is_told=True)["changed"], len(town.provider.sent)) == (False, 2)


def test_who_has_had_nothing_yet_is_not_told_that_the_window_moved(town: Town) -> None:
    report(town, FIRST)
    town.sleep(MINUTE)
    moved = report(town, MOVED, is_told=True)
    assert (moved["told"], [one["reminder"] for one in moved["results"]][-1]) == ([], "now")


def test_a_window_whose_version_is_not_known_counts_as_one_that_was_never_moved(town: Town) -> None:
    """An earlier release kept no version, and a new release must not tell of a move that it has not seen."""
    report(town, FIRST, is_told=True)
    key, name = FINGERPRINTS.key("window w"), FINGERPRINTS.name("w")
    town.ledger.amend([(town.ledger.rows(key, [name])[name], None)])
    town.sleep(MINUTE)
    assert (report(town, FIRST, is_told=True)["told"], len(town.provider.sent)) == ([], 1)


def test_a_failure_says_of_whom(town: Town) -> None:
    town.provider.answers[ANN] = [refused, refused]
    found = report(town, FIRST)
    assert (found["failed"], found["changed"], found["failed_to"]) == (True, False, [ANNA])
    assert found["calendar"][0]["failed"]


def test_a_defect_while_people_are_told_leaves_it_unknown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was scheduled before is reported, and the announcement may have gone out."""

    def broken(*_arguments: object, **_more: object) -> Any:
        raise RuntimeError("a defect")

    town.run(FIRST)
    monkeypatch.setattr(town.provider, "send", broken)
    found = report(town, FIRST, is_told=True)
    assert [one["outcome"] for one in found["results"]] == ["duplicate", "duplicate", "unknown"]
    assert (found["failed"], found["calendar"][-1]["outcome"]) == (True, "unknown")


def test_a_window_that_the_ledger_does_not_know_is_called_off_with_a_warning(town: Town) -> None:
    assert report(town, FIRST, is_on=False)["changed"] is False
    assert "knows no reminder of the window 'w'" in town.warnings[0]


def test_a_date_that_cannot_be_read_is_shown_as_the_service_writes_it(town: Town) -> None:
    town.run(FIRST)
    strange = town.result.mapped(lambda results: [one._replace(delivery_date="soon") for one in results], str)
    found = WindowReport(town.wanted, strange, "UTC", allow_held=False).summary(town.ledger, check_mode=False)
    assert found["diff"]["after"].startswith("day-before: soon, 1 person: ")
