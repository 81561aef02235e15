# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Ansible callback for tests: every result of every task as one line of JSON, beside the usual output."""

from __future__ import annotations

DOCUMENTATION = """
name: task_records
type: notification
short_description: Write every task result to a file
description:
  - Appends one line of JSON for each result to the file that E(TASK_RECORDS) names.
"""

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Notes task, host, kind and result, in the order in which they come."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_records"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        """Note a result that is ok or changed."""
        self._note("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Note a failure, an ignored one too."""
        self._note("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Note a task that was skipped."""
        self._note("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Note a host that was not reached."""
        self._note("unreachable", result)

    def v2_runner_retry(self, result: Any) -> None:
        """Note an attempt of `until` that will be followed by another."""
        self._note("retry", result)

    @staticmethod
    def _note(kind: str, result: Any) -> None:
        noted = {"task": result._task.name, "host": result._host.name, "kind": kind, "result": result._result}
        with open(os.environ["TASK_RECORDS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(noted, default=str) + "\n")
