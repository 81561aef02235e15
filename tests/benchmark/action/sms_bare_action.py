# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For benchmarks: an action plugin that makes one request for all, and nothing else. No task can be faster."""

from __future__ import annotations

import http.client
import json
from typing import Any, Optional
from urllib.parse import urlencode, urlsplit

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Posts in the worker: no options are checked, nothing is written down, a lost answer is an error."""

    def run(self, tmp: Optional[str] = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Send a text to all numbers."""
        options = self._task.args
        address = urlsplit(options["url"])
        connection = http.client.HTTPConnection(address.netloc)
        form = urlencode({"to": ",".join(options["to"]), "msg": options["msg"]})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", address.path, form, headers)
        return {"changed": True, "results": json.loads(connection.getresponse().read())["send_log"]}
