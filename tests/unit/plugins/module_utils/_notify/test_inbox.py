# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as events: every order of the log, every size of page, each once across restarts, and what they hold."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Throttled
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.safe_file import SafeFile
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import inbox_log, inbox_state
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.inbox import Inbox, Pace, Sender
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.inbox_event import event_of
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.inbox_state import InboxState
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import read_contacts
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, OURS, OWN

STRANGER = "447700900999"
NEWEST, OLDEST = "newest", "oldest"


class Service:
    """A message log with an order and pages of one size; ``requests`` counts the pages that were read."""

    def __init__(self, order: str = NEWEST, size: int = 5, *, has_ids: bool = True) -> None:
        self.order, self.size, self.has_ids = order, size, has_ids
        self.records: list[LogRecord] = []
        self.requests = 0
        self.error: VoipsmsError | None = None

    def add(self, text: str, external: str = ANN, direction: str = "in", at: int | None = None) -> None:
        number = len(self.records)
        date = f"2026-12-01 10:{(number if at is None else at) // 60:02}:{(number if at is None else at) % 60:02}"
        name = str(1000 + number) if self.has_ids else None
        self.records.append(LogRecord(name, direction, OURS, external, text, "RECEIVED", date, None, None, None))

    def log_page(self, number: int, seconds: float) -> list[LogRecord]:
        assert seconds == 7.0
        self.requests += 1
        if self.error is not None:
            raise self.error
        ordered = self.records[::-1] if self.order == NEWEST else self.records
        return ordered[number * self.size : (number + 1) * self.size]

    @staticmethod
    def safe_text(text: str) -> str:
        return text.replace("secret", "(withheld)")


class Source:
    """A source that is started and stopped; ``now`` is what its clock shows."""

    def __init__(self, service: Service, path: Path, *, strangers: bool = False) -> None:
        self.service, self.path, self.strangers, self.now = service, path, strangers, 0.0
        self.start()

    def start(self) -> None:
        contacts = read_contacts([{"name": "anna", "number": ANNA}], Faults())
        sender = Sender(contacts, None, self.strangers)
        self.inbox = Inbox(self.service, InboxState(str(self.path)), sender, 7.0, lambda: self.now)  # type: ignore[arg-type]  # a log is all it needs

    def restart(self) -> None:
        self.inbox.close()
        self.start()

    def look(self, *, dies_after: int | None = None) -> list[str]:
        """Return the texts of a look; a process that dies has noted only the first ones."""
        texts = []
        for news in self.inbox.refresh()[:dies_after]:
            texts.append(news.event["sms"]["text"])
            self.inbox.note(news.mark)
        if dies_after is None:
            self.inbox.end_refresh()
        return texts


@pytest.fixture
def source(tmp_path: Path) -> Source:
    service = Service()
    for number in range(12):
        service.add(f"old {number}")
    return Source(service, tmp_path / "state" / "inbox.json")


def test_the_first_start_is_from_now_on_and_a_restart_where_it_ended(source: Source) -> None:
    assert source.look() == []
    source.service.add("new 1")
    source.service.add("new 2")
    assert source.look() == ["new 1", "new 2"]
    assert source.look() == []
    source.inbox.close()
    for number in range(17):
        source.service.add(f"meanwhile {number}")
    source.start()
    assert source.look() == [f"meanwhile {number}" for number in range(17)]
    assert source.look() == []


def test_nothing_new_costs_one_request(source: Source) -> None:
    source.look()
    source.service.requests = 0
    assert [source.look() for _look in range(4)] == [[]] * 4
    assert source.service.requests == 4
    source.look()  # one in six reads on
    assert source.service.requests == 6


@pytest.mark.parametrize("order", [NEWEST, OLDEST])
@pytest.mark.parametrize("size", [1, 3, 50])
@pytest.mark.parametrize("has_ids", [True, False])
def test_every_order_and_size(tmp_path: Path, order: str, size: int, has_ids: bool) -> None:
    service = Service(order, size, has_ids=has_ids)
    source = Source(service, tmp_path / "inbox.json")
    assert source.look() == []
    expected, seen = [], []
    for number in range(25):
        service.add(f"{number}")
        expected.append(f"{number}")
        if number % 4 == 0:
            service.add("sent", direction="out")
        if number % 5 == 3:
            seen += source.look()
        if number % 7 == 0:
            source.restart()
    assert seen + source.look() == expected


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([NEWEST, OLDEST]),
    st.integers(1, 4),
    st.lists(st.sampled_from(["in", "out", "stranger", "look", "restart", "dies"]), max_size=40),
)
def test_nothing_is_lost_or_repeated(
    tmp_path_factory: pytest.TempPathFactory, order: str, size: int, steps: list[str]
) -> None:
    service = Service(order, size)
    source = Source(service, tmp_path_factory.mktemp("inbox") / "inbox.json")
    service.add("old")
    source.look()
    expected, seen = [], []
    for number, step in enumerate(steps):
        if step in ("in", "out", "stranger"):
            person = STRANGER if step == "stranger" else ANN
            service.add(str(number), person, "out" if step == "out" else "in")
            expected += [str(number)] if step == "in" else []
        elif step == "restart":
            source.restart()
        else:
            seen += source.look(dies_after=1 if step == "dies" else None)
            if step == "dies":
                source.restart()
    source.restart()
    assert seen + source.look() == expected
    source.inbox.close()


