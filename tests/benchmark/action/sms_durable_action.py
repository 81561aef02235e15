# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For benchmarks: an action plugin that makes one request for all, between two durable commits, by our libraries."""

from __future__ import annotations

import os
from typing import Any, Optional

import requests
from ansible.plugins.action import ActionBase

from ansible_collections.voip_communications.sms.tests.benchmark.modules.sms_durable_module import commit


class ActionModule(ActionBase):
    """Writes that it will post, posts in the worker, and writes that it has."""

    def run(self, tmp: Optional[str] = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Send a text to all numbers."""
        options = self._task.args
        path = os.path.expanduser("~/durable.sqlite3")
        commit(path, "INSERT INTO sent VALUES (?, 'sending')", options["msg"])
        form = {"to": ",".join(options["to"]), "msg": options["msg"]}
        answer = requests.post(options["url"], data=form, timeout=20)
        commit(path, "UPDATE sent SET state = 'accepted' WHERE msg = ?", options["msg"])
        return {"changed": True, "results": answer.json()["send_log"]}
