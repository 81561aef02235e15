# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop a module process at a named point of a delivery; Python imports this by itself when its folder is on the path.

`STOP_AT` names the point, such as `after _ledger_sqlite.SqliteLedger.claim`, or `before ... 2` for the second time that
it is reached; `STOP_BY` the signal, SIGKILL by default. Without `STOP_AT` nothing happens.
"""

from __future__ import annotations

import itertools
import os
import signal
from importlib import import_module
from typing import Any

PACKAGE = "ansible_collections.voip_communications.sms.plugins.module_utils."


def arm(point: str, number: signal.Signals) -> None:
    """Put the signal before or after a method."""
    when, place, *rest = point.split()
    module, owner, name = place.split(".")
    holder = getattr(import_module(PACKAGE + module), owner)
    original = getattr(holder, name)
    wanted = int(rest[0]) if rest else 1
    calls = itertools.count(1)  # what several threads may take from at once

    def stopping(*values: Any, **named: Any) -> Any:
        here = next(calls) == wanted
        if here and when == "before":
            os.kill(os.getpid(), number)
        result = original(*values, **named)
        if here and when == "after":
            os.kill(os.getpid(), number)
        return result

    setattr(holder, name, stopping)


if os.environ.get("STOP_AT"):
    arm(os.environ["STOP_AT"], signal.Signals[os.environ.get("STOP_BY", "SIGKILL")])
