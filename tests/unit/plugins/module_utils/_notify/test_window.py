# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the reminders of a window go out: zones and clock changes; its words; and every fault named at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    Faults,
    InputError,
    VoipsmsError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window import news_key, read_calendar
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_input import (
    Defaults,
    Reminder,
    Window,
    read_duration,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_texts import words
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

WINDOW = {"name": "w1", "start": "2030-12-01 22:00", "end": "2030-12-01 23:30", "timezone": "Europe/Berlin"}
USUAL = [
    {"name": "day-before", "before": "24h"},
    {"name": "hour-before", "before": "1h"},
    {"name": "begins", "at": "start"},
    {"name": "ends", "at": "end"},
]
TEXTS = {"before": "Soon", "start": "Now", "end": "Over"}


def planned(
    *reminders: object, recipients: object = (ANNA,), state: str = "present", **window: Any
) -> tuple[Window, list[Reminder]]:
    """Return the usual window and its reminders, changed where a test says so."""
    faults = Faults()
    values, defaults = {**WINDOW, **window}, Defaults(TEXTS, recipients)
    found, known = read_calendar(values, list(reminders or USUAL), defaults, faults, is_on=state == "present")
    return faults.checked(found), known


def moments(*reminders: dict[str, Any], **changed: Any) -> list[str]:
    """Return when each reminder goes out, in the zone of the window."""
    window, known = planned(*reminders, **changed)
    return [reminder.at.astimezone(window.zone).isoformat() for reminder in known]


def faults(*reminders: dict[str, Any], **changed: Any) -> tuple[str, ...]:
    """Return every sentence with which a window is refused."""
    return sentences_of(planned, *reminders, **changed)


def test_the_usual_reminders() -> None:
    _window, known = planned()
    assert [(reminder.name, reminder.text, reminder.recipients, reminder.is_wanted) for reminder in known] == [
        ("day-before", "Soon", (ANNA,), True),
        ("hour-before", "Soon", (ANNA,), True),
        ("begins", "Now", (ANNA,), True),
        ("ends", "Over", (ANNA,), True),
    ]
    assert moments() == [
        "2030-11-30T22:00:00+01:00",
        "2030-12-01T21:00:00+01:00",
        "2030-12-01T22:00:00+01:00",
        "2030-12-01T23:30:00+01:00",
    ]
    assert moments(*reversed(USUAL)) == moments(), "they come in the order of their dates"


def test_what_a_reminder_has_of_its_own() -> None:
    reminders: list[dict[str, Any]] = [
        {"name": "a", "before": "1d", "text": " Mine ", "recipients": f"{BEN}, {ANNA}"},
        {"name": "b", "at": "end", "after": "1h30m", "text": "Really over", "recipients": [BEN]},
    ]
    _window, (first, second) = planned(*reminders)
    assert (first.text, first.recipients) == ("Mine", (BEN, ANNA))
    assert (second.text, second.recipients) == ("Really over", (BEN,))
    assert moments(*reminders) == ["2030-11-30T22:00:00+01:00", "2030-12-02T01:00:00+01:00"]


def test_a_window_that_is_off_needs_no_recipients() -> None:
    _window, known = planned(state="absent", recipients=None)
    assert len(known) == 4


def test_a_reminder_that_is_not_wanted_needs_its_name_only() -> None:
    _window, (first, second) = planned({"name": "a", "state": "absent"}, USUAL[3])
    assert (first.is_wanted, second.is_wanted) == (False, True)


def test_each_change_of_a_window_has_a_key_of_its_own_that_is_not_too_long() -> None:
    window, _known = planned()
    assert news_key(window, "off", 2) == "maintenance/w1/2030-12-01T21:00Z/off"
    assert news_key(window, "moved", 3) == "maintenance/w1/2030-12-01T21:00Z/moved/3"
    keys = {news_key(planned(name="n" * 180 + end)[0], "off", 1) for end in "ab"}
    assert len(keys) == 2
    assert all(len(key) <= 200 for key in keys)


def test_the_end_may_be_so_long_after_the_start() -> None:
    """Hours are hours, also over the clock change of 27 October 2030."""
    assert planned(end="+90m")[0] == planned()[0]
    assert moments(USUAL[3], start="2030-10-27 01:00", end="+3h") == ["2030-10-27T03:00:00+01:00"]
    assert words({**WINDOW, "end": "+3h", "start": "2030-10-27 01:00"})["until"] == "03:00"
    assert any("is not after start" in fault for fault in faults(end="+0m"))
    assert any(fault.startswith("end is not a duration") for fault in faults(end="+90"))


# Zones and clock changes


def test_hours_are_hours_over_a_clock_change() -> None:
    """In Berlin the clocks go forward on 31 March 2030, and back on 27 October 2030."""
    assert moments(start="2030-03-31 22:00", end="2030-03-31 23:00")[0] == "2030-03-30T21:00:00+01:00"
    assert moments(start="2030-10-27 22:00", end="2030-10-27 23:00")[0] == "2030-10-26T23:00:00+02:00"
    assert moments({"name": "a", "before": "1d"}, start="2030-03-31 22:00", end="2030-03-31 23:00") == (
        moments({"name": "a", "before": "24h"}, start="2030-03-31 22:00", end="2030-03-31 23:00")
    )


def test_an_offset_says_which_of_two_equal_hours_is_meant() -> None:
    window = {"start": "2030-10-27T02:30:00+02:00", "end": "2030-10-27T02:30:00+01:00"}
    assert moments(*USUAL[2:], **window) == ["2030-10-27T02:30:00+02:00", "2030-10-27T02:30:00+01:00"]


def test_start_and_end_may_have_the_offset_of_elsewhere() -> None:
    assert moments(*USUAL[2:], start="2030-12-01T15:00:00-06:00", end="2030-12-01T22:30:00Z") == moments(*USUAL[2:])


@pytest.mark.parametrize("start", ["2030-03-31 02:30", "2030-10-27 02:30"])
def test_hours_that_exist_never_or_twice_are_refused(start: str) -> None:
    (fault,) = faults(start=start, end="2030-12-01 23:00")
    assert fault.startswith(f"start: {start} ")


# Faults


def test_every_fault_is_named_at_once() -> None:
    found = faults(
        {"name": "a", "before": 86400},
        {"name": "a", "before": "soon", "at": "start"},
        {"name": "b/c", "at": "noon", "colour": "red"},
        {"name": 24, "before": "1 h", "text": 5},
        {"before": "1h", "after": "1h"},
        {"name": "d", "at": "end", "after": "1h"},
        {"name": "e", "at": "end", "state": "gone", "recipients": [12812345678]},
        name=4711,
        start=1320,
        end="2030-12-01",
        timezone="Mars/Olympus",
        recipients=[12812345679],
    )
    joined = "\n".join(found)
    for sentence in (
        "name: 4711 is not text but a number",
        "timezone 'Mars/Olympus' is not known",
        "start is a number or a truth value",
        "end '2030-12-01' has no hour",
        "to: recipient 1: 12812345679 is not text",
        "reminder 'a': before is not a duration (a number without a unit)",
        "reminder 'a': it needs either before",
        "reminder 'b/c': name has a slash",
        "unknown: colour",
        "at is neither start nor end",
        "name: 24 is not text",
        "before is not a duration: write it in quotes",
        "text: 5 is not text",
        "reminder 5: name is needed",
        "after goes with at",
        "reminder 'd': text is needed with after",
        "state is neither present nor absent",
        "12812345678 is not text",
        "more than one reminder is called 'a'",
    ):
        assert sentence in joined, sentence
    assert not any(fault.endswith(".") for fault in found)


@pytest.mark.parametrize("end", ["2030-12-01 22:00", "2030-11-30 23:00"])
def test_the_end_must_be_after_the_start(end: str) -> None:
    (fault,) = faults(end=end)
    assert "is not after start 2030-12-01T22:00:00+01:00" in fault


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"recipients": []}, "no recipients for 'day-before'"),
        ({"name": ""}, "name is needed"),
        ({"name": 7}, "name: 7 is not text but a number: quote it"),
        ({"name": "two\nlines"}, "name must be printable characters"),
        ({"recipients": [None]}, "to: "),
        ({"name": "n" * 190}, "name is too long"),
        ({"timezone": None}, "timezone is needed"),
        ({"start": None}, "start is needed"),
        ({"end": ""}, "end is needed"),
        ({"start": dt.date(2030, 12, 1)}, "start '2030-12-01' has no hour"),
    ],
)
def test_what_a_window_lacks_is_named(changed: dict[str, Any], sentence: str) -> None:
    assert any(fault.startswith(sentence) for fault in faults(**changed))


