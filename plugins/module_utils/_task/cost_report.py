# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold what a report on cost says, for every form of it: its figures, whose numbers they are, and what is not known.

The numbers are masked unless the task wants to show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._api.log import LogFilter
from .._api.log_figures import Figures, Group, Groups, LogFigures, amount, places_of
from .._message.numbers import mask
from .names import Names

KINDS: Mapping[str, str] = {
    "days": "day",
    "numbers": "number",
    "countries": "country",
    "types": "type",
    "directions": "direction",
    "statuses": "status",
}
"""The groups of figures, and what the key of each is called."""


class CostReport(NamedTuple):
    """A report. ``is_complete``: the log was read to its end. ``zone``: the one that is assumed for dates, if any."""

    title: str
    figures: LogFigures
    log_filter: LogFilter
    names: Names
    is_complete: bool
    show_numbers: bool = False
    zone: str | None = None

    def groups(self) -> dict[str, Groups]:
        """Return the groups of each kind in ``KINDS``, with the numbers as they are shown."""
        figures = self.figures
        return {
            "days": figures.days,
            "numbers": tuple(group._replace(key=self.number(group.key)) for group in figures.numbers),
            "countries": figures.countries,
            "types": figures.types,
            "directions": figures.directions,
            "statuses": figures.statuses,
        }

    def number(self, digits: str | None) -> str | None:
        """Return a number as it is shown."""
        if digits is None:
            return None
        return f"+{digits}" if self.show_numbers else mask(digits)

    def name(self, index: int) -> str | None:
        """Return the name of the contact with the number at this place in ``numbers``."""
        return self.names.of(self.figures.numbers[index].key)

    def places(self) -> int:
        """Return how many decimals all amounts have where they stand in columns, at least two."""
        figures = self.figures
        groups = (*figures.days, *figures.numbers, *figures.countries, *figures.types, *figures.statuses)
        return max((2, *(places_of(group.figures.cost) for group in groups)))

    def extent(self) -> str:
        """Return in words how much of the log was read."""
        return "in the whole log" if self.is_complete else "in the pages that were read, which are not all"

    def summary(self) -> str:
        """Return the report in a sentence."""
        total = self.figures.total
        noun = "record" if total.records == 1 else "records"
        span = f", from {self.figures.oldest} to {self.figures.newest}" if self.figures.oldest else ""
        return f"{total.records} {noun} with a cost of {amount(total.cost)}{span}, {self.extent()}"

    def conditions(self) -> dict[str, Any]:
        """Return which records the task has asked for; empty for all."""
        wanted = self.log_filter
        numbers = sorted(wanted.numbers) if wanted.numbers is not None else None
        conditions = {
            "numbers": [self.number(number) for number in numbers] if numbers is not None else None,
            "direction": wanted.direction,
            "since": wanted.since,
            "until": wanted.until,
        }
        return {name: value for name, value in conditions.items() if value is not None}

    def shown(self) -> dict[str, Any]:
        """Return the report as data: what the task returns, and a JSON file has."""
        return {
            "complete": self.is_complete,
            "currency": None,
            "zone": self.zone,
            "oldest": self.figures.oldest,
            "newest": self.figures.newest,
            "totals": shown_figures(self.figures.total),
            **{kind: self._entries(kind, groups) for kind, groups in self.groups().items()},
        }

    def _entries(self, kind: str, groups: Groups) -> list[dict[str, Any]]:
        """Return the groups of one kind as data."""
        entries = []
        for index, group in enumerate(groups):
            name = {"name": self.name(index)} if kind == "numbers" else {}
            entries.append(_entry(KINDS[kind], group, name))
        return entries


def shown_figures(figures: Figures) -> dict[str, Any]:
    """Return figures as data. Amounts are texts, so that no decimal is lost."""
    return {
        "records": figures.records,
        "out": figures.outgoing,
        "in": figures.incoming,
        "not_shown_as_sent": figures.unproven,
        "unpriced": figures.unpriced,
        "cost": amount(figures.cost),
        "cost_not_shown_as_sent": amount(figures.unproven_cost),
    }


def _entry(name: str, group: Group, more: Mapping[str, Any]) -> dict[str, Any]:
    return {name: group.key, **more, **shown_figures(group.figures)}
