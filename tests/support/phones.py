# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""People who answer the questions that reach them, by what the sandbox shows of their phones."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import OWN
from ansible_collections.voip_communications.sms.tests.support.waiting import until

"""The number of the account that asks."""

LONGEST = 150.0
"""Seconds that a person waits for their question."""


class Phones:
    """People who answer the questions that reach them, in a thread, by what the sandbox shows of them."""

    def __init__(self, service: CountedSandbox) -> None:
        self._service = service
        self._threads: list[threading.Thread] = []

    def codes(self, number: str, question: str = "") -> dict[str, str]:
        """Return the codes of the newest question to a number by their labels; wait for it."""

        def questions() -> list[str]:
            texts = [sms["msg"] for sms in self._service.sandbox.messages() if sms["to"].lstrip("+") == number[1:]]
            return [text for text in texts if " = " in text and question in text]

        newest = until(questions, f"a question reaches {number}", LONGEST)[-1]
        return {label: code for code, label in re.findall(r"(\d+) = ([^,.]+)", newest)}

    def will(self, act: Callable[[], object]) -> None:
        """Let something happen meanwhile."""
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        self._threads.append(thread)

    def reply(self, number: str, text: str) -> None:
        """Let someone write to our number."""
        self._service.sandbox.incoming(number, OWN, text)

    def answer(self, number: str, label: str, comment: str = "") -> None:
        """Answer a question when it comes."""
        self.reply(number, f"{self.codes(number)[label]} {comment}".strip())

    def all_codes(self) -> set[str]:
        """Return every code that was sent."""
        return {code for sms in self._service.sandbox.messages() for code in re.findall(r"(\d+) =", sms["msg"])}
