# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""voipsms_window against the sandbox: announced, moved, changed, late, called off, wanted again, and killed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import MAINTENANCE_WINDOW
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

CHICAGO, BERLIN = "America/Chicago", "Europe/Berlin"
FIRST = {"start": "2098-12-01 22:00", "end": "2098-12-01 23:30", "timezone": BERLIN}
THEN = {"start": "2098-12-05 22:00", "end": "2098-12-05 23:30", "timezone": BERLIN}
WINDOW = {"name": "w-4711", **FIRST, "services": ["mail", "calendar"], "to": [ANNA, BEN, CARA]}
CLOCK = "2098-11-20T12:00:00Z"


@pytest.fixture
def controller(controller: Controller, service: CountedSandbox) -> Controller:
    """Return a machine whose tasks are about the usual window; graces are short, since clocks do not wait."""
    controller.options.update({**WINDOW, "account_timezone": CHICAGO, "list_grace": 1})
    service.sandbox.settings(zone=CHICAGO)
    return controller


def window(controller: Controller, **options: Any) -> dict[str, Any]:
    """Return the result of a run that must not fail."""
    result = controller.send(module=MAINTENANCE_WINDOW, **options)
    assert not result.get("failed"), result["msg"]
    return result


def pending(service: CountedSandbox) -> list[tuple[str, str]]:
    """Return whom a pending message is for, and when, by the service."""
    return sorted(
        (message["to"].lstrip("+"), message["delivery_date"][:16])
        for message in service.sandbox.messages()
        if message["state"] == "PENDING"
    )


def requests(service: CountedSandbox, since: int) -> Counter[str]:
    """Return the requests after the first so many: how many of each kind."""
    kinds: Counter[str] = Counter()
    for request in service.sandbox.requests()[since:]:
        kinds["look" if request["path"] == "sms/scheduled" else "post" if "send" in request["path"] else "cancel"] += 1
    return kinds


@pytest.mark.parametrize("number", [1, 4, 20])
def test_requests_do_not_grow_but_for_the_messages(
    controller: Controller, service: CountedSandbox, number: int
) -> None:
    reminders = [{"name": f"r{at}", "before": f"{at + 1}h"} for at in range(number)]
    counts = []
    for options in (FIRST, FIRST, THEN, {**THEN, "state": "absent"}, {**THEN, "state": "absent"}):
        since = len(service.sandbox.requests())
        result = window(controller, **options, reminders=reminders)
        counts.append(dict(requests(service, since)))
        assert result["requests"] == sum(counts[-1].values())
    n = 3 * number
    # A list that does not say its end takes three GETs a look, an empty one takes one.
    assert counts == [
        {"look": 1 + 3, "post": n}, {"look": 3}, {"look": 3 + 3, "post": n, "cancel": n},
        {"look": 3 + 1, "cancel": n}, {"look": 1},
    ]  # fmt: skip
    assert pending(service) == []
    service.expect(2 * n)


def test_announced_changed_moved_back_and_called_off(controller: Controller, service: CountedSandbox) -> None:
    """Every step of the issue, one after the other; check mode foresees each."""
    first = ["2098-11-30 15:00", "2098-12-01 14:00", "2098-12-01 15:00", "2098-12-01 16:30"]
    then = ["2098-12-04 15:00", "2098-12-05 14:00", "2098-12-05 15:00", "2098-12-05 16:30"]
    three, two = [ANNA, BEN, CARA], [ANNA, BEN]
    steps: list[tuple[dict[str, Any], list[str], list[str]]] = [
        (FIRST, first, three),
        (THEN, then, three),
        (FIRST, first, three),
        ({"to": two}, first, two),
        ({"to": three}, first, three),
        ({"state": "absent"}, [], []),
        ({"state": "absent"}, [], []),
        (FIRST, first, three),
    ]
    for options, dates, people in steps:
        foreseen = window(controller, check=True, diff=True, **options)
        result = window(controller, diff=True, **options)
        assert pending(service) == sorted((to.lstrip("+"), date) for to in people for date in dates), options
        assert (foreseen["changed"], foreseen.get("diff")) == (result["changed"], result.get("diff")), options
        assert [entry["reminder"] for entry in result["calendar"]] == ["day-before", "hour-before", "begins", "ends"]
    assert not window(controller, **FIRST)["changed"]
    service.expect(12 * 3 + 4 + 12)


def test_off_cancels_the_reminders_too_that_its_task_does_not_name(
    controller: Controller, service: CountedSandbox
) -> None:
    """Else people would hear of a window that is off. A list without them warns that they stay."""
    own = [{"name": "half", "at": "start", "after": "30m", "text": "Half"}, {"name": "ends", "at": "end"}]
    window(controller, reminders=own)
    other = {"reminders": own[1:]}
    for result in (window(controller, check=True, **other), window(controller, **other)):
        assert "the reminder 'half' of an earlier run is not in the list" in str(result["warnings"])
    foreseen = window(controller, check=True, diff=True, state="absent")
    off = window(controller, diff=True, state="absent")
    assert (pending(service), foreseen["diff"]) == ([], off["diff"])
    assert "half: Mon 1 Dec 2098 22:30 +0100, 3 people: Half" in off["diff"]["before"]
    service.expect(6)


