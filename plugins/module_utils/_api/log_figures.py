# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the records of a message log, and add up their prices: in all, and by day, number, country and so on. Pure.

A long text may be logged in parts, so what is counted are records. The currency of their prices and the zone of their
dates are not known. Nothing here depends on the order of the records, which is not known either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .log import LogRecord

_PRICE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,12})?(?:[eE]-[0-9]{1,2})?")
"""A plain number that is not negative, also as JSON writes small ones."""

_SMALLEST = -12
"""The exponent of the last decimal. Prices are bounded, so that sums of them are exact."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


class Figures(NamedTuple):
    """What was counted of some records.

    ``outgoing`` and ``incoming`` leave out records whose direction the service does not say. ``unproven`` are those,
    other than incoming ones, which the log does not show as sent, and ``unproven_cost`` is a part of ``cost``. Records
    that are ``unpriced`` have no price that can be read, and are not in ``cost``.
    """

    records: int = 0
    outgoing: int = 0
    incoming: int = 0
    unproven: int = 0
    unpriced: int = 0
    cost: Decimal = Decimal(0)
    unproven_cost: Decimal = Decimal(0)

    @property
    def undirected(self) -> int:
        """How many records have no direction that is known."""
        return self.records - self.outgoing - self.incoming

    def plus(self, other: Figures) -> Figures:
        """Return the figures of both."""
        return Figures(
            records=self.records + other.records,
            outgoing=self.outgoing + other.outgoing,
            incoming=self.incoming + other.incoming,
            unproven=self.unproven + other.unproven,
            unpriced=self.unpriced + other.unpriced,
            cost=self.cost + other.cost,
            unproven_cost=self.unproven_cost + other.unproven_cost,
        )


class Group(NamedTuple):
    """The figures of the records that have one ``key``; None where the service says nothing that can be a key."""

    key: str | None
    figures: Figures


Groups = tuple[Group, ...]


class LogFigures(NamedTuple):
    """All figures of a log. ``oldest`` and ``newest`` are dates as the service writes them, None where none is one.

    Days are in their order, with the records without a date last. Other groups begin with the most expensive one.
    """

    total: Figures
    days: Groups
    numbers: Groups
    countries: Groups
    types: Groups
    directions: Groups
    statuses: Groups
    oldest: str | None
    newest: str | None


def figures_of(records: Iterable[LogRecord]) -> LogFigures:
    """Return the figures of these records."""
    counted = [(record, _counted(record)) for record in records]
    days = _grouped((day_of(record), figures) for record, figures in counted)
    dates = [record.date for record, _figures in counted if record.date and day_of(record)]
    return LogFigures(
        total=sum_of(figures for _record, figures in counted),
        days=tuple(sorted(days, key=lambda group: (group.key is None, group.key or ""))),
        numbers=_ranked((record.external or None, figures) for record, figures in counted),
        countries=_ranked((record.country, figures) for record, figures in counted),
        types=_ranked((record.type, figures) for record, figures in counted),
        directions=_ranked((record.direction, figures) for record, figures in counted),
        statuses=_ranked((record.status, figures) for record, figures in counted),
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
    )


def sum_of(figures: Iterable[Figures]) -> Figures:
    """Return the figures of all of these together."""
    total = Figures()
    for one in figures:
        total = total.plus(one)
    return total


def price_of(sale: str | None) -> Decimal | None:
    """Return the price of a record, None where it has none that can be read: an amount is never guessed."""
    price = Decimal(sale) if sale is not None and _PRICE.fullmatch(sale) else None
    return price if price is not None and price == round(price, -_SMALLEST) else None


def day_of(record: LogRecord) -> str | None:
    """Return the day of a record as ``YYYY-MM-DD``, None where its date does not begin with one."""
    match = _DAY.match(record.date or "")
    try:
        return date.fromisoformat(match.group()).isoformat() if match else None
    except ValueError:  # such as 0000-00-00
        return None


def amount(cost: Decimal, places: int = 2) -> str:
    """Return a sum as text, with this many decimals at least, and more where they are not zero."""
    return f"{cost:.{max(places, places_of(cost))}f}"


def places_of(cost: Decimal) -> int:
    """Return how many decimals a sum has, without zeros at their end."""
    return len(f"{cost:f}".partition(".")[2].rstrip("0"))


def _counted(record: LogRecord) -> Figures:
    """Return the figures of one record."""
    price = price_of(record.sale)
    cost = Decimal(0) if price is None else price
    is_unproven = record.direction != "in" and not record.is_proof
    return Figures(
        records=1,
        outgoing=int(record.direction == "out"),
        incoming=int(record.direction == "in"),
        unproven=int(is_unproven),
        unpriced=int(price is None),
        cost=cost,
        unproven_cost=cost if is_unproven else Decimal(0),
    )


def _ranked(keyed: Iterable[tuple[str | None, Figures]]) -> Groups:
    """Return the groups of these records: the most expensive first, then the largest, then by their keys."""
    return tuple(
        sorted(
            _grouped(keyed),
            key=lambda group: (-group.figures.cost, -group.figures.records, group.key is None, group.key or ""),
        )
    )


def _grouped(keyed: Iterable[tuple[str | None, Figures]]) -> list[Group]:
    """Return the groups of these records, one for each key."""
    groups: dict[str | None, list[Figures]] = {}
    for key, figures in keyed:
        groups.setdefault(key, []).append(figures)
    return [Group(key, sum_of(members)) for key, members in groups.items()]