@pytest.mark.parametrize("nobody", ["", "  ", "\n", "[]", " [ ] ", (), []])
def test_a_wanted_reminder_needs_recipients_in_any_notation_of_a_list(nobody: object) -> None:
    entry = {"name": "a", "before": "1h", "text": "a"}
    sentence = "no recipients for 'a': give to, or recipients of the reminder itself"
    assert faults(entry, recipients=nobody) == (sentence,)
    assert faults({**entry, "recipients": nobody}) == (sentence,)
    planned({**entry, "recipients": nobody, "state": "absent"})


def test_recipients_that_are_missing_or_cannot_be_read_are_named_once() -> None:
    entries = [{"name": name, "before": "1h", "text": name} for name in ("a", "b")]
    (fault,) = faults(*entries, recipients=[])
    assert fault == "no recipients for 'a', 'b': give to, or recipients of the reminder itself"
    assert faults({**entries[0], "recipients": []}, entries[1])[0].startswith("no recipients for 'a': ")
    assert [fault.partition(":")[0] for fault in faults(*entries, recipients=["nobody"])] == ["to"]
    found = faults({**entries[0], "recipients": ["nobody"]}, entries[1])
    assert [fault.partition(":")[0] for fault in found] == ["reminder 'a'"]


def test_reminders_must_be_a_list_of_dictionaries() -> None:
    assert faults({}, recipients=[ANNA])[0].startswith("reminder 1: name is needed")
    with pytest.raises(InputError, match="reminder 1 is not a dictionary"):
        planned("24h")
    noted = Faults()
    read_calendar(WINDOW, [], Defaults(TEXTS, ANNA), noted, is_on=True)
    assert "there is no reminder" in str(noted.sentences)


