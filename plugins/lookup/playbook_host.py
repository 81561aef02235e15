# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Return the host on which a playbook of this collection runs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: playbook_host
short_description: "[INTERNAL] Name the host of a playbook, or refuse a run that would do nothing"
version_added: 1.0.0
description:
  - Is for the playbooks of this collection alone, and may change with any release.
  - Returns V(localhost), for the keyword C(hosts) of the playbooks of this collection.
  - Fails where the options of C(ansible-playbook) would let the play end in success without doing its work. This is so
    with C(--limit) that leaves C(localhost) out, with C(--skip-tags always) or C(tagged), and with C(--start-at-task);
    and where the inventory has a group C(localhost).
  - The play must have C(tags=always), so that C(--tags) does not matter.
  - With C(--syntax-check), C(--list-hosts), C(--list-tasks) and C(--list-tags) it never fails.
  - When it fails and the variable C(voipsms_result_file) is set, it writes the outcome V(invalid) to this file, so that
    no earlier result is left there. In check mode it does not.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - module: voip_communications.sms.voipsms_playbook
"""

EXAMPLES = r"""
# ansible-playbook page.yml --limit web1 fails, instead of skipping the play.
- name: Page the people on call
  hosts: "{{ lookup('voip_communications.sms.playbook_host') }}"
  gather_facts: false
  tags: always
  tasks:
    - name: Page
      voip_communications.sms.voipsms_send:
        to: "+12812345678"
        msg: db1 is down
"""

RETURN = r"""
_raw:
  description: The name of the host, V(localhost).
  type: list
  elements: str
  sample: [localhost]
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible import context
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.lookup import LookupBase

from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbook_host import HOST, obstacles
from ansible_collections.voip_communications.sms.plugins.plugin_utils._result_file import (
    RESULT_FILE,
    ResultFile,
    refusal,
)


class LookupModule(LookupBase):
    """The lookup, which takes no terms and no options."""

    def run(self, terms: Sequence[object], variables: Mapping[str, Any] | None = None, **kwargs: object) -> list[str]:
        """Return the host as the only element. Raise ``AnsibleLookupError`` where the play would do nothing."""
        if terms or kwargs:
            raise AnsibleLookupError("the lookup voip_communications.sms.playbook_host takes no terms and no options")
        known = variables or {}
        sentences = obstacles(context.CLIARGS, known.get("groups", {}), self._loader or DataLoader())
        if sentences:
            raise AnsibleLookupError(self._refused(sentences, known))
        return [HOST]

    def _refused(self, sentences: list[str], variables: Mapping[str, Any]) -> str:
        """Return the sentence of the refusal, and write it to the result file."""
        result = refusal(sentences)
        try:
            path = str(self._templar.template(variables.get(RESULT_FILE) or "")) if self._templar else ""
        except AnsibleError:
            path = ""
        fault = ResultFile(path, check_mode=bool(context.CLIARGS.get("check"))).finish(result)
        return "; ".join([str(result["msg"]), *([fault] if fault else [])])
