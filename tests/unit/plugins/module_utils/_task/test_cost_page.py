# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report: whole, harmless whatever the log says, and honest about what is not known."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from decimal import Decimal

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogFilter
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log_figures import Figures, Group, figures_of
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_page import page_of
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_plots import (
    MOST_COLUMNS,
    Part,
    bar_svg,
    columns_svg,
    timeline,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_style import STYLE
from ansible_collections.voip_communications.sms.tests.support.cost import (
    HOSTILE,
    TEXT,
    Page,
    hostile_records,
    record,
    report_of,
)
from ansible_collections.voip_communications.sms.tests.support.people import ABROAD, ANN, ANNA

# Elements and attributes that could load or run something, or hide a text.
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "p", "strong", "dl", "div", "dt"),
    *("dd", "small", "section", "ul", "li", "span", "svg", "line", "text", "rect", "g", "details", "summary", "table"),
    *("tr", "th", "td", "i", "bdi"),
}
ATTRIBUTES = {
    *("charset", "http-equiv", "content", "name", "lang", "class", "role", "aria-label", "height", "width", "scope"),
    *("x", "y", "x1", "x2", "y1", "y2", "rx"),
}


def day(key: str, records: int = 1) -> Group:
    return Group(key, Figures(records=records, outgoing=records, cost=Decimal(records) / 100))


def test_nothing_on_it_loads_or_runs_anything() -> None:
    contacts = [{"name": f"<script>{name}</script> \u05d0", "number": ANNA} for name in ("anna",)]
    text = page_of(report_of(hostile_records(), contacts, title=HOSTILE[1]))
    page = Page(text)
    assert {tag for tag, _attributes in page.elements} <= ELEMENTS
    assert {name for _tag, attributes in page.elements for name in attributes} <= ATTRIBUTES
    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text


def test_what_others_wrote_is_shown_as_it_is() -> None:
    page = Page(page_of(report_of(hostile_records(), title=HOSTILE[0])))
    for text in HOSTILE:
        assert page.texts.count(text) == 3 + 2 * (text == HOSTILE[0]), text
    assert TEXT not in page.text


