# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For benchmarks: a module that makes one request a recipient, one after the other, as many SMS modules do."""

from __future__ import annotations

from urllib.parse import urlencode

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import fetch_url


def main() -> None:
    """Send a text to each number."""
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "url_username": {"type": "str", "required": True},
            "url_password": {"type": "str", "required": True, "no_log": True},
            "to": {"type": "list", "elements": "str", "required": True},
            "msg": {"type": "str", "required": True},
        }
    )
    module.params["force_basic_auth"] = True
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for number in module.params["to"]:
        form = urlencode({"to": number, "msg": module.params["msg"]})
        _response, info = fetch_url(module, module.params["url"], data=form, headers=headers, method="POST")
        if info["status"] != 200:
            module.fail_json(msg=f"not sent to {number}: {info['msg']}")
    module.exit_json(changed=True)


if __name__ == "__main__":
    main()
