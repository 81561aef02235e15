# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Represent a record of the service: a message to a number, or one part of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Any

from . import dates

PENDING = "PENDING"
SENT = "SENT"
CANCELLED = "CANCELLED"
REFUSED = "REFUSED"

# SCHEDULED is documented; the other words are assumed.
_STATUS = {PENDING: "SCHEDULED", SENT: "SENT", CANCELLED: "CANCELLED", REFUSED: "REFUSED"}

_MOMENTS = ("delivery_at", "state_at", "accepted_at", "cancel_at")


@dataclass
class Message:
    """A message to or from the account, or one segment of it.

    ``delivery_at`` and ``state_at`` are UTC. ``internal`` is the account's number, ``external`` the other person's.
    ``part`` counts from 1 to ``parts`` where the service keeps a record per segment; else both are 1. ``accepted_at``
    is None only where an older sandbox wrote the state file. ``cancel_at`` is when a cancel takes effect, in UTC.
    ``request`` is the number of the request that it came with; None for what people write, and in an older state file.
    """

    number: int
    smsid: str
    internal: str
    external: str
    country: str
    text: str
    encoding: str
    segments: int
    sale: float
    kind: str
    delivery_at: datetime
    state: str
    state_at: datetime
    code: int = 200
    code_desc: str = ""
    inout: str = "OUT"
    part: int = 1
    parts: int = 1
    accepted_at: datetime | None = None
    cancel_at: datetime | None = None
    request: int | None = None

    @property
    def leaves_at(self) -> datetime:
        """When a waiting message goes out or is cancelled, in UTC."""
        return self.delivery_at if self.cancel_at is None else min(self.delivery_at, self.cancel_at)

    def leave(self) -> bool:
        """End the wait: return whether the message goes out now, and mark it as cancelled when it does not."""
        if self.cancel_at is None or self.cancel_at >= self.delivery_at:
            return True
        self.enter(CANCELLED, self.cancel_at)
        return False

    def enter(self, state: str, at: datetime) -> None:
        """Move to another state at a moment (UTC)."""
        self.state = state
        self.state_at = at

    def refuse(self, code: int, code_desc: str, at: datetime) -> None:
        """Refuse the message for good: it costs nothing, and cannot be cancelled."""
        self.code, self.code_desc, self.sale = code, code_desc, 0.0
        self.enter(REFUSED, at)

    def record(self, zone: tzinfo, state: str | None = None) -> dict[str, Any]:
        """Return the record of ``send_log``, each field and type as documented.

        ``state``: what the service says it is in, where that differs from the truth.
        """
        return {
            "code": self.code,
            "code_desc": self.code_desc,
            "from": self.internal,
            "to": self.external,
            "country": self.country,
            "msg": self.text,
            "delivery_date": dates.write(self.delivery_at, zone),
            "sale": self.sale,
            "type": self.kind,
            "status": _STATUS[state or self.state],
            "smsid": self.smsid,
        }

    def summary(self, zone: tzinfo) -> dict[str, Any]:
        """Return the record of ``sms/summary`` (observed). That values are strings, as in PHP databases, is assumed.

        Whether ``sms_id`` is the ``smsid`` is not known. Here it is not, so that no client relies on it.
        """
        at = self.delivery_at if self.state == PENDING else self.state_at
        return {
            "sms_id": str(self.number),
            "sms_country": self.country,
            "sms_sale": f"{self.sale:.4f}",
            "sms_inout": self.inout,
            "sms_status_date": dates.write(at, zone),
            "sms_type": self.kind,
            "sms_internal": self.internal,
            "sms_external": self.external,
            "sms_msg": self.text,
            "sms_status": "RECEIVED" if self.inout == "IN" else _STATUS[self.state],
        }

    def chat(self, zone: tzinfo) -> dict[str, Any]:
        """Return the record of ``sms/chat`` (observed)."""
        fields = self.summary(zone)
        return {name: fields[name] for name in ("sms_id", "sms_inout", "sms_msg", "sms_status_date")}

    def view(self, zone: tzinfo) -> dict[str, Any]:
        """Return everything that the sandbox knows of the message, for the control API."""
        sender, recipient = self.internal, self.external
        if self.inout == "IN":
            sender, recipient = recipient, sender
        return {
            **self.record(zone),
            "from": sender,
            "to": recipient,
            "number": self.number,
            "state": self.state,
            "state_at": dates.iso(self.state_at),
            "delivery_at": dates.iso(self.delivery_at),
            "cancel_at": None if self.cancel_at is None else dates.iso(self.cancel_at),
            "accepted_at": None if self.accepted_at is None else dates.iso(self.accepted_at),
            "request": self.request,
            "encoding": self.encoding,
            "segments": self.segments,
            "inout": self.inout,
            "part": self.part,
            "parts": self.parts,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the values for the state file."""
        fields = asdict(self)
        moments = {name: fields[name].isoformat() for name in _MOMENTS if fields[name] is not None}
        return {**fields, **moments}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Message:
        """Read the values that ``to_dict`` returns. Raises TypeError, KeyError or ValueError for any others."""
        given = {"accepted_at": None, "cancel_at": None, **fields}
        moments = {name: datetime.fromisoformat(given[name]) for name in _MOMENTS if given[name] is not None}
        return cls(**{**fields, **moments})
