# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as a state machine: messages come in, wait, go out, are cancelled. Knows no HTTP."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from ansible_collections.voip_communications.sms.extensions.sandbox import dates, message
from ansible_collections.voip_communications.sms.extensions.sandbox.clock import Clock
from ansible_collections.voip_communications.sms.extensions.sandbox.magic import describe, magic_code
from ansible_collections.voip_communications.sms.extensions.sandbox.message import Message
from ansible_collections.voip_communications.sms.extensions.sandbox.settings import Settings
from ansible_collections.voip_communications.sms.plugins.module_utils._message.text import measure, split

# The service fills in a sender for BULK messages; this one is in the documented sample.
BULK_SENDER = "17134567890"
_NOT_A_NUMBER = 400
_NO_CREDIT = 402


class RefusalError(Exception):
    """The whole request is refused: the error envelope. Its text is the `error_message`."""


@dataclass(frozen=True)
class _Draft:
    """What all messages of one request have in common; `smsid` only where they share it."""

    sender: str
    text: str
    delivery_at: datetime
    smsid: str | None


class Gateway:
    """An account's messages. Every method answers for the clock's present moment; call `tick` before."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.messages: list[Message] = []
        self._waiting: list[Message] = []

    @property
    def zone(self) -> ZoneInfo:
        """The account's time zone."""
        return dates.named_zone(self.settings.zone)

    def tick(self) -> bool:
        """Whatever is due goes out, earliest first; the charge is made then (documented). Whether anything was due."""
        now = self.clock.now()
        due = [each for each in self._waiting if each.delivery_at <= now]
        if not due:
            return False
        self._waiting = [each for each in self._waiting if each.delivery_at > now]
        for each in sorted(due, key=lambda each: (each.delivery_at, each.number)):
            self._go_out(each, each.delivery_at)
        return True

    def next_due(self) -> datetime | None:
        """When the next of those that wait goes out, in UTC; None when none waits."""
        return min((each.delivery_at for each in self._waiting), default=None)

    def send(self, to: str, text: str, sender: str = "", delivery_date: str = "") -> list[dict[str, Any]]:
        """`sms/send` (documented): one record per recipient, or one per segment (assumed, by setting).

        A date in the past goes out at once (assumed). Raises RefusalError.
        """
        numbers = [number.strip() for number in to.split(",") if number.strip()]
        if not numbers:
            raise RefusalError("The field to is required")
        if not text:
            raise RefusalError("The field msg is required")
        shared = self._new_smsid() if self.settings.smsid == "per-request" else None
        draft = _Draft(self._checked_sender(sender), text, self._read_date(delivery_date), shared)
        return [each.record(self.zone) for number in numbers for each in self._accept(number, draft)]

    def scheduled(self) -> list[dict[str, Any]]:
        """`sms/scheduled` (assumed): the records of all messages that wait, earliest first."""
        waiting = sorted(self._waiting, key=lambda each: (each.delivery_at, each.number))
        return [each.record(self.zone) for each in waiting]

    def cancel(self, smsid: str) -> list[dict[str, Any]]:
        """`DELETE sms/scheduled/{smsid}` (assumed): cancels every message that waits with this smsid.

        Raises RefusalError when none waits: unknown, gone out already, or cancelled before.
        """
        found = [each for each in self._waiting if each.smsid == smsid]
        if not found:
            raise RefusalError("There is no scheduled message with this smsid")
        self._waiting = [each for each in self._waiting if each.smsid != smsid]
        for each in found:
            each.enter(message.CANCELLED, self.clock.now())
        return [each.record(self.zone) for each in found]

    def summary(self, page: str) -> list[dict[str, Any]]:
        """`sms/summary` (observed): the message log, newest first (assumed), empty past the last page.

        It holds waiting, sent, cancelled and incoming messages, and none that was refused (assumed).
        """
        log = [each for each in reversed(self.messages) if each.state != message.REFUSED]
        return [each.summary(self.zone) for each in self._page(log, page)]

    def chat(self, internal: str, external: str, page: str) -> list[dict[str, Any]]:
        """`sms/chat` (observed): what went between two numbers, newest first (assumed). Raises RefusalError."""
        for name, value in (("internal", internal), ("external", external)):
            if not value:
                raise RefusalError(f"The field {name} is required")
        talk = [
            each
            for each in reversed(self.messages)
            if (each.internal, each.external, each.state) == (internal, external, message.SENT)
        ]
        return [each.chat(self.zone) for each in self._page(talk, page)]

    def receive(self, sender: str, to: str, text: str) -> Message:
        """Somebody writes to a number of the account: an `IN` message in the log and the conversation."""
        now = self.clock.now()
        incoming = self._record(sender, _Draft(to, text, now, None), text, 0.0)
        incoming.inout, incoming.kind = "IN", "2WAYSMS"
        incoming.enter(message.SENT, now)
        self.messages.append(incoming)
        return incoming

    def user(self) -> dict[str, Any]:
        """The account's record for `cms/user`: the two observed names, and an id."""
        balance = self.settings.balance
        return {
            "user_id": "1",
            "user_timezone": self.settings.zone,
            "user_balance_warning": "0.00",
            "user_balance": None if balance is None else f"{balance:.4f}",
        }

    def to_dict(self) -> dict[str, Any]:
        """For the state file. The clock is kept as its distance from the machine's, so it runs on meanwhile."""
        return {
            "settings": self.settings.to_dict(),
            "shift": self.clock.shift.total_seconds(),
            "messages": [each.to_dict() for each in self.messages],
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Gateway:
        """The opposite of `to_dict`. Raises KeyError, TypeError, ValueError for what is no state."""
        gateway = cls(Settings().changed(fields["settings"]), Clock(timedelta(seconds=fields["shift"])))
        gateway.messages = [Message.from_dict(each) for each in fields["messages"]]
        gateway._waiting = [each for each in gateway.messages if each.state == message.PENDING]
        return gateway

    def _accept(self, number: str, draft: _Draft) -> list[Message]:
        """The records of one recipient. They go one way: a text is never half refused."""
        pieces = split(draft.text) if self.settings.records == "per-segment" else [draft.text]
        whole = measure(draft.text)
        share = whole.segments / len(pieces) * self.settings.price
        made = [self._record(number, draft, piece, share) for piece in pieces]
        for index, each in enumerate(made, start=1):
            each.part, each.parts, each.encoding = index, len(made), whole.encoding
            each.segments = whole.segments // len(pieces)
        self._decide(made)
        self.messages.extend(made)
        return made

    def _decide(self, made: list[Message]) -> None:
        """New messages wait, go out, or are refused for their number or for want of credit."""
        now = self.clock.now()
        code = _code_of(made[0].external)
        cost = sum(each.sale for each in made)
        waits = made[0].delivery_at > now
        if code is None and not waits and not self._affords(cost):
            code = _NO_CREDIT
        for each in made:
            if code is not None:
                each.smsid = ""
                each.refuse(code, describe(code), now)
            elif waits:
                self._waiting.append(each)
            else:
                self._go_out(each, now)

    def _go_out(self, each: Message, at: datetime) -> None:
        if not self._affords(each.sale):
            each.refuse(_NO_CREDIT, describe(_NO_CREDIT), at)
            return
        each.enter(message.SENT, at)
        if self.settings.balance is not None:
            left = max(0.0, round(self.settings.balance - each.sale, 4))
            self.settings = self.settings.changed({"balance": left})

    def _affords(self, cost: float) -> bool:
        balance = self.settings.balance
        return balance is None or round(balance - cost, 4) >= 0

    def _record(self, number: str, draft: _Draft, text: str, sale: float) -> Message:
        size = measure(text)
        return Message(
            number=len(self.messages) + 1,
            smsid=draft.smsid or self._new_smsid(),
            internal=draft.sender or BULK_SENDER,
            external=number,
            country=_country_of(number),
            text=text,
            encoding=size.encoding,
            segments=size.segments,
            sale=round(sale, 4),
            kind="2WAYSMS" if draft.sender else "BULKSMS",
            delivery_at=draft.delivery_at,
            state=message.PENDING,
            state_at=self.clock.now(),
        )

    def _checked_sender(self, sender: str) -> str:
        """Documented: the number must belong to the account. What the service says otherwise is assumed."""
        sender = sender.strip()
        owned = self.settings.numbers
        if sender and (not sender.isdecimal() or (owned and sender not in owned)):
            raise RefusalError("The number in from is not an SMS enabled number of this account")
        return sender

    def _read_date(self, delivery_date: str) -> datetime:
        """Empty means now (documented). That an unreadable date refuses the request is assumed."""
        if not delivery_date:
            return self.clock.now()
        try:
            return dates.read(delivery_date, self.zone)
        except dates.DateError as error:
            raise RefusalError(str(error)) from error

    def _page(self, records: list[Message], page: str) -> list[Message]:
        size = self.settings.page_size
        start = (int(page) if page.isdecimal() else 0) * size
        return records[start : start + size]

    def _new_smsid(self) -> str:
        """As long as the documented sample: the year, then 23 digits and letters."""
        return f"{self.clock.now():%Y}{secrets.token_hex(7)[:13]}{secrets.randbelow(10**10):010d}"


def _code_of(number: str) -> int | None:
    """Why a recipient is refused whatever is sent to it, or None."""
    if not (number.isascii() and number.isdecimal()):
        return _NOT_A_NUMBER
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(f"+{number}"))
    except phonenumbers.NumberParseException:
        possible = False
    return magic_code(number) if possible else _NOT_A_NUMBER


def _country_of(number: str) -> str:
    """Two letters, of the number itself or else of its country code; empty where there is none."""
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(parsed)
    return region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
