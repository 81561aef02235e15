# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep what the ledger knows of a window as long as the window may still be moved or called off.

A row is kept for some time after its own date, or after it was written. A window may end later than that: it was moved
since, or its reminder went out long before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from .._core.errors import sentence_of
from .._ledger.model import GRACE, KEPT, Identity, Row, State
from .._schedule.context import ScheduleContext
from .window_input import Window

_OVER = frozenset({State.REFUSED, State.CANCELLED})


def reminded(context: ScheduleContext, names: Iterable[str]) -> list[Row]:
    """Return the rows of reminders that have gone out, by their names (fingerprints). Raises ``LedgerError``."""
    wanted, now = frozenset(names), context.ledger.now()
    rows = [row for row in context.ledger.scheduled() if row.name in wanted] if wanted else []
    return [
        row for row in rows if row.state is State.ACCEPTED and row.absent_at is None and now >= (row.delivers_at or 0.0)
    ]


def keep_until_end(context: ScheduleContext, window: Window, names: Iterable[str], others: Iterable[Identity]) -> None:
    """Keep the rows of these names (fingerprints), and these others, as long as those of the end of the window.

    Raises nothing that would hide what was done: a ledger that cannot be written is a warning.
    """
    until, wanted = window.end.timestamp() + KEPT + GRACE, frozenset(names)
    try:
        rows = [row for row in context.ledger.scheduled() if row.name in wanted]
        rows += context.ledger.rows_at(others).values()
        short = [row for row in rows if row.state not in _OVER and row.keep_until < until]
        context.amend([(row, row._replace(keep_until=until)) for row in short])
    except Exception as error:  # noqa: BLE001 - the reminders are scheduled by now, which must be reported
        context.warn(
            f"ledger not updated: {sentence_of(error)}; who has had a reminder of the window may be forgotten before"
            " its end"
        )
