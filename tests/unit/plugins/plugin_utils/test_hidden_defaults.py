# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts of module_defaults that an empty option of a role would hide."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.plugin_utils._hidden_defaults import with_contacts

ACTION, GROUP = "voip_communications.sms.voipsms_ask", "group/voip_communications.sms.voipsms"
OWN, OUTER, INNER, SPECIAL = (["own"], ["outer"], ["inner"], ["special"])


def template(value: Any) -> Any:
    return {"contacts": SPECIAL} if value == "{{ defaults }}" else value


@pytest.mark.parametrize(
    ("options", "defaults", "contacts"),
    [
        ({"contacts": OWN}, [{GROUP: {"contacts": OUTER}}], OWN),
        ({}, [{GROUP: {"contacts": OUTER}}], None),
        ({"contacts": []}, [], None),
        ({"contacts": ""}, [{"group/of.another.one": {"contacts": OUTER}}, {GROUP: None}], None),
        ({"contacts": []}, [{GROUP: {"contacts": OUTER}}], OUTER),
        ({"contacts": []}, [{GROUP: {"contacts": OUTER}}, {GROUP: {"contacts": INNER}}], INNER),
        ({"contacts": []}, [{ACTION: "{{ defaults }}"}, {GROUP: {"contacts": INNER}}], SPECIAL),
    ],
)
def test_empty_contacts_give_way(options: dict[str, Any], defaults: list[dict[str, Any]], contacts: Any) -> None:
    found = with_contacts({**options, "msg": "Hi"}, defaults, ACTION, template)
    assert found == {"msg": "Hi", **({} if contacts is None else {"contacts": contacts})}
