# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember in the ledger when a window was last moved, called off or wanted again, and how often.

The row's recipient is the window's name, its ``content`` the fingerprint of when the window is and of whether it is
wanted, and ``attempt`` counts the changes. It has no ``date``, and so is no scheduled message.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple, Optional

from .._ledger.model import LedgerError, Row, fact_row
from .._schedule.context import ScheduleContext, until_current
from .window_input import Window


class Version(NamedTuple):
    """How often a window was changed since it was first wanted, which counts as 1, and when, in Unix seconds.

    ``change``: how the ledger was changed for it, if it was.
    """

    number: int
    changed_at: float
    change: Optional[tuple[Optional[Row], Row]] = None


def remembered_version(context: ScheduleContext, window: Window, began: float, *, is_on: bool) -> Version:
    """Return the version of a window as it shall be, and remember it; in check mode, only return it.

    This comes before anything is scheduled, so that a run which is killed leaves no message of an unknown version.
    ``began``: when this run began to change it, in Unix seconds by the ledger's clock.

    Raises ``VoipsmsError`` with nothing changed.
    """
    # What another run has remembered meanwhile is the same version, if it wants the same.
    return until_current(lambda: _remembered(context, window, began, is_on=is_on))


def forget_version(context: ScheduleContext, version: Version) -> None:
    """Undo what was remembered, for a run that has changed nothing."""
    if version.change is None or context.check_mode:
        return
    before, after = version.change
    with suppress(LedgerError):
        context.ledger.compare_and_set({(after.key, after.recipient): (after, before)})


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
    return Version(number, began, (before, row))
