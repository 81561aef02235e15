# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in the same process whose message log shows questions and answers, and the people who answer them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Answer, Lost, NotSent
from ansible_collections.voip_communications.sms.tests.model.provider import Clock
from ansible_collections.voip_communications.sms.tests.support.people import OURS

OWN_NUMBER = OURS
_CODE = re.compile(r"(\d+) = ([^,.]+)")


class Entry(NamedTuple):
    """A record of the log, and the moment (true time) from which it shows."""

    at: float
    fields: dict[str, str]


def codes_in(text: str) -> dict[str, str]:
    """Return the codes of a question by their labels."""
    return {label: code for code, label in _CODE.findall(text)}


@dataclass
class AskService:
    """Takes the place of ``Http`` in an ``Api``.

    ``order``: newest or oldest first. ``page_size``: of the log. ``out_lag`` and ``in_lag``: seconds until a record
    shows. ``refused``, ``lost``: the numbers that are refused, and whose requests get no answer (``True``: accepted
    nevertheless). ``outage``: the HTTP status of the log until that moment. ``events``: what happens at some moments.
    """

    clock: Clock
    order: str = "newest"
    page_size: int = 20
    out_lag: float = 0.0
    in_lag: float = 0.0
    refused: set[str] = field(default_factory=set)
    lost: dict[str, bool] = field(default_factory=dict)
    status: int = 200
    outage: tuple[float, int] = (0.0, 200)
    shows: Callable[[Mapping[str, str]], bool] = lambda _fields: True
    log: list[Entry] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    looks: int = 0
    events: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    meanwhile: Callable[[str], None] = lambda _step: None

    # What the collection calls -----------------------------------------------------------------------------------

    def post(self, path: str, form: Mapping[str, str], seconds: float, permits: Callable[[], bool]) -> Answer:
        """Answer as ``Http.post`` does."""
        assert seconds >= 0
        self.happen()
        if path == "sms/summary":
            return self._page(int(form["page"]))
        assert path == "sms/send", path
        self.meanwhile("before the post")
        if not permits():
            raise NotSent("too late", passing=False)
        if self.status != 200:
            return Answer(self.status, {}, b"{}")
        records = [self._send(number, form) for number in form["to"].split(",")]
        self.meanwhile("after the post")
        if form["to"] in self.lost:
            raise Lost("the answer was lost")
        return Answer(200, {}, json.dumps({"send_log": records}).encode())

    def _send(self, number: str, form: Mapping[str, str]) -> dict[str, Any]:
        if number in self.refused:
            return {"code": 400, "code_desc": "not in service", "to": number}
        if self.lost.get(number, True):
            self.sent.append((number, form["msg"]))
            self.add("OUT", number, form["msg"], self.out_lag)
        return {"code": 200, "to": number, "smsid": f"id{len(self.sent)}", "sale": 0.01}

    def _page(self, number: int) -> Answer:
        self.looks += 1
        until, status = self.outage
        if self.clock.true < until:
            return Answer(status, {}, b"{}")
        shown = [entry.fields for entry in self.log if entry.at <= self.clock.true and self.shows(entry.fields)]
        ordered = shown if self.order == "oldest" else shown[::-1]
        page = ordered[number * self.page_size : (number + 1) * self.page_size]
        return Answer(200, {}, json.dumps({"error": False, "summary": page}).encode())

    # What people do ----------------------------------------------------------------------------------------------

    def add(self, direction: str, number: str, text: str, lag: float = 0.0) -> None:
        """Put a message into the log."""
        fields = {
            "sms_id": str(len(self.log)),
            "sms_inout": direction,
            "sms_internal": OWN_NUMBER,
            "sms_external": number,
            "sms_msg": text,
            "sms_status": "DELIVERED",
        }
        self.log.append(Entry(self.clock.true + lag, fields))

    def reply(self, number: str, text: str) -> None:
        """Let someone send a text."""
        self.add("IN", number, text, self.in_lag)

    def answer(self, number: str, label: str, comment: str = "") -> None:
        """Let someone answer with their code for a label; they can only if they have the question."""
        questions = [text for to, text in self.sent if to == number and label in codes_in(text)]
        if questions:
            self.reply(number, f"{codes_in(questions[-1])[label]} {comment}".strip())

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen after some seconds."""
        self.events.append((self.clock.true + seconds, act))

    def sleep(self, seconds: float) -> None:
        """Let time pass for whoever waits, with what happens meanwhile."""
        end = self.clock.true + seconds
        while due := [at for at, _act in self.events if at <= end]:
            self.clock.true = max(self.clock.true, min(due))
            self.happen()
        self.clock.true = max(self.clock.true, end)

    def happen(self) -> None:
        """Let everything happen that is due."""
        due = sorted(((at, place) for place, (at, _act) in enumerate(self.events) if at <= self.clock.true))
        acts = [self.events[place][1] for _at, place in due]
        self.events = [event for event in self.events if event[0] > self.clock.true]
        for act in acts:
            act()

    def questions(self, number: str = "") -> list[str]:
        """Return the questions that were sent, to one number or to all."""
        return [text for to, text in self.sent if " = " in text and number in ("", to)]

    def others(self, number: str = "") -> list[str]:
        """Return the other texts that were sent: hints and outcomes."""
        return [text for to, text in self.sent if " = " not in text and number in ("", to)]