def test_the_diff_is_a_calendar_with_a_line_for_each_reminder(controller: Controller, service: CountedSandbox) -> None:
    reminders = [{"name": "day-before", "before": "24h"}, {"name": "begins", "at": "start"}]
    window(controller, reminders=reminders)
    moved = window(controller, diff=True, reminders=reminders, **THEN)["diff"]
    assert moved == {
        "before_header": "maintenance window w-4711",
        "after_header": "maintenance window w-4711",
        "before": (
            "day-before: Sun 30 Nov 2098 22:00 +0100, 3 people:"
            " Maintenance of mail and calendar: Mon 1 Dec 22:00 to 23:30 (Europe/Berlin).\n"
            "begins: Mon 1 Dec 2098 22:00 +0100, 3 people:"
            " Maintenance of mail and calendar begins now, until 23:30 (Europe/Berlin).\n"
        ),
        "after": (
            "day-before: Thu 4 Dec 2098 22:00 +0100, 3 people:"
            " Maintenance of mail and calendar: Fri 5 Dec 22:00 to 23:30 (Europe/Berlin).\n"
            "begins: Fri 5 Dec 2098 22:00 +0100, 3 people:"
            " Maintenance of mail and calendar begins now, until 23:30 (Europe/Berlin).\n"
        ),
    }
    assert window(controller, diff=True, reminders=reminders, **THEN)["diff"]["before"] == moved["after"]
    service.expect(12)


def test_who_has_had_a_reminder_is_told(controller: Controller, service: CountedSandbox) -> None:
    """Moved, moved again, back, off, and on again: each time once; whoever had none is not told."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    reminders = [{"name": "announcement", "at": "announce", "recipients": [ANNA]}, {"name": "begins", "at": "start"}]

    def at(**ahead: float) -> dict[str, Any]:
        start = now + dt.timedelta(**ahead)
        return {"start": start.isoformat(), "end": (start + dt.timedelta(hours=1)).isoformat(), "reminders": reminders}

    told = {"tell_if_moved": True, "tell_if_off": True}
    found: list[list[str]] = []
    for options in (at(days=3), at(days=4), at(days=5), at(days=4), {**at(days=4), "state": "absent"}, at(days=4)):
        foreseen = window(controller, check=True, diff=True, **options, **told)
        result = window(controller, diff=True, **options, **told)
        assert (foreseen["told"], foreseen["diff"]) == (result["told"], result["diff"])
        # What was announced of another date is not shown as if it had been of this one.
        before = [line for line in result["diff"]["before"].splitlines() if line.startswith("announcement")]
        assert before == (["announcement: already sent, 1 person"] if 0 < len(found) < 4 or len(found) == 5 else [])
        found.append(result["told"])
    assert not window(controller, **at(days=4), **told)["changed"]
    assert found == [[], [ANNA], [ANNA], [ANNA], [ANNA], [ANNA]]
    news = [send["form"]["msg"][:10] for send in service.sandbox.sends() if "date" not in str(sorted(send["form"]))]
    assert news == ["Maintenanc", "Moved: mai", "Moved: mai", "Moved: mai", "Called off", "Moved: mai"]
    service.expect(6 + 5 * 3)


def test_wrong_options_are_named_at_once_and_nothing_is_asked(controller: Controller, service: CountedSandbox) -> None:
    wrong = controller.send(
        module=MAINTENANCE_WINDOW,
        name=4711, end="2098-12-01 02:00", to=["12", "nobody"], moved_text=[{"text": 1}], tell_if_moved=True,
        reminders=[{"name": "a", "before": 24}, {"name": "b", "at": "announce", "after": "1h"}], account_timezone=None,
    )  # fmt: skip
    for sentence in (
        "name: 4711 is not text but a number",
        "is not after start",
        "before is not a duration",
        "what is announced goes out at once",
        "nobody",
        "moved_text: ",
    ):
        assert sentence in wrong["msg"], wrong["msg"]
    assert wrong["msg"].count("account_timezone") == 1, wrong["msg"]
    for start in ("2098-03-30 02:30", "2098-10-26 02:30"):  # skipped, and twice
        hour = controller.send(module=MAINTENANCE_WINDOW, start=start, end="2098-12-01 23:30")
        assert "choose another minute, or write it with the offset that is meant" in hour["msg"]
    assert service.sandbox.requests() == []


@pytest.mark.parametrize("text", ["نگهداری ایمیل امشب", "תחזוקה הלילה", "🔧 22:00 👩‍💻"])
def test_texts_in_any_script(controller: Controller, service: CountedSandbox, text: str) -> None:
    options = {"reminders": [{"name": "begins", "at": "start", "text": text}], "name": text[:5].strip()}
    window(controller, **options)
    assert {send["form"]["msg"] for send in service.expect(3)} == {text}
    assert window(controller, **options)["outcome"] == "duplicate"
    assert window(controller, **options, state="absent")["outcome"] == "cancelled"


def test_a_window_a_year_ahead_over_two_clock_changes(controller: Controller, service: CountedSandbox) -> None:
    reminders = [{"name": name, "before": before} for name, before in (("a", "300d"), ("b", "150d"), ("c", "1h"))]
    result = window(controller, reminders=reminders, to=[ANNA], timezone=BERLIN, start="2098-12-01 22:00")
    assert [entry["when"][-5:] for entry in result["calendar"]] == ["+0100", "+0200", "+0100"]
    assert [date for _to, date in pending(service)] == ["2098-02-04 15:00", "2098-07-04 16:00", "2098-12-01 14:00"]
    service.expect(3)


@pytest.mark.slow
def test_two_hundred_people_and_four_reminders(controller: Controller, service: CountedSandbox) -> None:
    people = [f"+1281{number:07}" for number in range(5550000, 5550200)]
    assert len(window(controller, to=people)["results"]) == 800
    off = window(controller, to=people, state="absent")
    assert (off["outcome"], len(off["results"]), pending(service)) == ("cancelled", 800, [])
    service.expect(800)
