# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of this machine."""

from __future__ import annotations

import contextlib
import random
import socket

# Below those that systems give to whoever asks for any: clients would take a port before the test has it.
_LEAST, _MOST = 20000, 32000


def free_port() -> int:
    """Return a port that nothing listens on, and that no client gets."""
    chance = random.SystemRandom()
    while True:
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", chance.randint(_LEAST, _MOST)))
            return int(free.getsockname()[1])
