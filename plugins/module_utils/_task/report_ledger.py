# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report on the ledger: what a resolution changed, and how many rows there are of each state. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.errors import VoipsmsError
from .._ledger.model import GRACE, Row, state_of
from .._ledger.resolve import Resolution, resolved_early


def resolution_summary(resolution: Resolution, *, meaning: str, now: float, check_mode: bool) -> dict[str, Any]:
    """Return what a task reports about the messages that it resolved. ``now``: Unix seconds of the ledger's clock."""
    results = _results(resolution, now)
    return {
        "warnings": _early_warnings(resolved_early(resolution, now)) if meaning == "not_sent" else [],
        "changed": bool(resolution.changes),
        "results": results,
        "diff": _diff(results, resolution),
        "msg": _resolution_sentence(len(resolution.changes), meaning.replace("_", " "), check_mode=check_mode),
    }


def _results(resolution: Resolution, now: float) -> list[dict[str, Any]]:
    """Return each recipient with its state before and after."""
    return [
        {"to": f"+{number}", "before": state_of(row.before, now), "after": state_of(row.after, now)}
        for number, row in resolution.rows.items()
    ]


def confirm(resolution: Resolution, rows: Mapping[str, Row | None]) -> None:
    """Raise ``VoipsmsError`` when ``rows``, read after the change, are not the resolved ones.

    The ledger leaves a row alone that another run has changed meanwhile: that run knows more.
    """
    unchanged = [f"+{number}" for number, row in resolution.rows.items() if rows[number] != row.after]
    if unchanged:
        raise VoipsmsError(
            f"another run has changed the ledger meanwhile for {', '.join(unchanged)}; run the task again"
        )


def inspection_sentence(row_count: int, counts: Mapping[str, int], held_count: int = 0, *, is_complete: bool) -> str:
    """Return how many rows there are, and how many of each state. ``is_complete``: no row was left out.

    ``held_count``: how many messages were held back.
    """
    parts = [f"{count} {state}" for state, count in counts.items() if count]
    rows = f"{row_count} row{'' if row_count == 1 else 's'}"
    shown = rows + (f", of which {', '.join(parts)}" if parts else "") + ("" if is_complete else ", and there are more")
    return (
        f"{shown}; {held_count} message{'' if held_count == 1 else 's'} held back by a limit" if held_count else shown
    )


def missing_sentence(name: str) -> str:
    """Return the sentence about a ledger that does not exist."""
    return f"there is no ledger {name!r}; is this the machine and the user that ran the task?"


def _resolution_sentence(count: int, outcome: str, *, check_mode: bool) -> str:
    """Return how many messages were resolved, or would be."""
    if not count:
        return f"nothing is left to resolve as {outcome}"
    verb = "would be" if check_mode else ("is" if count == 1 else "are")
    return f"{count} message{'' if count == 1 else 's'} {verb} resolved as {outcome}"


def _early_warnings(recipients: tuple[str, ...]) -> list[str]:
    """Return a warning about messages that the service may have accepted too recently to be in its log."""
    if not recipients:
        return []
    shown = ", ".join(f"+{recipient}" for recipient in recipients)
    sentence = (
        f"less than {GRACE / 60:.0f} minutes ago the service may still have been accepting the message to {shown}; if"
        " you looked into the message log, look again before you send"
    )
    return [sentence]


def _diff(results: Sequence[Mapping[str, Any]], resolution: Resolution) -> dict[str, str]:
    """Return the states before and after as lines; the ledger keeps no text, so the key and the date name a message."""
    rows = [change.before or change.after for change in resolution.rows.values()]
    label = next((row.label for row in rows if row is not None and row.label), "")
    header = f"message {label}" if label else "message"
    dates = [f", for {row.date[:16]}" if row is not None and row.date else "" for row in rows]
    sides = {
        side: "".join(f"{result['to']}  {result[side]}{date}\n" for result, date in zip(results, dates))
        for side in ("before", "after")
    }
    return {"before_header": f"{header} in the ledger", "after_header": f"{header} in the ledger", **sides}
