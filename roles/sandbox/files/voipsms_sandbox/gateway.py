# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Model the service as a state machine: messages come in, wait, go out or are cancelled. Knows nothing of HTTP."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from ansible_collections.voip_communications.sms.plugins.module_utils._message.text import measure, split

from . import dates, message
from .clock import Clock
from .magic import describe, magic_code
from .message import Message
from .recipients import can_receive
from .settings import Settings

# The service fills in a sender for BULK messages. This one is in the documented sample.
BULK_SENDER = "17134567890"
_NOT_A_NUMBER = 400
_NO_CREDIT = 402


class RefusalError(Exception):
    """The refusal of a whole request. Its text is the ``error_message`` of the envelope."""


@dataclass(frozen=True)
class _Draft:
    """The values that all messages of one request share; ``smsid`` is None where each has its own."""

    sender: str
    text: str
    delivery_at: datetime
    smsid: str | None


class Gateway:
    """The messages of one account. Every method works at the clock's present moment; call ``tick`` before."""

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
        """Send the messages that are due, earliest first, and charge for them (documented).

        Cancels that were asked for earlier take effect, too. Returns whether any message was due.
        """
        now = self.clock.now()
        due = [sms for sms in self._waiting if sms.leaves_at <= now]
        if not due:
            return False
        self._waiting = [sms for sms in self._waiting if sms.leaves_at > now]
        for sms in sorted(due, key=_by_date):
            if sms.leave():
                self._go_out(sms, sms.delivery_at)
        return True

    def next_due(self) -> datetime | None:
        """Return when the next waiting message goes out or is cancelled, in UTC, or None when none waits."""
        return min((sms.leaves_at for sms in self._waiting), default=None)

    def send(self, to: str, text: str, sender: str = "", delivery_date: str = "") -> list[dict[str, Any]]:
        """Accept messages, as ``sms/send`` does (documented).

        Returns one record per recipient, or one per segment (assumed, by setting). A message with a date in the past
        goes out at once (assumed). Raises RefusalError.
        """
        numbers = [number.strip() for number in to.split(",") if number.strip()]
        if not numbers:
            raise RefusalError("The field to is required")
        if not text:
            raise RefusalError("The field msg is required")
        shared = self._new_smsid() if self.settings.smsid == "per-request" else None
        draft = _Draft(self._checked_sender(sender), text, self._read_date(delivery_date), shared)
        return [sms.record(self.zone) for number in numbers for sms in self._accept(number, draft)]

    def scheduled(self) -> list[dict[str, Any]]:
        """Return the records of all waiting messages, earliest first: ``sms/scheduled`` (assumed).

        The settings can make the list late, short of what is near its date, or empty.
        """
        settings, now = self.settings, self.clock.now()
        if settings.empty_lists:
            self.settings = settings.changed({"empty_lists": settings.empty_lists - 1})
            return []
        messages = self.messages if settings.list_lag or settings.cancelled_shown else self._waiting
        listed = [sms for sms in messages if self._is_listed(sms, now)]
        return [sms.record(self.zone, message.PENDING) for sms in sorted(listed, key=_by_date)]

    def cancel(self, smsid: str) -> list[dict[str, Any]]:
        """Cancel every waiting message with this smsid: ``DELETE sms/scheduled/{smsid}`` (assumed).

        Raises RefusalError when none waits: it is unknown, has gone out or is about to, or was cancelled before. It
        takes effect after ``cancel_delay``, if the message has not gone out by then. Cancelled again in the meantime,
        the earlier effect counts.
        """
        now = self.clock.now()
        effect = _later(now, self.settings.cancel_delay)
        matches = [sms for sms in self._waiting if sms.smsid == smsid and not self._is_handed_over(sms, now)]
        if not matches:
            raise RefusalError("There is no scheduled message with this smsid")
        for sms in matches:
            sms.cancel_at = effect if sms.cancel_at is None else min(effect, sms.cancel_at)
            if sms.cancel_at <= now:
                sms.leave()
        self._waiting = [sms for sms in self._waiting if sms.state == message.PENDING]
        return [sms.record(self.zone, message.CANCELLED) for sms in matches]

    def summary(self, page: str) -> list[dict[str, Any]]:
        """Return a page of the message log: ``sms/summary`` (observed), newest first (assumed) unless settings say so.

        It has waiting, sent, cancelled and incoming messages, but no refused ones (assumed). Past the last page it is
        empty.
        """
        log = [sms for sms in self._log() if sms.state != message.REFUSED]
        return [sms.summary(self.zone) for sms in self._page(log, page)]

    def chat(self, internal: str, external: str, page: str) -> list[dict[str, Any]]:
        """Return a page of a conversation: ``sms/chat`` (observed), newest first (assumed). Raises RefusalError."""
        for name, value in (("internal", internal), ("external", external)):
            if not value:
                raise RefusalError(f"The field {name} is required")
        talk = [
            sms for sms in self._log() if (sms.internal, sms.external, sms.state) == (internal, external, message.SENT)
        ]
        return [sms.chat(self.zone) for sms in self._page(talk, page)]

    def receive(self, sender: str, to: str, text: str) -> Message:
        """Receive a message to a number of the account: an ``IN`` message in the log and the conversation."""
        now = self.clock.now()
        incoming = self._record(sender, _Draft(to, text, now, None), text, 0.0)
        incoming.inout, incoming.kind = "IN", "2WAYSMS"
        incoming.enter(message.SENT, now)
        self.messages.append(incoming)
        return incoming

    def user(self) -> dict[str, Any]:
        """Return the account's record for ``cms/user``: the observed names, and an id."""
        balance = self.settings.balance
        return {
            "user_id": "1",
            "user_timezone": self.settings.zone,
            "user_balance_warning": "0.00",
            "user_balance": None if balance is None else f"{balance:.4f}",
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the values for the state file. The clock is kept as its distance from the machine's clock."""
        return {
            "settings": self.settings.to_dict(),
            "shift": self.clock.shift.total_seconds(),
            "messages": [sms.to_dict() for sms in self.messages],
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Gateway:
        """Read the values that ``to_dict`` returns. Raises KeyError, TypeError or ValueError for any others."""
        gateway = cls(Settings().changed(fields["settings"]), Clock(timedelta(seconds=fields["shift"])))
        gateway.messages = [Message.from_dict(values) for values in fields["messages"]]
        gateway._waiting = [sms for sms in gateway.messages if sms.state == message.PENDING]
        return gateway

    def _is_listed(self, sms: Message, now: datetime) -> bool:
        """Return whether the list shows a message, which it may do too late, too long, or not long enough."""
        lag = self.settings.list_lag
        if self._is_handed_over(sms, now) or (lag and sms.accepted_at and _age(sms.accepted_at, now) < lag):
            return False
        if sms.state == message.CANCELLED:
            return _age(sms.state_at, now) < lag + self.settings.cancelled_shown
        return sms.state == message.PENDING

    def _is_handed_over(self, sms: Message, now: datetime) -> bool:
        """Return whether the date is over, or so near that the service no longer lists or cancels the message."""
        ahead = -_age(sms.delivery_at, now)
        return ahead <= self.settings.hidden_before

    def _accept(self, number: str, draft: _Draft) -> list[Message]:
        """Accept a message to one recipient, and return its records. All of them are accepted, or all refused."""
        pieces = split(draft.text) if self.settings.records == "per-segment" else [draft.text]
        whole = measure(draft.text)
        share = whole.segments / len(pieces) * self.settings.price
        parts = [self._record(number, draft, piece, share) for piece in pieces]
        for index, part in enumerate(parts, start=1):
            part.part, part.parts, part.encoding = index, len(parts), whole.encoding
            part.segments = whole.segments // len(pieces)
        self._decide(parts)
        self.messages.extend(parts)
        return parts

    def _decide(self, parts: list[Message]) -> None:
        """Let a new message wait, send it, or refuse it for its number or for lack of credit."""
        now = self.clock.now()
        code = _code_of(parts[0].external)
        cost = sum(part.sale for part in parts)
        must_wait = parts[0].delivery_at > now
        if code is None and not must_wait and not self._can_pay(cost):
            code = _NO_CREDIT
        for part in parts:
            if code is not None:
                part.smsid = ""
                part.refuse(code, describe(code), now)
            elif must_wait:
                self._waiting.append(part)
            else:
                self._go_out(part, now)

    def _go_out(self, sms: Message, at: datetime) -> None:
        if not self._can_pay(sms.sale):
            sms.refuse(_NO_CREDIT, describe(_NO_CREDIT), at)
            return
        sms.enter(message.SENT, at)
        if self.settings.balance is not None:
            left = max(0.0, round(self.settings.balance - sms.sale, 4))
            self.settings = self.settings.changed({"balance": left})

    def _can_pay(self, cost: float) -> bool:
        balance = self.settings.balance
        return balance is None or round(balance - cost, 4) >= 0

    def _record(self, number: str, draft: _Draft, text: str, sale: float) -> Message:
        size, now = measure(text), self.clock.now()
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
            state_at=now,
            accepted_at=now,
        )

    def _checked_sender(self, sender: str) -> str:
        """Return the sender, which must be a number of the account (documented; the refusal's text is assumed)."""
        sender = sender.strip()
        owned = self.settings.numbers
        if sender and (not sender.isdecimal() or (owned and sender not in owned)):
            raise RefusalError("The number in from is not an SMS enabled number of this account")
        return sender

    def _read_date(self, delivery_date: str) -> datetime:
        """Return the date in UTC; empty means now (documented).

        Raises RefusalError for a date that cannot be read. That the service refuses it is assumed.
        """
        if not delivery_date:
            return self.clock.now()
        try:
            return dates.read(delivery_date, self.zone)
        except dates.DateError as error:
            raise RefusalError(str(error)) from error

    def _log(self) -> list[Message]:
        """Return what the message log shows, in its order."""
        now, lag = self.clock.now(), self.settings.incoming_lag
        shown = [sms for sms in self.messages if sms.inout == "OUT" or _age(sms.state_at, now) >= lag]
        return shown if self.settings.log_order == "oldest" else shown[::-1]

    def _page(self, records: list[Message], page: str) -> list[Message]:
        size = self.settings.page_size
        start = (int(page) if page.isdecimal() else 0) * size
        return records[start : start + size]

    def _new_smsid(self) -> str:
        """Return a new smsid, as long as the documented sample: the year, then 23 digits and letters."""
        return f"{self.clock.now():%Y}{secrets.token_hex(7)[:13]}{secrets.randbelow(10**10):010d}"


def _age(moment: datetime, now: datetime) -> float:
    """Return the seconds since a moment, negative while it lies ahead."""
    return (now - moment).total_seconds()


def _later(moment: datetime, seconds: float) -> datetime:
    """Return the moment that many seconds later; the end of the year 9999 when it is beyond that."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=timezone.utc)


def _by_date(sms: Message) -> tuple[datetime, int]:
    return sms.delivery_at, sms.number


def _code_of(number: str) -> int | None:
    """Return the code with which every message to a recipient is refused, or None."""
    return magic_code(number) if can_receive(number) else _NOT_A_NUMBER


def _country_of(number: str) -> str:
    """Return two letters, of the number itself or else of its country code; empty where there is none."""
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(parsed)
    return region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
