# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember in the ledger when a window was last moved, called off or wanted again, and how often.

The row's recipient is the window's name, its ``content`` the fingerprint of when the window is and of whether it is
wanted, and ``attempt`` counts the changes. It has no ``date``, and so is no scheduled message.
"""

from __future__ import annotations

from typing import NamedTuple

from .._core.errors import sentence_of
from .._ledger.model import fact_row
from .._schedule.context import ScheduleContext, until_current
from .window_input import Window


class Version(NamedTuple):
    """How often a window was changed since it was first wanted, which counts as 1, and when, in Unix seconds."""

    number: int
    changed_at: float


def remembered_version(context: ScheduleContext, window: Window, began: float, *, is_on: bool) -> Version:
    """Return the version of a window as it is now, and remember it; in check mode, only return it.

    ``began``: when this run began to change it, in Unix seconds by the ledger's clock.

    Raises nothing that would hide what was done: a ledger that cannot be written is a warning, and then the window
    counts as one that was never moved.
    """
    try:
        # What another run has remembered meanwhile is the same version, if it wants the same.
        return until_current(lambda: _remembered(context, window, began, is_on=is_on))
    except Exception as error:  # noqa: BLE001 - the reminders are scheduled by now, which must be reported
        context.warn(f"ledger not updated: {sentence_of(error)}; whether the window was moved is not known")
        return Version(1, began)


def _remembered(context: ScheduleContext, window: Window, began: float, *, is_on: bool) -> Version:
    """Do it once. Raises ``Overtaken`` and ``LedgerError``."""
    fingerprints = context.fingerprints
    key, name = fingerprints.key(f"window {window.name}"), fingerprints.name(window.name)
    content = fingerprints.content("window", window.start.isoformat(), window.end.isoformat(), str(is_on))
    before = context.ledger.rows(key, [name]).get(name)
    if before is not None and before.content == content:
        return Version(before.attempt, before.claimed_at)
    number = 1 if before is None and is_on else 2 if before is None else before.attempt + 1
    row = fact_row(key, name, content, now=began, until=window.end.timestamp(), attempt=number)
    context.change_all({(key, name): (before, row)})
    return Version(number, began)
