# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars that say who is on call."""

from __future__ import annotations

from pathlib import Path


def write_rota(folder: Path, *shifts: tuple[str, str, str], zone: str = "") -> str:
    """Write a calendar with these shifts, of their beginning, their end and their title; return its path.

    The moments are as iCalendar writes them: in ``zone``, or with a Z at their end.
    """
    parameter = f";TZID={zone}" if zone else ""
    events = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTART{parameter}:{begin}\nDTEND{parameter}:{end}\nSUMMARY:{who}\nEND:VEVENT\n"
        for number, (begin, end, who) in enumerate(shifts)
    )
    path = folder / "rota.ics"
    path.write_text(f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n", "utf-8")
    return str(path)
