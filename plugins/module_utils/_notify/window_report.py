# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show a maintenance window to people: in words, as a table, and with the results of its reminders; pure."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._core.errors import VoipsmsError
from .._core.structure import elements_of
from .window import CANCEL, LEAVE_OUT, SCHEDULE, day_of
from .window_input import read_instant, read_zone


def words(window: Mapping[str, Any]) -> dict[str, str]:
    """Return what a text can say of a window: wall time in its zone, and its services as a list in words.

    It never fails, since it is called before ``calendar_of`` names the faults: a value that cannot be read stays as it
    was written.
    """
    zone = window.get("timezone")
    start, end = (_wall_time(window.get(key), zone) for key in ("start", "end"))
    name, services = str(window.get("name") or ""), [str(service) for service in elements_of(window.get("services"))]
    until = _shown(end, window.get("end"))
    if start is not None and end is not None and start.date() == end.date():
        until = f"{end:%H:%M}"
    return {
        "name": name,
        "start": _shown(start, window.get("start")),
        "end": _shown(end, window.get("end")),
        "until": until,
        "timezone": str(zone or ""),
        "services": _enumerated(services) or name,
        "services_short": _enumerated([services[0], f"{len(services) - 1} more"] if services[1:] else services) or name,
        "text": str(window.get("text") or "").strip(),
    }


def table(entries: Sequence[Mapping[str, Any]], results: Iterable[Mapping[str, Any]] | None = None) -> list[str]:
    """Return a calendar in aligned lines. The last column is the text, or with ``results`` the result of a reminder."""
    messages = {result["name"]: result["msg"] for result in results or ()}
    rows = [("reminder", "when", "to", "SMS", "text" if results is None else "result")]
    for entry in entries:
        last = _text_cell(entry) if results is None else _result_cell(entry, messages.get(entry["name"]))
        rows.append((entry["reminder"], entry["when"], str(len(entry["recipients"])), str(entry["segments"]), last))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[4]]).rstrip() for row in rows]


def changes(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the lines of each reminder whose pending messages have changed, as a diff shows them."""
    lines = []
    for result in results:
        before, after = (str((result["diff"] or {}).get(side, "")).splitlines() for side in ("before", "after"))
        if before != after:
            compared = difflib.unified_diff(before, after, lineterm="", n=len(before) + len(after))
            # Its first three lines are headers.
            lines += [f"{line[0]} {line[1:]}" for line in list(compared)[3:]]
    return lines


def results(rounds: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the result of each round of a task in a loop, without the skipped ones."""
    return [_result(answer) for answer in rounds if not answer.get("skipped")]


def _result(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item of a round, the answer of the module, and whether any recipient has had the message."""
    item = answer.get(answer.get("ansible_loop_var", "item"))
    recipients = list(answer.get("results") or [])
    return {
        "name": item["name"] if isinstance(item, Mapping) else None,
        "item": item,
        "changed": bool(answer.get("changed")),
        "failed": bool(answer.get("failed")),
        "outcome": answer.get("outcome"),
        "msg": answer.get("msg", ""),
        "results": recipients,
        "diff": answer.get("diff"),
        "gone_out": any(recipient.get("outcome") == "already_sent" for recipient in recipients),
    }


def _text_cell(entry: Mapping[str, Any]) -> str:
    """Return the text of a reminder in one line, or why it is not sent."""
    if entry["action"] == CANCEL:
        return "(cancelled)"
    text = " ".join(entry["text"].split())
    return text if entry["action"] == SCHEDULE else f"(past, left out) {text}"


def _result_cell(entry: Mapping[str, Any], message: str | None) -> str:
    """Return the result of a reminder, from the message of the module if it was called."""
    if entry["action"] == LEAVE_OUT:
        return f"past, left out; {message}" if message else "past, left alone"
    return message or "not reached"


def _wall_time(value: object, zone: object) -> dt.datetime | None:
    """Return a date as wall time of the zone; None where one of them cannot be read."""
    try:
        return read_instant("", value, str(zone)).astimezone(read_zone("timezone", zone))
    except (VoipsmsError, OverflowError):
        return None


def _shown(local: dt.datetime | None, value: object) -> str:
    """Return wall time for people, or the value as it was written where there is none."""
    if local is None:
        return "" if value is None else str(value)
    return f"{day_of(local)} {local:%H:%M}"


def _enumerated(names: Sequence[str]) -> str:
    """Return names as people list them: one, two and three."""
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])
