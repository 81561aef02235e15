# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the playbooks: blank, typed, omitted, unknown, and what a role reads by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbook_variables import (
    module_options,
    read_variables,
)
from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbooks import PLAYBOOKS, find
from ansible_collections.voip_communications.sms.tests.support.vault import AnsibleVaultEncryptedUnicode

HELLO = {"voipsms_to": "+12812345678", "voipsms_msg": "Hello"}
WINDOW = {
    "maintenance_window_name": "window-4711",
    "maintenance_window_start": "2098-12-01 22:00",
    "maintenance_window_end": "2098-12-01 23:30",
    "maintenance_window_timezone": "Europe/Berlin",
}


def template(name: str, value: Any, *, is_text: bool) -> dict[str, Any]:
    """Fill in two templates; one gives text that early Ansible makes a list of."""
    if value == "{{ nowhere }}":
        raise AnsibleError("'nowhere' is undefined")
    if value == "{{ omit }}":
        return {}
    return {name: ("[404]" if is_text else [404]) if value == "{{ brackets }}" else value}


def read(
    name: str, variables: dict[str, Any], letters: Callable[[], dict[str, Any]] = dict
) -> tuple[dict[str, Any], tuple[str, ...]]:
    faults = Faults()
    values = read_variables(find(name), variables, template, letters, faults)
    return values, faults.sentences


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_facts_of_earlier_plays_and_the_settings_of_watch_are_not_meant(name: str) -> None:
    others = {
        "maintenance_window_result": {},
        "sandbox_result": {},
        "voipsms_watch_to": "x",
        "maintenance_window": {},
        "playbook_result": {},
    }
    assert not any(find(name).is_own(variable) for variable in others if not variable.startswith(name))


@pytest.mark.parametrize("blank", ["", "  ", None, [], [""]])
def test_a_blank_is_not_set(blank: Any) -> None:
    assert read("notify", {**HELLO, "voipsms_from": blank, "voipsms_batch_size": blank}) == (HELLO, ())
    assert read("notify", {**HELLO, "voipsms_to": blank})[1] == ("missing required arguments: voipsms_to",)


def test_a_role_takes_a_blank_for_a_value() -> None:
    (fault,) = read("maintenance", {**WINDOW, "maintenance_window_segments": ""})[1]
    assert "maintenance_window_segments" in fault
    assert read("maintenance", {**WINDOW, "maintenance_window_name": ""})[1] == (
        "missing required arguments: maintenance_window_name",
    )


@pytest.mark.parametrize("value", [4711, 1.1, True, datetime(2098, 12, 1)], ids=str)  # noqa: DTZ001 - as YAML gives it
@pytest.mark.parametrize("variable", ["voipsms_to", "voipsms_msg", "voipsms_idempotency_key", "voipsms_from"])
def test_what_is_no_text_is_refused_by_name(variable: str, value: Any) -> None:
    for given in (value, ["+12812345678", value]):
        (fault,) = read("notify", {**HELLO, variable: given})[1]
        assert fault.startswith(f"{variable}: ")
        assert "quote it" in fault


def test_letters_are_taken_where_a_value_has_lost_them() -> None:
    given = {"voipsms_to": [12815550100], "voipsms_msg": True, "voipsms_batch_size": 10}
    kept = {"voipsms_to": ["+12815550100"], "voipsms_msg": "yes", "voipsms_batch_size": "10"}
    assert read("notify", given, lambda: kept) == (kept, ())


def test_letters_that_a_role_cannot_get_are_a_fault() -> None:
    kept = {"maintenance_window_name": "0042", "maintenance_window_segments": "2"}
    given = {**WINDOW, "maintenance_window_name": 34, "maintenance_window_segments": 2}
    (fault,) = read("maintenance", given, lambda: kept)[1]
    assert fault.startswith("maintenance_window_name: this ansible-core reads the answers of a survey as YAML")


def test_templates_are_filled_in_and_every_fault_is_named() -> None:
    values, faults = read("notify", {**HELLO, "voipsms_msg": "{{ brackets }}", "voipsms_from": "{{ omit }}"})
    assert (values, faults) == ({**HELLO, "voipsms_msg": "[404]"}, ())
    faults = read("notify", {"voipsms_to": "{{ nowhere }}", "voipsms_fail_on": "some", "voipsms_too": "x"})[1]
    assert [fault.split(" ")[0] for fault in faults] == ["voipsms_too", "voipsms_to", "missing", "value"]
    assert faults[1] == "voipsms_to cannot be templated ('nowhere' is undefined)"
    assert faults[2] == "missing required arguments: voipsms_msg"


def test_what_only_the_role_can_fill_in_is_left_to_it() -> None:
    assert read("maintenance", {**WINDOW, "maintenance_window_off_text": "{{ nowhere }}"})[1] == ()


def test_early_ansible_leaves_out_by_a_value_of_its_own() -> None:
    assert read("notify", {**HELLO, "voipsms_from": "__omit__", "omit": "__omit__"}) == (HELLO, ())


def test_an_encrypted_text_is_a_text() -> None:
    values, faults = read("notify", {**HELLO, "voipsms_msg": AnsibleVaultEncryptedUnicode("decrypted")})
    assert (values["voipsms_msg"], faults) == ("decrypted", ())


def test_the_module_gets_its_own_options() -> None:
    values = {"voipsms_name": "4711", "voipsms_result_file": "result.json"}
    assert module_options(find("cancel"), values) == {"name": "4711", "state": "absent"}


def test_the_sandbox_takes_the_contacts_that_all_playbooks_have() -> None:
    people = [{"name": "anna", "number": "+12812345678"}]
    others = [{"name": "ben", "number": "+12812345679"}]
    assert read("sandbox", {"voipsms_contacts": people}) == ({"sandbox_contacts": people}, ())
    both = {"voipsms_contacts": people, "sandbox_contacts": others}
    assert read("sandbox", both) == ({"sandbox_contacts": others}, ())
