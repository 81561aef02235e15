# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox whose every `sms/send` must have been expected: one that no test asked for fails it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox


class CountedSandbox:
    """Counts the POSTs to `sms/send` of one test. `finish` is for the fixture, after the test."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._expected = 0

    @property
    def options(self) -> dict[str, Any]:
        """The options of a task that reach this sandbox."""
        return {
            "api_url": self.sandbox.url,
            "api_key": self.sandbox.api_key,
            "api_password": self.sandbox.api_password,
        }

    def expect(self, posts: int) -> list[dict[str, Any]]:
        """Assert that there were so many `sms/send` since the test began, and return them."""
        sends = self.sandbox.sends()
        self._expected = posts
        assert len(sends) == posts, f"{len(sends)} POSTs, {posts} expected: {[send['form'] for send in sends]}"
        return sends

    def recipients(self) -> Counter[str]:
        """How often each number was posted, as the request had it."""
        return Counter(number for send in self.sandbox.sends() for number in send["form"]["to"].split(","))

    def finish(self) -> None:
        """Assert that nothing was sent after the test looked last, or at all if it never did."""
        self.expect(self._expected)
