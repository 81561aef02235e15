# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of other programs: harmless, and with a key that repetitions share."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.extensions.eda.plugins.event_filter import harmless
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.foreign_event import key_for

NAMES = ["payload.groupKey", "payload.alerts.*.startsAt"]


def alert(*starts: str, group: str = '{}:{alertname="Disk"}', **more: Any) -> dict[str, Any]:
    return {"payload": {"groupKey": group, "alerts": [{"startsAt": start} for start in starts], **more}}


def test_the_filter_makes_an_event_harmless() -> None:
    event = harmless.main({"payload": {"a": "{{ x }}" * 100}}, longest=5)
    assert event == {"payload": {"a": "(( x"}}


def test_repetitions_share_a_key_and_other_alerts_have_another() -> None:
    first = harmless.main(alert("2026-12-01T10:00:00Z"), key_of=NAMES)["key"]
    repeated = alert("2026-12-01T10:05:00Z", "2026-12-01T10:00:00Z", status="firing", truncatedAlerts=0)
    assert harmless.main(repeated, key_of=",".join(NAMES))["key"] == first
    again = alert("2026-12-01T11:00:00Z")
    others = [key_for(other, NAMES) for other in (again, alert("2026-12-01T10:00:00Z", group="other"), {}, alert())]
    assert len({first, *others}) == 5
    assert len(first) == 24


@pytest.mark.parametrize(
    ("name", "same"), [("a.1.b", "a.01.b"), ("a.7.b", "a.8.b"), ("a.x.b", "c"), ("a.0.c.d", "c"), ("a.*.z", "c")]
)
def test_a_value_that_is_not_there_is_none(name: str, same: str) -> None:
    event = {"a": [{"b": 1}, {"b": {"x": None}}]}
    assert key_for(event, [name]) == key_for(event, [same])


def test_keys_are_made_of_the_values_before_they_are_harmless() -> None:
    assert harmless.main({"a": "{"}, key_of=["a"])["key"] != harmless.main({"a": "("}, key_of=["a"])["key"]
