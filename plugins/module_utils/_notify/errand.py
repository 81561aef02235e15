# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a delivery in a thread beside the playbook, so that it can neither fail the playbook nor hold it up."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Callable

from .._core.errors import InputError

# What settling with the ledger may take beyond the deadline before the run goes on without it.
_GRACE = 5.0


class Errand(threading.Thread):
    """One delivery, or the rehearsal of one, after a delay; in a thread that is abandoned when its time is over.

    It only notes its result: a thread that prints would hold locks that a forked worker then waits for.
    """

    def __init__(
        self,
        prepare: Callable[[], Mapping[str, Any]],
        deliver: Callable[[Mapping[str, Any]], dict[str, Any]],
        deadline: float,
        delay: float = 0.0,
    ) -> None:
        """Do nothing before ``start``.

        ``prepare`` is called after ``delay`` and returns the options of the message, or raises ``InputError``.
        ``deliver`` takes these options and returns a result within ``deadline``. Both times are in seconds.
        """
        super().__init__(name="voipsms-watch", daemon=True)
        self._prepare = prepare
        self._deliver = deliver
        self._delay = delay
        self._patience = deadline + _GRACE
        self._end = time.monotonic() + delay + self._patience
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._has_begun = False
        self._result: dict[str, Any] | None = None

    def run(self) -> None:
        """Deliver, unless it is cancelled first."""
        self._cancelled.wait(self._delay)
        with self._lock:
            if self._cancelled.is_set():
                return
            self._has_begun = True
        try:
            self._result = self._deliver(self._prepare())
        except InputError as error:
            self._result = _refusal(str(error))
        except Exception as error:  # noqa: BLE001 - a traceback would show the values that it holds
            self._result = _refusal(f"internal error {type(error).__name__}, please report this")

    def cancel(self) -> bool:
        """Cancel the delivery unless it has begun; return whether it will not happen."""
        self._cancelled.set()
        with self._lock:
            return not self._has_begun

    def wait(self) -> dict[str, Any]:
        """Return the result as soon as there is one, or a failure when the time is over."""
        self.join(max(0.0, self._end - time.monotonic()))
        if self._result is not None:
            return self._result
        return {"failed": True, "msg": f"there was no end within {self._patience:g} seconds; it may have been sent"}


def _refusal(sentence: str) -> dict[str, Any]:
    return {"failed": True, "msg": f"{sentence}; nothing was sent"}
