# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe what a task wants to send: the message, its recipients, and how strictly it must be sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._ledger.model import DedupePolicy, Schedule

if TYPE_CHECKING:
    from .._ledger.limits import Limits


class SendRequest(NamedTuple):
    """One message: its text, its sender, and its recipients (E.164 digits, each once).

    ``key``: the idempotency key as people see it. ``label``: what the ledger keeps of it in the clear, which is a key
    that the user has chosen. ``at_a_time``: how many batches may be under way at once. ``account_timezone``: the zone
    of the dates in the message log; without it, the log decides nothing. ``resend_absent``: send again what the log
    proves absent. ``limits``: how many messages may be sent; None for any number.
    """

    key: str
    label: str
    sender: str | None
    text: str
    segments: int
    recipients: tuple[str, ...]
    dedupe: DedupePolicy
    batch_size: int
    schedule: Schedule | None = None
    at_a_time: int = 1
    account_timezone: str | None = None
    resend_absent: bool = False
    limits: Limits | None = None
