# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the usual texts of a maintenance window, each in as many segments as it may have; pure."""

from __future__ import annotations

from collections.abc import Mapping

from .fitting import Part, fit
from .window_input import ANNOUNCE, BEFORE, END, START

OFF, MOVED = "off", "moved"
"""The kinds of news about a window."""


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
