# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill or stop real processes at a random moment."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time

from ansible_collections.voip_communications.sms.tests.support.playbook import ModuleProcess

KILLED, STOPPED, LEFT = "killed", "stopped", ""
_LONGEST_STOP = 0.5


def disturb(process: ModuleProcess, chance: random.Random, within: float) -> str:
    """Kill a process within some seconds, or stop it for a while, or leave it alone; return which.

    One that has ended by then is left alone.
    """
    way = chance.choice([KILLED, STOPPED, LEFT, LEFT])
    time.sleep(chance.uniform(0.0, within))
    with contextlib.suppress(ProcessLookupError):
        if way == KILLED:
            os.kill(process.pid, signal.SIGKILL)
        if way == STOPPED:
            os.kill(process.pid, signal.SIGSTOP)
            time.sleep(chance.uniform(0.0, _LONGEST_STOP))
            os.kill(process.pid, signal.SIGCONT)
        return way
    return LEFT