def test_a_message_that_appears_late_is_found(source: Source) -> None:
    source.look()
    late = source.service.records.pop(3)
    source.look()
    state = json.loads(source.path.read_text())
    state["marks"].remove(InboxState.mark_of(source.inbox._state, late))
    source.path.write_text(json.dumps(state))
    source.restart()
    source.service.records.insert(3, late)
    assert source.look() == []
    source.now = 86_401.0
    assert source.look() == ["old 3"]


def test_a_log_that_has_lost_its_old_records_is_read_from_its_beginning(tmp_path: Path) -> None:
    service = Service(OLDEST, 3)
    for number in range(12):
        service.add(str(number))
    source = Source(service, tmp_path / "inbox.json")
    source.look()
    del service.records[:9]
    service.add("new")
    assert source.look() == ["new"]


def test_a_log_with_nothing_known_is_not_taken_for_new(source: Source) -> None:
    source.look()
    source.now = 86_401.0
    source.service.records = [one._replace(id=f"x{one.id}") for one in source.service.records]
    with pytest.raises(VoipsmsError, match="nothing of what was seen before"):
        source.look()
    source.service.records = []
    assert source.look() == []


@pytest.mark.parametrize("now", [0.0, 86_401.0])
@pytest.mark.parametrize("number", [1, 3])  # the order of the log is not known, and is
def test_a_log_that_was_empty_begins_anew(tmp_path: Path, number: int, now: float) -> None:
    """Where few people write, the log may have lost its last record when the next one comes."""
    service = Service()
    for one in range(number):
        service.add(f"old {one}")
    source = Source(service, tmp_path / "inbox.json")
    source.look()
    old, service.records = service.records, []
    source.restart()
    assert source.look() == []
    source.now = now
    service.add("new", at=3000)
    assert [source.look(), source.look()] == [["new"], []]
    service.records = [*old, *service.records]  # it was a fault of the service
    assert source.look() == []


def test_a_log_without_an_order_and_an_end_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(inbox_log, "MOST_PAGES", 3)
    service = Service(OLDEST, 1)
    for number in range(5):
        service.add(str(number), at=0)
    with pytest.raises(VoipsmsError, match="more than 3 pages"):
        Source(service, tmp_path / "inbox.json").look()


def test_a_service_without_pages_is_read(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    every = Service.log_page
    monkeypatch.setattr(Service, "log_page", lambda self, _number, seconds: every(self, 0, seconds))
    source.service.size = 100
    source.look()
    source.service.add("new")
    assert source.look() == ["new"]


def test_strangers_become_events_only_when_asked_for(source: Source, tmp_path: Path) -> None:
    everyone = Source(source.service, tmp_path / "everyone.json", strangers=True)
    assert [source.look(), everyone.look()] == [[], []]
    source.service.add("hello", STRANGER)
    source.service.add("ours", direction="out")
    assert [source.look(), everyone.look()] == [[], ["hello"]]
    assert [source.look(), everyone.look()] == [[], []]


def test_a_look_of_a_source_that_has_ended_ends(source: Source) -> None:
    source.inbox.close()
    with pytest.raises(VoipsmsError, match="has ended"):
        source.inbox.refresh()


# State ------------------------------------------------------------------------------------------------------


def test_the_state_is_private_and_reveals_nothing(source: Source) -> None:
    source.look()
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(source.path.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in source.path.parent.iterdir()) == ["inbox.json", "inbox.json.lock"]
    assert "old" not in source.path.read_text()
    assert ANN not in source.path.read_text()


def test_a_second_source_with_the_same_state_is_refused(source: Source) -> None:
    with pytest.raises(VoipsmsError, match="is used by another source"):
        InboxState(str(source.path))


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 2, "salt": "00", "order": null, "marks": []}', "[" * 100_000, "\xff"]
)
def test_a_state_that_is_damaged_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "inbox.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(VoipsmsError, match="is not one that this source has written"):
        InboxState(str(path))
    assert path.read_text(encoding="latin-1") == content


