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


@dataclass
class Message:
    """A message to or from the account, or one segment of it.

    ``delivery_at`` and ``state_at`` are UTC. ``internal`` is the account's number, ``external`` the other person's.
    ``part`` counts from 1 to ``parts`` where the service keeps a record per segment; else both are 1.
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

    def enter(self, state: str, at: datetime) -> None:
        """Move to another state at a moment (UTC)."""
        self.state = state
        self.state_at = at

    def refuse(self, code: int, code_desc: str, at: datetime) -> None:
        """Refuse the message for good: it costs nothing, and cannot be cancelled."""
        self.code, self.code_desc, self.sale = code, code_desc, 0.0
        self.enter(REFUSED, at)

    def record(self, zone: tzinfo) -> dict[str, Any]:
        """Return the record of ``send_log``, each field and type as documented."""
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
            "status": _STATUS[self.state],
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
            "encoding": self.encoding,
            "segments": self.segments,
            "inout": self.inout,
            "part": self.part,
            "parts": self.parts,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the values for the state file."""
        return {
            **asdict(self),
            "delivery_at": self.delivery_at.isoformat(),
            "state_at": self.state_at.isoformat(),
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Message:
        """Read the values that ``to_dict`` returns. Raises TypeError, KeyError or ValueError for any others."""
        moments = {name: datetime.fromisoformat(fields[name]) for name in ("delivery_at", "state_at")}
        return cls(**{**fields, **moments})
