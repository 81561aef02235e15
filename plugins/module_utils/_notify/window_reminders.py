# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember in the ledger what the reminders of a window are called, so that calling it off cancels each of them.

The row's recipient is the window's name, and its ``label`` the names of the reminders as JSON. It has no ``date``, and
so is no scheduled message.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from .._ledger.model import KEPT, Identity, Row, State, fact_row
from .._schedule.context import ScheduleContext, until_current
from .window_input import Window


def remember_reminders(context: ScheduleContext, window: Window, names: Iterable[str]) -> None:
    """Add the names of reminders, before any is scheduled, so that a run that is killed leaves none unknown.

    Raises ``VoipsmsError`` with nothing changed.
    """
    names = list(names)
    until_current(lambda: _remember(context, window, names))


def other_reminders(context: ScheduleContext, window: Window, names: Iterable[str], *, ahead: bool) -> list[str]:
    """Return the other reminders of a window than these, of which the ledger knows messages.

    ``ahead``: only messages that are pending by the ledger count. Raises ``LedgerError``.
    """
    identity = _identity(context, window)
    stored = _names_in(context.ledger.rows_at([identity]).get(identity))
    others = [name for name in stored if name not in set(names)]
    rows = context.ledger.scheduled() if others else []
    if ahead:
        now = context.ledger.now()
        rows = [row for row in rows if row.state is State.ACCEPTED and now < (row.delivers_at or 0.0)]
    known = {row.name for row in rows}
    return [name for name in others if context.fingerprints.name(f"{window.name}/{name}") in known]


def _identity(context: ScheduleContext, window: Window) -> Identity:
    return context.fingerprints.key(f"window reminders {window.name}"), context.fingerprints.name(window.name)


def _remember(context: ScheduleContext, window: Window, names: Iterable[str]) -> None:
    """Do it once. Raises ``Overtaken`` and ``LedgerError``."""
    key, recipient = _identity(context, window)
    before = context.ledger.rows_at([(key, recipient)]).get((key, recipient))
    label = json.dumps(sorted({*_names_in(before), *names}))
    now = context.ledger.now()
    if before is not None and before.label == label and before.keep_until >= window.end.timestamp() + KEPT:
        return
    content = context.fingerprints.content("window reminders", label)
    row = fact_row(key, recipient, content, now=now, until=window.end.timestamp(), label=label)
    if before is not None and not before.is_damaged:
        # Where the window was moved to an earlier date, reminders that are no longer listed wait for their old one.
        row = row._replace(keep_until=max(row.keep_until, before.keep_until))
    context.change_all({(key, recipient): (before, row)})


def _names_in(row: Row | None) -> list[str]:
    """Return the names in a row; none of one that is damaged."""
    if row is None or row.is_damaged:
        return []
    return [str(name) for name in json.loads(row.label)]
