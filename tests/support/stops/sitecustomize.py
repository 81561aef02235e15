# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop a module process at a named point of a delivery; Python imports this when its folder is on the path.

``STOP_AT`` names the point, such as ``after _ledger.sqlite.SqliteLedger.claim``, or ``before ... 2`` for the second
time that it is reached; ``STOP_BY`` the signal, SIGKILL by default. Without ``STOP_AT`` nothing happens.

With ``STOP_BY`` an exception, such as ``ValueError``, there is a defect at that point instead, whose text holds all
that the method was called with, passwords too.
"""

from __future__ import annotations

import builtins
import itertools
import os
import signal
from importlib import import_module
from typing import Any

PACKAGE = "ansible_collections.voip_communications.sms.plugins.module_utils."


def everything(value: Any, depth: int = 5) -> str:
    """Return the text of a value with all that is in it, also what its own text leaves out."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    parts = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    inner = "".join(everything(part, depth - 1) for part in parts.values()) if depth else ""
    return f"{value!r} {inner}"


def stop(by: str, values: dict[Any, Any]) -> None:
    """Stop this process, or be a defect."""
    if hasattr(builtins, by):
        raise getattr(builtins, by)(everything(values))
    os.kill(os.getpid(), signal.Signals[by])


def arm(point: str, by: str) -> None:
    """Put the stop before or after a method."""
    when, place, *rest = point.split()
    module, owner, name = place.rsplit(".", 2)
    holder = getattr(import_module(PACKAGE + module), owner)
    original = getattr(holder, name)
    stop_at = int(rest[0]) if rest else 1
    calls = itertools.count(1)  # what several threads may take from at once

    def stopping(*values: Any, **named: Any) -> Any:
        here = next(calls) == stop_at
        if here and when == "before":
            stop(by, {**dict(enumerate(values)), **named})
        result = original(*values, **named)
        if here and when == "after":
            stop(by, {**dict(enumerate(values)), **named})
        return result

    setattr(holder, name, stopping)


def start() -> None:
    """Put the stop where the environment says."""
    if os.environ.get("STOP_AT"):
        arm(os.environ["STOP_AT"], os.environ.get("STOP_BY", "SIGKILL"))


start()