def test_a_state_that_others_may_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "inbox.json"
    path.write_text("{}")
    path.chmod(0o666)
    with pytest.raises(VoipsmsError, match=r"state_file '.*' is not used: other users may write to it"):
        InboxState(str(path))
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(VoipsmsError) as refused:
        InboxState(str(tmp_path / "open" / "inbox.json"))
    assert "PostgreSQL" not in str(refused.value)


def test_a_state_that_cannot_be_read_or_written_is_an_error(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(VoipsmsError, match="cannot be written"):
            source.look()
    assert source.look() == []  # a part that was left behind does not matter
    source.inbox.close()
    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", fail)
        with pytest.raises(VoipsmsError, match=r"cannot be read \(No space"):
            InboxState(str(source.path))
    with monkeypatch.context() as patch:
        patch.setattr(SafeFile, "make", fail)
        with pytest.raises(VoipsmsError, match="cannot be made"):
            InboxState(str(tmp_path / "other.json"))


def test_only_marks_that_the_log_no_longer_shows_are_forgotten(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_state, "MOST_MARKS", 8)
    source.look()
    del source.service.records[:5]
    source.now = 86_401.0
    source.service.add("new")
    assert source.look() == ["new"]
    assert len(source.inbox._state) == 9
    source.now = 2 * 86_401.0
    assert source.look() == []


# Events -----------------------------------------------------------------------------------------------------


def event(text: str, name: str = "anna", **changed: Any) -> dict[str, Any]:
    record = LogRecord("1", "in", OURS, ANN, text, None, "2026-12-01 10:00:00", None, None, None)
    sms: dict[str, Any] = event_of(record._replace(**changed), name, "mark")["sms"]
    return sms


def test_an_event_has_the_text_its_words_and_its_sender() -> None:
    assert event("  Restart, web-1!\nNow…  ") == {
        "id": "mark",
        "from": ANNA,
        "to": OWN,
        "name": "anna",
        "known": True,
        "text": "Restart, web-1! Now...",
        "word": "restart",
        "words": ["restart", "web-1", "now"],
        "code": "",
        "date": "2026-12-01 10:00:00",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4597 but watch it", "4597"),
        ("Reply 459712", "459712"),
        ("٤٥٩٧", "4597"),
        ("42", ""),
        ("at 4597", ""),
        ("1" * 10, ""),
    ],
)
def test_the_code_of_an_answer(text: str, code: str) -> None:
    assert event(text)["code"] == code


def test_an_event_is_harmless_and_bounded() -> None:
    sms = event("{{ 1 }} " + "x" * 100_000, "", external="", internal="", date=None)
    assert (sms["known"], sms["name"], sms["from"], sms["to"], sms["date"]) == (False, "", "", "", "")
    assert sms["text"].startswith("(( 1 )) x")
    assert (len(sms["text"]), len(sms["words"][1])) == (1600, 40)
    assert len(event("a " * 500)["words"]) == 50
    assert event("... !")["word"] == ""


def test_a_credential_in_a_text_is_withheld(source: Source) -> None:
    source.look()
    source.service.add("the secret")
    assert source.look() == ["the (withheld)"]


# Pace -------------------------------------------------------------------------------------------------------


def test_an_outage_doubles_the_pause_up_to_ten_minutes() -> None:
    pace = Pace(30.0)
    assert (pace.pause, pace.shortest) == (30.0, 5.0)
    pauses = []
    for _failure in range(7):
        pace.fail(VoipsmsError("no connection"))
        pauses.append(pace.pause)
    assert pauses == [60.0, 120.0, 240.0, 480.0, 600.0, 600.0, 600.0]
    assert (pace.shortest, pace.trouble) == (30.0, "no connection")
    pace.succeed()
    assert (pace.pause, pace.shortest, pace.trouble) == (30.0, 5.0, "")


@pytest.mark.parametrize(("asked", "pause", "shortest"), [(None, 4.0, 2.0), (90.0, 90.0, 90.0), (1e9, 3600.0, 3600.0)])
def test_the_service_is_obeyed(asked: float | None, pause: float, shortest: float) -> None:
    pace = Pace(2.0)
    pace.fail(Throttled(asked))
    assert (pace.pause, pace.shortest) == (pause, shortest)
    slow = Pace(3600.0)
    slow.fail(Throttled(None))
    assert slow.pause == 3600.0
