# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For benchmarks: a module that loads all that voipsms_send loads, makes one request for all, and does nothing else."""

from __future__ import annotations

import gc

if __name__ == "__main__":
    gc.disable()

import requests
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import Delivery
from ansible_collections.voip_communications.sms.plugins.module_utils._task import module as module_run
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import summary
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_diff import message_diff
from ansible_collections.voip_communications.sms.plugins.module_utils._task.send_options import read_send_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options


def main() -> None:
    """Send a text to all numbers."""
    gc.freeze()
    gc.enable()
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "to": {"type": "list", "elements": "str", "required": True},
            "msg": {"type": "str", "required": True},
        }
    )
    form = {"to": ",".join(module.params["to"]), "msg": module.params["msg"]}
    answer = requests.post(module.params["url"], data=form, timeout=20)
    loaded = (Delivery, module_run.main, summary, message_diff, read_send_options, account_options)
    module.exit_json(changed=True, results=answer.json()["send_log"], loaded=[each.__name__ for each in loaded])


if __name__ == "__main__":
    main()
