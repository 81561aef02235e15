# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide "On call": its play and its playbook run, with a calendar that a server on this machine has."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support import documents, restructured
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun
from ansible_collections.voip_communications.sms.tests.support.step import Job

BOSS, FALLBACK = "+12812345670", "+12812345671"
BLOCKS = [block for block in restructured.blocks(documents.guide("on_call")) if block.language == "yaml"]
PLAY, HANDOVER = yaml.safe_load(BLOCKS[0].text)[0], yaml.safe_load(BLOCKS[1].text)
TOKEN = "canary-4711-token"
NOW = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
HOUR = dt.timedelta(hours=1)
EVENTS = "".join(
    f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART:{begin:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\n{who}\r\n"
    "END:VEVENT\r\n"
    for number, (begin, end, who) in enumerate(
        [
            (NOW - HOUR, NOW + 40 * HOUR, "SUMMARY:On call\r\nATTENDEE:mailto:Anna@example.com"),
            (NOW + 40 * HOUR, NOW + 50 * HOUR, "SUMMARY:On call: Ben O&#39\\;Neil"),
        ]
    )
)


class Feed(BaseHTTPRequestHandler):
    """A calendar, at a path that has a token."""

    def do_GET(self) -> None:
        self.send_response(200 if TOKEN in self.path else 404)
        self.end_headers()
        self.wfile.write(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{EVENTS}END:VCALENDAR\r\n".encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def feed() -> Iterator[str]:
    """Yield the address of a calendar in which anna is on call."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{TOKEN}.ics"
        server.shutdown()
        thread.join()


def play_of_the_guide(controller: Controller, calendar: str, *tasks: dict[str, Any]) -> PlaybookRun:
    """Run tasks as the play of the guide does, with this calendar."""
    return controller.play(
        *tasks,
        keywords={
            "vars": PLAY["vars"],
            "module_defaults": {"group/voip_communications.sms.voipsms": controller.options},
        },
        arguments=["-vvv", "-e", "page_poll=1s"],
        environment={"ONCALL_CALENDAR": calendar},
    )


def test_the_person_on_call_is_told_and_paged(
    controller: Controller, service: CountedSandbox, phones: Phones, feed: str
) -> None:
    """With -vvv, where Ansible shows options as well: the address is nowhere."""
    phones.will(lambda: phones.answer(ANNA, "mine"))
    run = play_of_the_guide(controller, feed, *PLAY["tasks"])
    assert run.rc == 0, run.everything
    told, paged, outcome = (send["form"] for send in service.expect(3))
    assert sorted(told["to"].split(",")) == [BOSS[1:], ANNA[1:]]
    assert (paged["to"], outcome["to"]) == (ANNA[1:], ANNA[1:])
    until = f"{(NOW + 40 * HOUR):%Y-%m-%dT%H:%M}+00:00"
    assert f"anna until {until}, then ben" in run.everything
    assert TOKEN not in run.everything


def test_when_the_calendar_cannot_be_read_the_others_are_told(
    controller: Controller, service: CountedSandbox, phones: Phones
) -> None:
    phones.will(lambda: phones.answer(BOSS, "mine"))
    run = play_of_the_guide(controller, f"http://127.0.0.1:1/{TOKEN}", *PLAY["tasks"])
    told, paged, _outcome = (send["form"] for send in service.expect(3))
    assert sorted(told["to"].split(",")) == [BOSS[1:], FALLBACK[1:]]
    assert paged["to"] == BOSS[1:]
    # The lookup has no fallback.
    assert run.rc == 2, run.everything
    everything = " ".join(run.everything.split())
    assert "calendar 1 cannot be read: the service refused the connection" in everything
    assert TOKEN not in everything


def test_an_ordinary_module_shows_no_address_either(controller: Controller, service: CountedSandbox, feed: str) -> None:
    """Sent as source to another Python, with all that calendars need."""
    tell = {**PLAY["tasks"][0], "environment": {"ANY": "thing"}}
    run = play_of_the_guide(controller, feed, tell)
    (told,) = (send["form"] for send in service.expect(1))
    assert sorted(told["to"].split(",")) == [BOSS[1:], ANNA[1:]]
    assert run.rc == 0, run.everything
    assert "invocation" in run.everything
    assert TOKEN not in run.everything


def test_the_handover_of_the_guide(tmp_path: Path, service: CountedSandbox, feed: str) -> None:
    job = Job(tmp_path / "job", **service.sandbox.environment, ONCALL_CALENDAR=feed)
    people = job.folder / "people.yml"
    people.write_text(yaml.safe_dump(PLAY["vars"]["people"]), "utf-8")
    assert HANDOVER["voipsms_contacts"] == "/etc/oncall/people.yml"
    variables = job.folder / "handover.yml"
    variables.write_text(yaml.safe_dump({**HANDOVER, "voipsms_contacts": str(people)}), "utf-8")
    done = job.playbook("handover", None, "-e", "@handover.yml", "-vvv")
    (send,) = service.expect(1)
    assert done.rc == 0, done.output
    until = NOW + 40 * HOUR
    assert send["form"]["msg"] == f"You are on call until {until:%a} {until:%H:%M} UTC, then ben"
    assert TOKEN not in done.output
