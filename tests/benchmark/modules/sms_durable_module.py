# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For benchmarks: a module that makes one request for all, between two durable commits, by our libraries."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import phonenumbers
import requests
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Write that it will send a text to all numbers, send it, and write that it has."""
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "to": {"type": "list", "elements": "str", "required": True},
            "msg": {"type": "str", "required": True},
        }
    )
    path, text = os.path.expanduser("~/durable.sqlite3"), module.params["msg"]
    commit(path, "INSERT INTO sent VALUES (?, 'sending')", text)
    answer = requests.post(module.params["url"], data={"to": ",".join(module.params["to"]), "msg": text}, timeout=20)
    commit(path, "UPDATE sent SET state = 'accepted' WHERE msg = ?", text)
    module.exit_json(changed=True, results=answer.json()["send_log"], loaded=phonenumbers.__version__)


def commit(path: str, statement: str, value: str) -> None:
    """Execute a statement, and commit it as durably as the ledger is."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS sent (msg TEXT PRIMARY KEY, state TEXT)")
        connection.execute(statement, (value,))
        connection.execute("COMMIT")


if __name__ == "__main__":
    main()
