# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that attack the controller, through a real ansible-rulebook, into a playbook that mentions them.

Each is sent in three ways: as an alert without the filter, as an alert with it, and as an SMS. Without it they must be
executed, so that this test can fail.
"""

from __future__ import annotations

from pathlib import Path

import requests
import yaml

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import OWN, STRANGER
from ansible_collections.voip_communications.sms.tests.support.ports import free_port
from ansible_collections.voip_communications.sms.tests.support.rulebook import Rulebook
from ansible_collections.voip_communications.sms.tests.support.waiting import until

COMMAND = "lookup('pipe', 'touch PATH')"
ATTACKS = {
    "braces": f"{{{{ {COMMAND} }}}}",
    "block": f"{{% if {COMMAND} %}}{{% endif %}}",
    "header": f"#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ {COMMAND} ]]",
    "wide": f"｛｛ {COMMAND} ｝｝ ﹛﹛ {COMMAND} ﹜﹜",
    "comment": f"{{# #}}{{#{COMMAND}",
    "raw": f"{{% raw %}}x{{% endraw %}}{{{{ {COMMAND} }}}}",
    "yaml": "!!python/object/apply:os.system [touch PATH]",
    "unsafe": f"!unsafe '{{{{ {COMMAND} }}}}'",
    "long": f"{'x' * 100_000}{{{{ {COMMAND} }}}}",
    "long_before": f"{{{{ {COMMAND} }}}}{'x' * 100_000}",
    "direction": f"\u202e{{\u200b{{ {COMMAND} }}\u2066}} {{{{ {COMMAND} }}}}",
    "nul": f"\x00{{{{ {COMMAND} }}}}\x00",
    "vault": f"$ANSIBLE_VAULT;1.1;AES256\n{{{{ {COMMAND} }}}}",
}
EXECUTED_WITHOUT = {"braces", "block", "header", "raw", "unsafe", "long", "long_before", "direction", "nul", "vault"}
WAYS = {"naive", "harmless", "sms"}

PLAYBOOK = """
- name: Mention the texts of an event
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Mention those of an alert
      ansible.builtin.debug:
        msg: "Mentioned {{ ansible_eda.event.meta.endpoint }}: {{ ansible_eda.event.payload.texts[item] }}"
      loop: NAMES
      when: ansible_eda.event.payload is defined
      ignore_errors: true
    - name: Mention that of an SMS
      ansible.builtin.debug:
        msg: "Mentioned sms: {{ ansible_eda.event.sms.text }}"
      when: ansible_eda.event.sms is defined
"""


def rulebook_with(playbook: Path, naive: int, harmless: int) -> list[dict[str, object]]:
    """Return a rulebook with the three ways, all to one playbook."""

    def webhook(port: int, *filters: object) -> dict[str, object]:
        return {"eda.builtin.webhook": {"host": "127.0.0.1", "port": port}, "filters": list(filters)}

    inbox = {"voip_communications.sms.inbox": {"strangers": True, "interval": 1}}
    filtered = webhook(harmless, {"voip_communications.sms.harmless": {}})
    action = {"run_playbook": {"name": str(playbook)}}
    rules = [
        {"name": "Alerts", "condition": "event.payload.texts is defined", "action": action},
        {"name": "SMS", "condition": "event.sms.text is defined", "action": action},
    ]
    return [
        {
            "name": "Attacks",
            "hosts": "all",
            "execution_strategy": "parallel",
            "sources": [webhook(naive), filtered, inbox],
            "rules": rules,
        }
    ]


def test_no_text_is_executed(tmp_path: Path, service: CountedSandbox) -> None:
    folders = {name: tmp_path / name for name in ("playbook", "marks")}
    for folder in folders.values():
        folder.mkdir()
    playbook = folders["playbook"] / "mention.yml"
    playbook.write_text(PLAYBOOK.replace("NAMES", str(list(ATTACKS))))
    ports = {"naive": free_port(), "harmless": free_port()}
    path, state = tmp_path / "rulebook.yml", tmp_path / "inbox.json"
    path.write_text(yaml.safe_dump(rulebook_with(playbook, ports["naive"], ports["harmless"])))
    environment = {**service.sandbox.environment, "VOIPSMS_STATE_FILE": str(state)}

    def attack(way: str, name: str) -> str:
        return ATTACKS[name].replace("PATH", str(folders["marks"] / f"{way}-{name}"))

    with Rulebook(str(path), tmp_path / "run", {}, **environment) as rulebook:
        until(lambda: "Waiting for events" in rulebook.output and state.exists(), "the sources listen")
        for way, port in ports.items():
            texts = {name: attack(way, name) for name in ATTACKS}
            requests.post(f"http://127.0.0.1:{port}/{way}", json={"texts": texts}, timeout=60).raise_for_status()
        for name in ATTACKS:
            service.sandbox.incoming(STRANGER, OWN, attack("sms", name))
        until(lambda: rulebook.output.count("PLAY RECAP") == 2 + len(ATTACKS), "all playbooks have ended")
        output = rulebook.output
    executed = {way: {path.name for path in folders["marks"].glob(f"{way}-*")} for way in WAYS}
    for way in ("harmless", "sms"):
        assert output.count(f"Mentioned {way}: ") == len(ATTACKS), output
    for way, names in sorted(executed.items()):
        print(f"{way}: {len(ATTACKS)} texts, {len(names)} executed {sorted(names)}")
    assert executed["naive"] == {f"naive-{name}" for name in EXECUTED_WITHOUT}, output
    assert executed["harmless"] == executed["sms"] == set()
