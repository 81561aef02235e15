# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell an event of a run in a process of its own, which the callback ``watch`` starts.

The first line of its input says what to tell, and when; it holds secrets, so it is no argument. Later lines name the
task that has begun, or cancel. Its output is a line when it begins to send, and one with the result. It may wait for
hours, so nothing of the collection, nor any large library, is loaded before it is time.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any, Callable

PACKAGES = ("ansible_collections", "voip_communications", "sms")
_PARENT_INTERVAL = 5.0
"""Seconds between two looks at whether ``ansible-playbook`` is still there. Its workers may keep this input open."""

_LONGEST_START = 60.0
_LONGEST_AFTER_DEADLINE = 60.0
"""Seconds in which a delivery that no one waits for any more must be over. The ledger waits for half of them."""


class Cancelled(Exception):
    """The event shall not be told any more, or there is no one who would want the result."""


class Inbox:
    """What ``ansible-playbook`` sends, one line of JSON each."""

    def __init__(self, descriptor: int) -> None:
        """Read from a pipe, until ``parent`` has ended."""
        self.parent = os.getppid()
        self._descriptor = descriptor
        self._received = b""

    def receive(self, until: float) -> dict[str, Any] | None:
        """Return the next message; None when there is none by then. Raise ``Cancelled`` when none can come."""
        while b"\n" not in self._received:
            seconds = max(0.0, until - time.monotonic())
            if select.select([self._descriptor], [], [], min(seconds, _PARENT_INTERVAL))[0]:
                block = os.read(self._descriptor, 65536)
                if not block:
                    raise Cancelled
                self._received += block
            elif os.getppid() != self.parent:
                raise Cancelled
            elif seconds <= _PARENT_INTERVAL:
                return None
        line, _end, self._received = self._received.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def newest_task(self, until: float, task: str) -> str:
        """Return the task that began last, when it is time; ``task`` if none has. Raise ``Cancelled``."""
        while (message := self.receive(until)) is not None:
            if "cancel" in message:
                raise Cancelled
            task = message["task"]
        return task


def main() -> None:
    """Do what the input says, and answer; end at once when it is cancelled."""
    # What a library prints must not get between the answers.
    output = os.dup(1)
    os.dup2(2, 1)

    def say(message: Mapping[str, Any]) -> None:
        with suppress(BrokenPipeError):  # no one waits any more
            os.write(output, json.dumps(message).encode("ascii") + b"\n")

    try:
        _do(Inbox(0), say)
    except Cancelled:
        say({"cancelled": True})
    except Exception as error:  # noqa: BLE001 - its text may hold a secret
        say({"error": type(error).__name__})


def _do(inbox: Inbox, say: Callable[[Mapping[str, Any]], None]) -> None:
    """Wait, load, and tell; ``say`` sends an answer. Raise ``Cancelled``."""
    instructions = inbox.receive(time.monotonic() + _LONGEST_START) or {}
    inbox.parent = instructions["parent"]  # it may have ended before this process could ask for it
    task = inbox.newest_task(instructions["begins_at"], instructions["run"]["task"])
    signal.setitimer(signal.ITIMER_REAL, instructions["settings"]["deadline"] + _LONGEST_AFTER_DEADLINE)
    _provide_collection(instructions["path"])
    from ansible_collections.voip_communications.sms.plugins.plugin_utils import _telling  # noqa: PLC0415 - see above

    def begin() -> None:
        inbox.newest_task(0.0, task)
        say({"begun": True})

    say({"result": _telling.tell(instructions, task, begin)})


def _provide_collection(path: list[str]) -> None:
    """Make importable what ``ansible-playbook`` can import, and the collection from this file's own folder.

    There may be several folders ``ansible_collections``, and one with an ``__init__.py`` would hide the others.
    """
    sys.path[:] = path
    folder = os.path.abspath(__file__)
    for _level in ("file", "plugin_utils", "plugins"):
        folder = os.path.dirname(folder)
    for depth in range(len(PACKAGES), 0, -1):
        name = ".".join(PACKAGES[:depth])
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = [folder]
        folder = os.path.dirname(folder)


if __name__ == "__main__":
    main()
