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
from ansible_collections.voip_communications.sms.tests.support.phones import OWN
from ansible_collections.voip_communications.sms.tests.support.rulebook import Rulebook, free_port, until

STRANGER = "+447700900999"
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
- name: Mention the text of an event
  hosts: localhost
  gather_facts: false
  vars:
    text: "{{ ansible_eda.event.sms.text | default(ansible_eda.event.payload.text) }}"
    way: "{{ 'sms' if ansible_eda.event.sms is defined else ansible_eda.event.meta.endpoint }}"
  tasks:
    - name: Mention it
      ansible.builtin.debug:
        msg: "It says {{ text }}"
      ignore_errors: true
    - name: Note that it was mentioned
      ansible.builtin.lineinfile:
        path: "FOLDER/mentioned"
        line: "{{ way }} {{ number }}"
        create: true
        mode: "0600"
"""


def rulebook_with(playbook: Path, naive: int, harmless: int) -> list[dict[str, object]]:
    """Return a rulebook with the three ways, all to one playbook."""

    def webhook(port: int, *filters: object) -> dict[str, object]:
        return {"eda.builtin.webhook": {"host": "127.0.0.1", "port": port}, "filters": list(filters)}

    inbox = {"voip_communications.sms.inbox": {"strangers": True, "interval": 1}}
    filtered = webhook(harmless, {"voip_communications.sms.harmless": {}})
    action = {"run_playbook": {"name": str(playbook), "extra_vars": {"number": "{{ event.meta.uuid }}"}}}
    rules = [
        {"name": "Alerts", "condition": "event.payload.text is defined", "action": action},
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
    (tmp_path / "playbook").mkdir()
    marks = tmp_path / "marks"
    marks.mkdir()
    playbook = tmp_path / "playbook" / "mention.yml"
    playbook.write_text(PLAYBOOK.replace("FOLDER", str(tmp_path)))
    ports = {"naive": free_port(), "harmless": free_port()}
    path = tmp_path / "rulebook.yml"
    path.write_text(yaml.safe_dump(rulebook_with(playbook, ports["naive"], ports["harmless"])))
    state = tmp_path / "inbox.json"
    environment = {**service.sandbox.environment, "VOIPSMS_STATE_FILE": str(state)}
    with Rulebook(str(path), tmp_path / "run", {}, **environment) as rulebook:
        until(lambda: "Waiting for events" in rulebook.output and state.exists(), "the sources listen")
        for name, text in ATTACKS.items():
            for way, port in ports.items():
                attack = {"text": text.replace("PATH", str(marks / f"{way}-{name}"))}
                requests.post(f"http://127.0.0.1:{port}/{way}", json=attack, timeout=10).raise_for_status()
            service.sandbox.incoming(STRANGER, OWN, text.replace("PATH", str(marks / f"sms-{name}")))
        mentioned = tmp_path / "mentioned"
        until(lambda: mentioned.exists() and len(mentioned.read_text().splitlines()) == 3 * len(ATTACKS), "all texts")
        output = rulebook.output
    executed = {way: {path.name for path in marks.glob(f"{way}-*")} for way in WAYS}
    print("\n".join(f"{way}: {len(ATTACKS)} texts, {len(names)} executed {sorted(names)}" for way, names in executed.items()))
    assert executed["naive"] == {f"naive-{name}" for name in EXECUTED_WITHOUT}, output
    assert executed["harmless"] == executed["sms"] == set()
