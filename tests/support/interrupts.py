# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let the processes of the tests be interrupted, however the tests were started."""

from __future__ import annotations

import signal
import threading


def restore() -> None:
    """Take SIGINT as a terminal sends it: a shell starts what is in the background with it ignored."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)
