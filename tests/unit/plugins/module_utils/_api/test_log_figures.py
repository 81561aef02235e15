# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a log: what is counted and added up, whatever the order of the records, and nothing that is guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log_figures import (
    Figures,
    amount,
    day_of,
    figures_of,
    price_of,
)
from ansible_collections.voip_communications.sms.tests.support.log_records import RECORD
from ansible_collections.voip_communications.sms.tests.support.people import ABROAD, ANN

LOG = [
    RECORD,
    RECORD._replace(id="2", external=ABROAD, country="GB", sale="0.0410", date="2026-11-30 08:00:00"),
    RECORD._replace(id="3", status="FAILED", has_failed=True, sale="0.02"),
    RECORD._replace(id="4", direction="in", status="RECEIVED", type="SMS", sale="0", date="2026-12-01 22:05:00"),
    RECORD._replace(id="5", direction=None, status=None, country=None, external="", sale="n/a", date=None),
]


def test_everything_is_counted_once_in_each_kind() -> None:
    figures = figures_of(LOG)
    assert figures.total == Figures(5, 3, 1, 1, 1, Decimal("0.0710"), Decimal("0.02"))
    assert figures.total.undirected == 1
    kinds: dict[str, list[tuple[str | None, int]]] = {
        "days": [("2026-11-30", 1), ("2026-12-01", 3), (None, 1)],
        "numbers": [(ABROAD, 1), (ANN, 3), (None, 1)],
        "countries": [("GB", 1), ("US", 3), (None, 1)],
        "types": [("BULKSMS", 4), ("SMS", 1)],
        "directions": [("out", 3), (None, 1), ("in", 1)],
        "statuses": [("SENT", 2), ("FAILED", 1), ("RECEIVED", 1), (None, 1)],
    }
    for kind, wanted in kinds.items():
        groups = getattr(figures, kind)
        assert {group.key: group.figures.records for group in groups} == dict(wanted)
        assert sum(group.figures.cost for group in groups) == figures.total.cost
        assert sum(group.figures.records for group in groups) == 5
    assert [group.key for group in figures.days] == ["2026-11-30", "2026-12-01", None]
    assert [group.key for group in figures.numbers] == [ABROAD, ANN, None]
    assert (figures.oldest, figures.newest) == ("2026-11-30 08:00:00", "2026-12-01 22:05:00")


def test_the_order_of_the_records_does_not_matter() -> None:
    records = [
        RECORD._replace(id=str(at), external=f"1281234{at % 7:04}", sale=("0.01", "0.0075", "")[at % 3])
        for at in range(60)
    ]
    wanted = figures_of(records)
    for others in (records[::-1], records[1::2] + records[::2], records[30:] + records[:30]):
        assert repr(figures_of(others)) == repr(wanted)


def test_an_incoming_record_is_never_one_that_is_not_shown_as_sent() -> None:
    incoming = RECORD._replace(direction="in", status="FAILED", has_failed=True)
    assert figures_of([incoming]).total.unproven == 0
    waiting = RECORD._replace(status="SCHEDULED")
    assert figures_of([waiting, waiting._replace(direction=None)]).total.unproven == 2


def test_an_empty_log_has_figures() -> None:
    figures = figures_of([])
    assert (figures.total, figures.days, figures.oldest, figures.newest) == (Figures(), (), None, None)


@pytest.mark.parametrize(
    ("sale", "price"),
    [
        ("0.0100", "0.0100"),
        ("0", "0"),
        ("12", "12"),
        ("1e-05", "0.00001"),
        ("999999999.999999999999", "999999999.999999999999"),
    ],
)
def test_a_price_is_read_as_it_is(sale: str, price: str) -> None:
    assert price_of(sale) == Decimal(price)


@pytest.mark.parametrize(
    "sale",
    [
        *(None, "", "n/a", "-0.01", "+1", "0,01", "1,000.00", "$0.01", "0.01 USD", "1_0", ".5", "5.", " 1", "1 "),
        *("NaN", "Infinity", "1e9", "1e999999999", "1E-13", "1e-99", "1000000000", "0.0000000000001", "\u0661"),
    ],
)
def test_what_is_no_price_is_not_guessed_at(sale: str | None) -> None:
    assert price_of(sale) is None
    assert figures_of([RECORD._replace(sale=sale)]).total == Figures(records=1, outgoing=1, unpriced=1)


def test_a_sum_of_many_prices_is_exact() -> None:
    sales = ["999999999.999999999999", "0.000000000001"] * 2000
    total = figures_of(RECORD._replace(sale=sale) for sale in sales).total
    assert total.cost == Decimal(2000) * 1_000_000_000


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2026-12-01 22:00:03", "2026-12-01"),
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T22:00:03Z", "2026-12-01"),
        ("0000-00-00 00:00:00", None),
        ("2026-02-30 10:00:00", None),
        ("2026-12-011", None),
        ("1 Dec 2026", None),
        ("\u0662\u0660\u0662\u0666-12-01", None),
        (None, None),
    ],
)
def test_the_day_of_a_record(date: str | None, day: str | None) -> None:
    assert day_of(RECORD._replace(date=date)) == day


@pytest.mark.parametrize(
    ("cost", "text"),
    [("0", "0.00"), ("1.2000", "1.20"), ("0.0075", "0.0075"), ("120", "120.00"), ("1E+3", "1000.00"), ("0E-7", "0.00")],
)
def test_an_amount_has_two_decimals_or_as_many_as_it_needs(cost: str, text: str) -> None:
    assert amount(Decimal(cost)) == text


def test_amounts_of_a_column_have_the_same_decimals() -> None:
    assert [amount(Decimal(cost), 4) for cost in ("0", "1.5", "0.0075")] == ["0.0000", "1.5000", "0.0075"]
