# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser for tests, and a page in it whose every fault is kept: errors, dialogs, requests to somewhere else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

WHY_NOT = "no Chromium on this machine (Debian: apt-get install chromium)"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium has no sandbox of its own where it runs as root; and it shall ask nobody for anything.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# How long a test waits for what it expects to see.
PATIENCE_MS = 20_000

GROUND = "getComputedStyle(document.body).backgroundColor"
"""Evaluates to the colour behind everything."""

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""Evaluates to the pixels by which a page is wider than its window."""


def find_chromium() -> str | None:
    """Return the path of Chromium, or of the browser that is made of it; None without one."""
    return next((path for path in map(shutil.which, _PROGRAMS) if path), None)


def program_or_skip() -> str:
    """Return the path of Chromium; without one, skip the test where that is allowed, or fail it."""
    program = find_chromium()
    if program is not None:
        return program
    if may_skip():
        pytest.skip(WHY_NOT)
    pytest.fail(WHY_NOT)


def may_skip() -> bool:
    """Tell whether tests may do without a browser: not in CI, and not where ``NEEDS_BROWSER=true`` says so."""
    return "true" not in (os.environ.get("CI"), os.environ.get("NEEDS_BROWSER"))


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """Yield a running browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """A page of one server. `faults` are sentences; a test that expects one clears it."""

    def __init__(self, browser: Browser, origin: str, width: int = 1280, height: int = 800) -> None:
        self.origin = origin
        self.faults: list[str] = []
        # English dates and reduced motion: what is seen does not depend on the machine, or on the moment.
        self._context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("dialog", self._asked)
        self.page.on("request", self._requested)

    def close(self) -> None:
        """Close it, with what it stored."""
        self._context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.type}: {message.text}")

    def _asked(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        if not request.url.startswith(f"{self.origin}/"):
            self.faults.append(f"request: {request.url}")