def test_an_empty_text_is_refused() -> None:
    assert faults({"name": "a", "at": "end", "text": " "}) == ("reminder 'a': the text is empty",)


def test_two_reminders_that_would_be_one_message_are_refused() -> None:
    reminders = ({"name": "a", "before": "60m"}, {"name": "b", "before": "1h"})
    assert faults(*reminders) == ("reminders 'a' and 'b' say the same to the same people at one time",)
    assert len(moments(reminders[0], {**reminders[1], "recipients": BEN})) == 2
    assert len(moments(reminders[0], {**reminders[1], "state": "absent"})) == 2


def test_what_goes_out_at_once_is_not_the_message_at_the_start_and_comes_first() -> None:
    now = {"name": "now", "at": "announce", "text": "Soon"}
    day_before, begins = {"name": "day-before", "before": "24h"}, {"name": "begins", "at": "start", "text": "Soon"}
    assert [reminder.name for reminder in planned(begins, day_before, now)[1]] == ["now", "day-before", "begins"]
    sentence = "reminders 'now' and 'again' say the same to the same people at one time"
    assert faults(now, {**now, "name": "again"}) == (sentence,)


@pytest.mark.parametrize(
    ("text", "minutes"), [("24h", 1440), ("90m", 90), ("1d", 1440), ("1d12h", 2160), ("1h30m", 90), ("0m", 0)]
)
def test_a_duration_is_read_in_minutes_hours_and_days(text: str, minutes: int) -> None:
    assert read_duration("before", text) == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize("value", ["", "24", "h", "-1h", "1.5h", "1h 30m", "30m1h", "1w", "٣h", None, 24, True, 1.5])
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(VoipsmsError, match=r"before is not a duration.*such as 24h"):
        read_duration("before", value)


def test_a_duration_has_an_end() -> None:
    assert read_duration("before", "366d") == dt.timedelta(days=366)
    with pytest.raises(VoipsmsError, match="longer than 366 days"):
        read_duration("before", "999999d")


# Words


def test_words_are_wall_time_of_the_window() -> None:
    found = words({**WINDOW, "start": "2030-12-01T15:00:00-06:00", "services": ["mail", "web", "dns"], "text": " Hi "})
    assert found == {
        "name": "w1",
        "start": "Sun 1 Dec 22:00",
        "end": "Sun 1 Dec 23:30",
        "until": "23:30",
        "timezone": "Europe/Berlin",
        "services": "mail, web and dns",
        "services_short": "mail and 2 more",
        "text": "Hi",
    }
    assert words({**WINDOW, "end": "2030-12-02 01:00"})["until"] == "Mon 2 Dec 01:00"


def test_words_have_the_offset_of_an_hour_that_exists_twice() -> None:
    """Without it a window of an hour would begin and end at one time."""
    found = words({**WINDOW, "start": "2030-10-27T02:30+02:00", "end": "+1h"})
    assert (found["start"], found["until"]) == ("Sun 27 Oct 02:30 +0200", "02:30 +0100")
    assert words({**WINDOW, "start": "2030-03-31 01:30", "end": "+1h"})["until"] == "03:30"


@pytest.mark.parametrize(("services", "said"), [([], "w1"), ("mail", "mail"), (["mail", "web"], "mail and web")])
def test_services_are_joined_by_and(services: object, said: str) -> None:
    assert words({**WINDOW, "services": services})["services"] == said


@pytest.mark.parametrize("value", [None, "", "tomorrow", 1320, "2030-03-31 02:30"])
def test_words_of_a_start_that_cannot_be_read_are_the_start_as_it_is(value: object) -> None:
    assert words({**WINDOW, "start": value})["start"] == ("" if value is None else str(value))
    assert words({**WINDOW, "timezone": value})["start"] == WINDOW["start"]
