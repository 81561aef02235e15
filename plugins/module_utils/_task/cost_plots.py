# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw figures as SVG, for a page that has no script: columns over time, and one bar in a row of a table. Pure.

Positions from left to right are percentages, and those from top to bottom are pixels. So a drawing is as wide as its
page, and its letters keep their size on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from typing import NamedTuple

from .._api.log_figures import Figures, Groups, amount, places_of, sum_of

MOST_COLUMNS = 120
"""Columns of a drawing: with more days than that, a column is a month, and with more months, a year."""

_TOP, _HEIGHT, _LABELS = 14, 180, 24
_WIDEST = Decimal(4)
"""Percent of the width that a column takes at most, so that a log of one day is no wall."""

_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


class Column(NamedTuple):
    """The figures of one day, month or year, which is its ``label``."""

    label: str
    figures: Figures


class Part(NamedTuple):
    """One part of a column: the class that colours it, and how much of the column it is."""

    style: str
    value: Decimal


class Timeline(NamedTuple):
    """Columns without a gap. ``unit``: ``day``, ``month`` or ``year``; ``left_out``: how many older ones there are."""

    unit: str
    columns: tuple[Column, ...]
    left_out: int


def timeline(days: Groups) -> Timeline:
    """Return the columns of all days that have a date, with empty ones between them."""
    dated = [(group.key, group.figures) for group in days if group.key is not None]
    if not dated:
        return Timeline("day", (), 0)
    first, last = dated[0][0], dated[-1][0]
    unit = next((unit for unit in ("day", "month") if len(_labels(first, last, unit)) <= MOST_COLUMNS), "year")
    labels = _labels(first, last, unit)
    members: dict[str, list[Figures]] = {}
    for day, figures in dated:
        members.setdefault(day[: len(labels[0])], []).append(figures)
    columns = tuple(Column(label, sum_of(members.get(label, ()))) for label in labels[-MOST_COLUMNS:])
    return Timeline(unit, columns, max(0, len(labels) - MOST_COLUMNS))


def columns_svg(label: str, columns: Sequence[tuple[str, str, Sequence[Part]]]) -> str:
    """Return the drawing of columns, each with the label below it, the title that a pointer shows, and its parts."""
    marks = _marks(max((_sum(parts) for _label, _title, parts in columns), default=Decimal(0)))
    top = marks[-1]
    places = max(map(places_of, marks))
    lines = "".join(_mark(value, top, places) for value in marks)
    bars = "".join(
        _column(index, len(columns), title, parts, top) for index, (_label, title, parts) in enumerate(columns)
    )
    dates = "".join(_dates([label for label, _title, _parts in columns]))
    height = _TOP + _HEIGHT + _LABELS
    return f'<svg class="plot" role="img" aria-label="{escape(label)}" height="{height}">{lines}{bars}{dates}</svg>'


def bar_svg(title: str, share: Decimal, style: str) -> str:
    """Return the bar of one row, which is as long as its share, from 0 to 1, of the longest one."""
    width = f"{share * 100:.2f}%"
    return (
        f'<svg class="bar" role="img" aria-label="{escape(title)}" height="6"><rect class="{style}" width="{width}"'
        f' height="6" rx="3"><title>{escape(title)}</title></rect></svg>'
    )


def _labels(first: str, last: str, unit: str) -> list[str]:
    """Return all days, months or years of a span; of days, no more than are needed to see that they are too many."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if unit == "day":
        count = min((end - start).days, MOST_COLUMNS) + 1
        return [(start + timedelta(days=index)).isoformat() for index in range(count)]
    if unit == "month":
        months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
    return [f"{year:04}" for year in range(start.year, end.year + 1)]


def _marks(highest: Decimal) -> list[Decimal]:
    """Return the values at the lines of a drawing, from 0 to the first one that no column exceeds."""
    if not highest:
        return [Decimal(0), Decimal(1)]
    unit = Decimal(1).scaleb((highest / 4).adjusted())
    step = next(unit * factor for factor in _STEPS if unit * factor * 4 >= highest)
    if highest == highest.to_integral_value() and step < 1:
        step = Decimal(1)
    marks = [Decimal(0)]
    while marks[-1] < highest:
        marks.append(marks[-1] + step)
    return marks


def _mark(value: Decimal, top: Decimal, places: int) -> str:
    y, text = _y(value, top), amount(value, places)
    style = "base" if not value else "grid"
    return (
        f'<line class="{style}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="mark" x="-8" y="{y + 4:.1f}">{text}</text>'
    )


def _column(index: int, count: int, title: str, parts: Iterable[Part], top: Decimal) -> str:
    """Return one column: its parts, the first of them lowest, and a title."""
    pitch = Decimal(100) / count
    width = min(pitch * Decimal("0.74"), _WIDEST)
    x = pitch * index + (pitch - width) / 2
    rects, low = [], Decimal(0)
    for part in parts:
        if part.value:
            y, bottom = _y(low + part.value, top), _y(low, top)
            rects.append(
                f'<rect class="{part.style}" x="{x:.3f}%" width="{width:.3f}%" y="{y:.1f}" height="{bottom - y:.1f}"/>'
            )
            low += part.value
    # Transparent, so that the pointer need not hit a low column.
    area = f'<rect class="area" x="{pitch * index:.3f}%" width="{pitch:.3f}%" y="{_TOP}" height="{_HEIGHT}"/>'
    return f"<g><title>{escape(title)}</title>{area}{''.join(rects)}</g>"


def _dates(labels: Sequence[str]) -> Iterator[str]:
    """Yield at most five labels below the columns. Those at the quarters are ``minor``: a narrow page has no room."""
    last = len(labels) - 1
    quarters = {last // 4, last * 3 // 4} - {0, last // 2, last}
    for index in sorted({0, last // 2, last, *quarters}) if labels else ():
        anchor = "middle" if 0 < index < last or not last else "start" if index == 0 else "end"
        style = f"{anchor} minor" if index in quarters else anchor
        x = 0 if anchor == "start" else 100 if anchor == "end" else (index + 0.5) * 100 / len(labels)
        yield f'<text class="{style}" x="{x:.3f}%" y="{_TOP + _HEIGHT + 18}">{escape(labels[index])}</text>'


def _y(value: Decimal, top: Decimal) -> Decimal:
    return _TOP + _HEIGHT * (1 - value / top)


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((part.value for part in parts), Decimal(0))
