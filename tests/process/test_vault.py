# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that Ansible Vault has encrypted within a playbook, wherever a recipient or a text is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import AS_MODULE
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, OWN
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

PASSWORD, OTHER_PASSWORD = "canary-vault-password", "canary-other-password"
TEXT = "Vaulted: 22:00"
SEND, SCHEDULED = "voip_communications.sms.voipsms_send", "voip_communications.sms.voipsms_scheduled"


class Encrypted(str):
    """A text that stands encrypted in the playbook."""

    __slots__ = ()

    @classmethod
    def of(cls, text: str, password: str = PASSWORD) -> Encrypted:
        return cls(VaultLib([]).encrypt(text, VaultSecret(password.encode())).decode())


def represented(dumper: yaml.SafeDumper, value: Encrypted) -> yaml.Node:
    return dumper.represent_scalar("!vault", str(value), style="|")


yaml.SafeDumper.add_representer(Encrypted, represented)


@pytest.fixture
def vault(controller: Controller, tmp_path: Path) -> Controller:
    """Return a machine that has the password of the vault."""
    path = tmp_path / "vault-password"
    path.write_text(PASSWORD, encoding="ascii")
    controller.environment["ANSIBLE_VAULT_PASSWORD_FILE"] = str(path)
    return controller


@pytest.mark.parametrize("native", ["0", "1"], ids=["", "native"])
@pytest.mark.parametrize("keywords", [{}, AS_MODULE], ids=["local", "module"])
def test_they_are_what_they_were_before(
    keywords: dict[str, Any], native: str, vault: Controller, service: CountedSandbox
) -> None:
    number, text, key = Encrypted.of(ANNA), Encrypted.of(TEXT), Encrypted.of("a-key")
    variables = {"number": number, "text": text, "people": [{"name": "anna", "number": number}]}
    sends: list[dict[str, Any]] = [
        {"to": number, "msg": text, "idempotency_key": key},
        {"to": [number], "msg": "{{ text | string }}"},
        {"to": "{{ number | string }}", "msg": "{{ text | string }} {{ 1 + 1 }}"},
        {"to": ["{{ number | string }}"], "msg": "{{ text | string }}", "from": Encrypted.of(OWN)},
        {"to": "anna", "msg": text, "contacts": "{{ people }}", "idempotency_key": "{{ 'b-key' }}"},
        {"to": ANNA, "msg": "{{ [{'text': text}] | voip_communications.sms.fit_segments }}"},
        {"to": ["anna"], "msg": text, "contacts": [{"name": "anna", "number": number}], "default_region": "US"},
    ]
    tasks = [{SEND: vault.merged({"force": True, **options}), **keywords} for options in sends]
    reminder = {"name": Encrypted.of("a-name"), "to": number, "msg": text, "delivery_date": "2098-01-01 12:00"}
    tasks += [{SCHEDULED: vault.merged({**reminder, "state": state}), **keywords} for state in ("present", "absent")]
    run = vault.play(*tasks, keywords={"vars": variables}, environment={"ANSIBLE_JINJA2_NATIVE": native})
    assert [result.get("msg") for result in run.results if result.get("failed")] == []
    forms = [request["form"] for request in service.expect(len(sends) + 1)]
    assert {form["to"] for form in forms} == {ANNA.lstrip("+")}
    assert {form["msg"] for form in forms} == {TEXT, f"{TEXT} 2"}
    assert {form.get("from") for form in forms} == {None, OWN.lstrip("+")}
    assert run.results[-1]["outcome"] == "cancelled"
    assert PASSWORD not in run.stdout + run.stderr


@pytest.mark.parametrize("keywords", [{}, AS_MODULE], ids=["local", "module"])
def test_what_cannot_be_decrypted_is_named_and_nothing_is_sent(
    keywords: dict[str, Any], vault: Controller, service: CountedSandbox
) -> None:
    other = Encrypted.of(ANNA, OTHER_PASSWORD)
    wishes: list[dict[str, Any]] = [
        {"to": other, "msg": "Hello"},
        {"to": ANNA, "msg": other},
        {"to": [ANNA, other], "msg": "Hello"},
        {"to": "{{ other }}", "msg": "Hello"},
        {"to": "anna", "msg": "Hello", "contacts": [{"name": "anna", "number": other}]},
    ]
    tasks = [{SEND: vault.merged(wish), "ignore_errors": True, **keywords} for wish in wishes]
    run = vault.play(*tasks, keywords={"vars": {"other": other}})
    service.expect(0)
    assert [record.kind for record in run.records] == ["failed"] * len(wishes)
    for result in run.results:
        assert "decrypt" in result["msg"].lower()
    assert not [word for word in (PASSWORD, OTHER_PASSWORD, ANNA[1:]) if word in str(run.results[0]) + run.stderr]
    assert not vault.ledger.exists()