def test_its_policy_allows_its_own_style_alone() -> None:
    text = page_of(report_of([record()]))
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = (
        attributes["content"] for tag, attributes in Page(text).elements if "http-equiv" in attributes and tag == "meta"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


def test_numbers_are_masked_unless_they_are_asked_for() -> None:
    log_filter = LogFilter(numbers=frozenset({ANN, ABROAD}))
    contacts = [{"name": "anna", "number": ANNA}]
    report = report_of([record(), record(external=ABROAD)], contacts, log_filter)
    masked, shown = Page(page_of(report)), Page(page_of(report._replace(show_numbers=True)))
    assert ANN not in masked.text
    assert {"anna", "+1********78", "+44********58", "Numbers are masked, so two of them may look alike."} <= {
        *masked.texts
    }
    assert {"anna", ANNA, f"+{ABROAD}", "Numbers are shown in full."} <= {*shown.texts}


def test_it_says_what_is_not_known() -> None:
    whole = report_of([record()])
    text = Page(page_of(whole)).text
    assert "The service names no currency" in text
    assert "their time zone is one that the service does not name" in text
    assert "The log was read to its end." in text
    part = Page(page_of(whole._replace(is_complete=False, zone="America/Chicago"))).text
    assert "The log was not read to its end.\nThere may be more records" in part
    assert "their time zone is America/Chicago, which is assumed" in part


def test_it_says_which_records_were_asked_for() -> None:
    log_filter = LogFilter(frozenset({ANN}), None, "out", "2026-12-01", "2026-12-31 23:59:59")
    page = Page(page_of(report_of([record()], log_filter=log_filter)))
    start = page.texts.index("Only: direction")
    assert page.texts[start:][:8] == [
        *("Only: direction", "out", "; since", "2026-12-01", "; until", "2026-12-31 23:59:59", "; numbers"),
        "+1********78",
    ]


def test_a_log_without_records_or_dates_has_a_page() -> None:
    assert "No record has a date." in Page(page_of(report_of([]))).text
    page = Page(page_of(report_of([record(date=None, status=None, external="", direction=None)])))
    assert "No record has a date." in page.text
    assert page.texts.count("not given") >= 3
    assert "plot" not in {attributes.get("class") for _tag, attributes in page.elements}


def test_the_rest_of_a_long_table_is_added_up() -> None:
    records = [record(external=f"1281234{at:04}", sale="0.50" if at < 25 else "0.0075") for at in range(100)]
    texts = Page(page_of(report_of(records))).texts
    start = texts.index("75 others")
    assert texts[start : start + 4] == ["75 others", "75", "0", "0.5625"]


def test_a_table_without_cost_has_bars_of_records() -> None:
    elements = Page(page_of(report_of([record(sale=None), record(sale=None, status="x")]))).elements
    assert "cost" not in {attributes.get("class") for tag, attributes in elements if tag == "rect"}
    assert "\u2013" in Page(page_of(report_of([record(sale=None)]))).texts


@pytest.mark.parametrize(
    ("first", "last", "unit", "columns", "left_out"),
    [
        ("2026-12-01", "2026-12-01", "day", 1, 0),
        ("2026-11-28", "2026-12-03", "day", 6, 0),
        ("2026-01-01", "2026-04-30", "day", MOST_COLUMNS, 0),
        ("2026-01-01", "2026-05-01", "month", 5, 0),
        ("2016-12-31", "2026-11-01", "month", MOST_COLUMNS, 0),
        ("2016-11-30", "2026-11-01", "year", 11, 0),
        ("0001-01-01", "9999-12-31", "year", MOST_COLUMNS, 9999 - MOST_COLUMNS),
    ],
)
def test_columns_are_days_months_or_years(first: str, last: str, unit: str, columns: int, left_out: int) -> None:
    line = timeline((day(first), day(last)) if first != last else (day(first),))
    assert (line.unit, len(line.columns), line.left_out) == (unit, columns, left_out)
    assert last.startswith(line.columns[-1].label)
    if not left_out:
        assert first.startswith(line.columns[0].label)
        assert sum(column.figures.records for column in line.columns) == len({first, last})


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        ("0", ["0", "1"]),
        ("1", ["0", "1"]),
        ("3", ["0", "1", "2", "3"]),
        ("87", ["0", "50", "100"]),
        ("1.46", ["0.0", "0.5", "1.0", "1.5"]),
        ("0.0075", ["0.000", "0.002", "0.004", "0.006", "0.008"]),
        ("123456", ["0", "50000", "100000", "150000"]),
    ],
)
def test_the_lines_of_a_plot_have_round_values(highest: str, marks: list[str]) -> None:
    svg = columns_svg("Cost", [("2026-12-01", "t", [Part("cost", Decimal(highest))])])
    assert re.findall(r'<text class="mark"[^>]*>([^<]*)<', svg) == marks


def test_columns_are_as_high_as_their_parts() -> None:
    parts = [Part("out", Decimal(3)), Part("in", Decimal(1))]
    svg = columns_svg("Records", [("a", "four", parts), ("b", "none", [Part("out", Decimal(0))])])
    bars = [attributes for tag, attributes in Page(svg).elements if tag == "rect" and attributes["class"] != "area"]
    out, incoming = ((float(each["y"] or 0), float(each["height"] or 0)) for each in bars)
    assert out[1] == pytest.approx(3 * incoming[1])
    assert incoming[0] + incoming[1] == pytest.approx(out[0])
    assert "<title>four</title>" in svg


def test_a_bar_is_as_long_as_its_share() -> None:
    assert 'width="25.00%"' in bar_svg("t", Decimal("0.25"), "cost")
    assert "<b>" not in bar_svg("<b>", Decimal(1), "cost")


def lightness(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, as WCAG 2.2 has it."""
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return sum(value * weight for value, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_bars_can_be_seen(scheme: str) -> None:
    """As WCAG 2.2 wants it: 4.5 for texts, 3 for what is drawn."""
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in STYLE.split("@media")[:2])
    colours = {**light, **dark} if scheme == "dark" else light
    least = {"text": 4.5, "soft": 4.5, "out": 3.0, "in": 3.0, "other": 3.0, "cost": 3.0}
    for name, wanted in least.items():
        for ground in ("card", "page", *(["alarm"] if name == "text" else [])):
            one, other = sorted((lightness(colours[name]), lightness(colours[ground])))
            assert (other + 0.05) / (one + 0.05) >= wanted, (name, ground)


def test_five_thousand_records_make_a_page_that_can_be_mailed() -> None:
    records = [
        record(date=f"2026-{9 + at % 3:02}-{1 + at % 30:02} 10:00:00", external=f"1281234{at % 400:04}")
        for at in range(5000)
    ]
    assert figures_of(records).total.records == 5000
    assert len(page_of(report_of(records))) < 150_000
