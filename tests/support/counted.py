# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the ``sms/send`` of a sandbox: one that the test did not expect fails it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox


class CountedSandbox:
    """Counts the POSTs to ``sms/send`` of one test. The fixture calls ``finish`` after the test."""

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
        """Assert the number of ``sms/send`` since the test began, and return them."""
        sends = self.sandbox.sends()
        self._expected = posts
        assert len(sends) == posts, f"{len(sends)} POSTs, {posts} expected: {[send['form'] for send in sends]}"
        return sends

    def recipients(self) -> Counter[str]:
        """Return how often each number was posted, in the form of the request."""
        return Counter(number for send in self.sandbox.sends() for number in send["form"]["to"].split(","))

    def finish(self) -> None:
        """Assert that nothing was sent after the last ``expect``, or at all if there was none."""
        self.expect(self._expected)
