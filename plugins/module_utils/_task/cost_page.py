# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the page of a report on cost: one file of HTML without a script, which loads nothing, in light and in dark.

Everything that the log, the contacts or the task say is escaped, and no text of a message is in it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape
from string import Template

from .._api.log_figures import Figures, Group, Groups, amount, sum_of
from .cost_plots import Column, Part, Timeline, bar_svg, columns_svg, timeline
from .cost_report import CostReport
from .cost_style import STYLE

_MOST_ROWS = 25
"""Rows of a table of numbers, countries and so on; the rest is added up in one more."""

_HEADINGS = {"countries": "Countries", "types": "Types", "directions": "Directions", "statuses": "Statuses"}
_NOTHING = "<i>not given</i>"

_PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-$style_hash'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="description" content="$summary">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<header>
<h1>$title</h1>
<p>$span</p>
$only$incomplete</header>
<dl class="tiles">
$tiles</dl>
$sections<section>
<h2>What these figures are</h2>
<ul class="notes">
$notes</ul>
</section>
</main>
</body>
</html>
"""
)


def page_of(report: CostReport) -> str:
    """Return the page."""
    return _PAGE.substitute(
        title=escape(report.title),
        summary=escape(report.summary()),
        style=STYLE,
        style_hash=b64encode(hashlib.sha256(STYLE.encode()).digest()).decode(),
        span=_span(report),
        only=_only(report),
        incomplete="" if report.is_complete else _INCOMPLETE,
        tiles="".join(_tiles(report)),
        sections="".join(_sections(report)),
        notes="".join(f"<li>{note}</li>\n" for note in _notes(report)),
    )


_INCOMPLETE = (
    '<p class="warning"><strong>The log was not read to its end.</strong> There may be more records, and the cost may'
    " be higher than shown here.</p>\n"
)


def _span(report: CostReport) -> str:
    figures = report.figures
    if figures.oldest is None or figures.newest is None:
        return "No record has a date."
    return f"Records dated {_foreign(figures.oldest)} to {_foreign(figures.newest)}"


def _only(report: CostReport) -> str:
    """Return a line about the records that the task has asked for; nothing where it has asked for all."""
    conditions = report.conditions()
    plain = [name for name in ("direction", "since", "until") if name in conditions]
    words = [f"{name} {_foreign(str(conditions[name]))}" for name in plain]
    if "numbers" in conditions:
        words.append(f"numbers {', '.join(_foreign(str(number)) for number in conditions['numbers'])}")
    return f"<p>Only: {'; '.join(words)}</p>\n" if words else ""


def _tiles(report: CostReport) -> Iterator[str]:
    total = report.figures.total
    yield _tile("Cost", amount(total.cost), "The service names no currency")
    yield _tile("Records", _count(total.records), f"{_count(total.outgoing)} out, {_count(total.incoming)} in")
    yield _tile("Not shown as sent", _count(total.unproven), f"{amount(total.unproven_cost)} of the cost")
    yield _tile("Without a price", _count(total.unpriced), "Not in the cost")


def _tile(label: str, value: str, remark: str) -> str:
    return f"<div><dt>{label}</dt><dd>{value}<small>{remark}</small></dd></div>\n"


def _sections(report: CostReport) -> Iterator[str]:
    """Yield the plots over time, and a table of each kind."""
    groups, places = report.groups(), report.places()
    yield _timelines(groups["days"], places)
    rows = [(_number(group.key, report.name(index)), group) for index, group in enumerate(groups["numbers"])]
    yield _section("Phone numbers", _table(rows, places))
    tables = [
        _section(heading, _table([(_foreign(group.key), group) for group in groups[kind]], places))
        for kind, heading in _HEADINGS.items()
    ]
    yield f'<div class="pairs">\n{"".join(tables)}</div>\n'


def _section(heading: str, body: str) -> str:
    return f"<section>\n<h2>{heading}</h2>\n{body}</section>\n"


def _timelines(days: Groups, places: int) -> str:
    """Return the plots of records and of cost, and a table of the days."""
    line = timeline(days)
    if not line.columns:
        return ""
    unit = line.unit
    older = f"<p>{line.left_out} older years are left out.</p>\n" if line.left_out else ""
    records = columns_svg(f"Records per {unit}", [_records_column(column) for column in line.columns])
    cost = columns_svg(f"Cost per {unit}", [_cost_column(column) for column in line.columns])
    return _section(f"Records per {unit}", f"{_legend(line)}{records}\n{older}") + _section(
        f"Cost per {unit}", f"{cost}\n{older}{_days(days, places)}"
    )


def _legend(line: Timeline) -> str:
    """Return what the colours mean, with those alone that are there."""
    total = sum_of(column.figures for column in line.columns)
    counts = {"out": total.outgoing, "in": total.incoming, "other": total.undirected}
    words = {"out": "out", "in": "in", "other": "direction not given"}
    items = [f'<li><span class="key {style}"></span>{words[style]}</li>' for style, count in counts.items() if count]
    return f'<ul class="legend">{"".join(items)}</ul>\n'


def _records_column(column: Column) -> tuple[str, str, Sequence[Part]]:
    figures = column.figures
    parts = (
        Part("out", Decimal(figures.outgoing)),
        Part("in", Decimal(figures.incoming)),
        Part("other", Decimal(figures.undirected)),
    )
    title = f"{column.label}: {_records(figures.records)}, {figures.outgoing} out, {figures.incoming} in"
    return column.label, title, parts


def _cost_column(column: Column) -> tuple[str, str, Sequence[Part]]:
    figures = column.figures
    return column.label, f"{column.label}: {amount(figures.cost)}", (Part("cost", figures.cost),)


def _days(days: Groups, places: int) -> str:
    rows = "".join(_row(_foreign(group.key), group.figures, places) for group in days)
    return f"<details>\n<summary>Every day as a table</summary>\n{_head()}{rows}</table>\n</details>\n"


def _table(rows: Sequence[tuple[str, Group]], places: int) -> str:
    """Return a table with a bar in each row: of the cost, or of the records where there is no cost."""
    if not rows:
        return "<p>No records.</p>\n"
    has_cost = any(group.figures.cost for _label, group in rows)
    shown, rest = rows[:_MOST_ROWS], rows[_MOST_ROWS:]
    values = [group.figures.cost if has_cost else Decimal(group.figures.records) for _label, group in shown]
    longest = max(values)
    style = "cost" if has_cost else "out"
    drawings = [
        bar_svg(_bar_title(group.figures), value / longest, style) for (_label, group), value in zip(shown, values)
    ]
    lines = [_row(label, group.figures, places, drawing) for (label, group), drawing in zip(shown, drawings)]
    if rest:
        others = sum_of(group.figures for _label, group in rest)
        lines.append(_row(f"<i>{_count(len(rest))} others</i>", others, places))
    return f"{_head()}{''.join(lines)}</table>\n"


def _head() -> str:
    return (
        '<table>\n<tr><td></td><th scope="col">Records</th><th scope="col">Not shown as&nbsp;sent</th>'
        '<th scope="col">Cost</th></tr>\n'
    )


def _row(label: str, figures: Figures, places: int, drawing: str = "") -> str:
    cells = (_count(figures.records), _count(figures.unproven), _cost(figures, places))
    return f'<tr><th scope="row">{label}{drawing}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>\n'


def _cost(figures: Figures, places: int) -> str:
    """Return the cost of a row; a dash where no record has a price."""
    return "\u2013" if figures.unpriced == figures.records else amount(figures.cost, places)


def _bar_title(figures: Figures) -> str:
    return f"{_records(figures.records)}, cost {amount(figures.cost)}"


def _number(number: str | None, name: str | None) -> str:
    """Return a number for people, after the name of its contact."""
    shown = _foreign(number)
    return f'{_foreign(name)} <span class="number">{shown}</span>' if name else shown


def _notes(report: CostReport) -> Iterable[str]:
    """Return what a reader must know, in sentences."""
    zone = f"{escape(report.zone)}, which is assumed" if report.zone else "one that the service does not name"
    return (
        "Amounts are the prices in the message log, added up. The service does not name their currency.",
        f"Dates are as the service writes them; their time zone is {zone}.",
        "A long text may be logged in parts, so records are counted, and not messages.",
        _UNPROVEN,
        "A record whose price cannot be read is counted, and adds nothing to the cost.",
        "Types, countries and statuses are written as the service writes them.",
        "Numbers are shown in full." if report.show_numbers else "Numbers are masked, so two of them may look alike.",
        "The log was read to its end." if report.is_complete else "The log was not read to its end.",
    )


_UNPROVEN = (
    "\u201cNot shown as sent\u201d are records, other than incoming ones, in which a field speaks of failure, of"
    " cancelling or of waiting. Whether the service charges for them is not known; their prices are in the cost."
)


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{_count(count)} records"


def _count(number: int) -> str:
    """Return a number with thin spaces between its thousands, which no country reads as a decimal point."""
    return f"{number:,}".replace(",", "\u202f")


def _foreign(text: str | None) -> str:
    """Return a text of others, escaped, and in a direction of its own."""
    return _NOTHING if text is None else f"<bdi>{escape(text)}</bdi>"
