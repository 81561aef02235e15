# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No option of any module turns into text what YAML has read as something else."""

from __future__ import annotations

import re
from datetime import date
from importlib import import_module
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_input import (
    ANNOUNCE,
    BEFORE,
    END,
    START,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_texts import MOVED, OFF
from ansible_collections.voip_communications.sms.plugins.module_utils._task.values import date_faults, with_texts
from ansible_collections.voip_communications.sms.plugins.module_utils._task.window_options import read_window_options
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import faults_of, options_of

MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("*.py"))
PLUGINS = "ansible_collections.voip_communications.sms.plugins.modules"
# These have readers of their own, which refuse numbers, truth values and the like.
READ_ELSEWHERE = {"to", "from", "number", "delivery_date", "contacts", "subject", "known_events"}
WINDOW = {
    "start",
    "end",
    "services",
    "reminders",
    *(f"{kind}_text" for kind in (BEFORE, START, END, ANNOUNCE, OFF, MOVED)),
}
READ_ELSEWHERE |= {"steps", "fallback", "choices", "wait", "poll", "open_for"}
READ_ELSEWHERE |= {"limit", "account_limit", "critical_limit", "question_limit"}
# Whatever Ansible makes of something else is no address.
ADDRESS = {"api_url"}


@pytest.fixture(params=MODULES)
def spec(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Return the argument spec of a module."""
    found: dict[str, dict[str, Any]] = import_module(f"{PLUGINS}.{request.param}").argument_spec()
    return found


def test_ansible_makes_no_text_of_anything(spec: dict[str, dict[str, Any]]) -> None:
    texts = {name for name, option in spec.items() if option["type"] == "str" and "choices" not in option}
    assert texts <= ADDRESS
    lists = {name for name, option in spec.items() if option.get("elements") == "str" and "choices" not in option}
    assert lists == set()


@pytest.mark.parametrize("value", [False, 1320, 1.1, {"a": 1}, [1]])
def test_every_text_is_refused_by_name_and_replaced(spec: dict[str, dict[str, Any]], value: object) -> None:
    names = {name for name, option in spec.items() if option["type"] == "raw"} - READ_ELSEWHERE - WINDOW
    faults = Faults()
    checked = with_texts(dict.fromkeys(names, value), faults)
    assert {fault.partition(":")[0] for fault in faults_of(faults)} == names
    assert [name for name in names if not isinstance(checked[name], (str, list, type(None)))] == []


@pytest.mark.parametrize("name", sorted(WINDOW | {"name", "timezone", "text"}))
@pytest.mark.parametrize("value", [False, 1320, 1.1, {"a": 1}, [1]])
def test_every_text_of_a_window_is_refused_by_name(name: str, value: object) -> None:
    found = import_module(f"{PLUGINS}.voipsms_window").argument_spec()
    window = {"name": "w", "start": "2098-12-01 22:00", "end": "+90m", "timezone": "UTC", "to": [ANNA]}
    options = options_of(found, **window, account_timezone="UTC", ledger="/nowhere")
    assert read_window_options(options)
    faults = sentences_of(read_window_options, {**options, name: value})
    assert [re.split(r"[: ]", fault)[0] for fault in faults] == [name.replace("reminders", "reminder")]


def test_what_is_text_or_not_there_stays() -> None:
    faults = Faults()
    given = {"msg": "off", "name": None, "smsid": ["a", "b"], "timeout": 5, "key": ""}
    assert with_texts(given, faults) == given
    assert with_texts({"smsid": "a, b"}, faults) == {"smsid": ["a", "b"]}
    assert faults_of(faults) == []


def test_a_date_is_refused_where_it_is_no_date_that_is_meant() -> None:
    day = date(2026, 10, 1)
    faults = date_faults({"msg": day, "since": day, "delivery_date": day, "name": "2026-10-01", "start": day})
    assert [fault.partition(":")[0] for fault in faults] == ["msg"]
    faults = date_faults({"services": ["mail", day], "reminders": [{"text": day}], "off_text": day, "text": day})
    assert {fault.partition(":")[0] for fault in faults} == {"services", "reminders", "off_text", "text"}


@pytest.mark.parametrize("nested", [["shop", date(2026, 11, 28)], {"version": date(2026, 11, 28)}])
def test_a_date_is_refused_in_a_list_of_texts_too(nested: object) -> None:
    """A module would get the text 2026-11-28, which need not be what was written."""
    (fault,) = date_faults({"subject": nested, "to": nested})
    assert fault.startswith("subject: a date was given where a text belongs")
