# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Ansible callback for benchmarks: how long each task took, from its start to its result, as a line of JSON.

It stands in for the one that prints, and prints nothing: Ansible copies a result for each callback, and a second copy
would be counted as time of the task.
"""

from __future__ import annotations

DOCUMENTATION = """
name: task_times
type: stdout
short_description: Write how long every task took to a file
description:
  - Appends one line of JSON for each task to the file that E(TASK_TIMES) names.
"""

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Notes name, seconds, and whether it was ok."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "task_times"

    def __init__(self) -> None:
        """Begin with no times noted."""
        super().__init__()
        self._began = 0.0

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Note the moment; there is one host, so there is one task at a time."""
        self._began = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        """Note a task, all of its items together."""
        self._note(result, "")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Note a task that has measured nothing."""
        self._note(result, str(result._result.get("msg") or "failed"))

    def _note(self, result: Any, error: str) -> None:
        noted = {"task": result._task.name, "seconds": time.monotonic() - self._began, "error": error}
        with open(os.environ["TASK_TIMES"], "a", encoding="utf-8") as file:
            file.write(json.dumps(noted) + "\n")
