# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For benchmarks: a module that loads the libraries of ours, makes one request for all, and does nothing else."""

from __future__ import annotations

import sqlite3

import phonenumbers
import requests
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Send a text to all numbers."""
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "to": {"type": "list", "elements": "str", "required": True},
            "msg": {"type": "str", "required": True},
        }
    )
    form = {"to": ",".join(module.params["to"]), "msg": module.params["msg"]}
    answer = requests.post(module.params["url"], data=form, timeout=20)
    module.exit_json(
        changed=True, results=answer.json()["send_log"], loaded=[phonenumbers.__version__, sqlite3.sqlite_version]
    )


if __name__ == "__main__":
    main()
