# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe a maintenance window in words, and write its usual texts in as many segments as they may have; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from .._core.errors import VoipsmsError
from .._core.structure import elements_of
from .fitting import Part, fit
from .window import day_of
from .window_input import ANNOUNCE, BEFORE, END, START, read_end, read_instant, read_zone

OFF, MOVED = "off", "moved"
"""The kinds of news about a window."""


def words(window: Mapping[str, Any]) -> dict[str, str]:
    """Return what a text can say of a window: wall time in its zone, and its services as a list in words.

    It never fails, since it is called before the faults are named: a value that cannot be read stays as it was written.
    """
    zone = window.get("timezone")
    start = _wall_time(zone, partial(read_instant, "", window.get("start"), str(zone)))
    end = _wall_time(zone, partial(read_end, "", window.get("end"), start, str(zone)))
    name, services = str(window.get("name") or ""), [str(service) for service in elements_of(window.get("services"))]
    until = _shown(end, window.get("end"))
    if start is not None and end is not None and start.date() == end.date():
        until = _time_of_day(end)
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


def usual_texts(words: Mapping[str, str], segments: int) -> dict[str, str]:
    """Return the usual text of each kind of reminder, and of each kind of news. ``words``: what ``words`` returns."""
    kinds = (BEFORE, START, END, ANNOUNCE, OFF, MOVED)
    return {kind: fit(_parts(kind, words), segments) for kind in kinds}


def _parts(kind: str, words: Mapping[str, str]) -> list[Part]:
    """Return the parts of a usual text."""
    zone = Part(f"({words['timezone']}).", 1)
    times = Part(f"{words['start']} to {words['until']}")
    more = Part(words["text"], 2)
    if kind == START:
        return [_services(words, "Maintenance of", " begins now,"), Part(f"until {words['until']}"), zone, more]
    if kind == END:
        return [_services(words, "Maintenance of", ":"), Part("the window ends now"), Part(f"({words['end']}).", 1)]
    if kind == OFF:
        return [_services(words, "Called off: maintenance of", ","), times, zone]
    if kind == MOVED:
        return [_services(words, "Moved: maintenance of", ", now"), times, zone]
    return [_services(words, "Maintenance of", ":"), times, zone, more]


def _services(words: Mapping[str, str], before: str, after: str) -> Part:
    """Return the part that names the services, or in short the first of them."""
    return Part(f"{before} {words['services']}{after}", 0, (f"{before} {words['services_short']}{after}",))


def _wall_time(zone: object, read: Callable[[], dt.datetime | None]) -> dt.datetime | None:
    """Return a date as wall time of the zone; None where one of them cannot be read."""
    try:
        instant = read()
        return instant.astimezone(read_zone("timezone", zone)) if instant is not None else None
    except (VoipsmsError, OverflowError):
        return None


def _shown(local: dt.datetime | None, value: object) -> str:
    """Return wall time for people, or the value as it was written where there is none."""
    if local is None:
        return "" if value is None else str(value)
    return f"{day_of(local)} {_time_of_day(local)}"


def _time_of_day(local: dt.datetime) -> str:
    """Return hour and minute, with the offset where the hour exists twice, since the clocks are put back then."""
    offsets = {local.replace(fold=fold).utcoffset() for fold in (0, 1)}
    return f"{local:%H:%M %z}" if len(offsets) > 1 else f"{local:%H:%M}"


def _enumerated(names: Sequence[str]) -> str:
    """Return names as people list them: one, two and three."""
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])
