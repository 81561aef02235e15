# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report in a real browser: light and dark, wide and narrow, and nothing that it would load."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_page import page_of
from ansible_collections.voip_communications.sms.tests.support import browser as browsers
from ansible_collections.voip_communications.sms.tests.support.browser import GROUND, TOO_WIDE
from ansible_collections.voip_communications.sms.tests.support.cost import HOSTILE, hostile_records, record, report_of

DAYS = [
    record(date=f"2026-{month:02}-{day:02} 10:00:00", external=f"1281234{month:02}{day:02}", sale="12.0075")
    for month in (9, 10, 11)
    for day in range(1, 31)
]
LONG = [record(status="A" * 200, type="B" * 200, country="C" * 200, date=f"2026-12-01 {'9' * 180}")]
# Elements that are wider than the page, and texts of a plot that lie on each other.
OVERLAPS = """
() => {
  const boxes = [...document.querySelectorAll(".plot text")].map((each) => each.getBoundingClientRect())
    .filter((box) => box.width);
  return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => one.left < other.right
    && other.left < one.right && one.top < other.bottom && other.top < one.bottom)).length;
}
"""


@pytest.mark.parametrize("width", [1200, 390])
def test_it_is_whole_on_every_screen_and_loads_nothing(browser: Browser, width: int, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    contacts = [{"name": f"{HOSTILE[0]} \u05d0", "number": "+12812340901"}]
    path.write_text(page_of(report_of([*DAYS, *LONG, *hostile_records()], contacts, title=HOSTILE[0])), "utf-8")
    window = browsers.Window(browser, f"file://{tmp_path}", width)
    page = window.page
    page.goto(f"file://{path}")
    page.emulate_media(color_scheme="light")
    light = page.evaluate(GROUND)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) != light, "the style is not applied, or knows no dark"
    page.click("summary")
    assert (page.evaluate(TOO_WIDE), page.evaluate(OVERLAPS)) == (0, 0)
    assert page.locator(".plot").count() == 2
    assert page.locator("table").count() == 6
    assert page.locator("h1").inner_text() == HOSTILE[0]
    assert window.faults == []
    window.close()
