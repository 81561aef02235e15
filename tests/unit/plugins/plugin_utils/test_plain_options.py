# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a task as a module gets them, and encrypted texts in filters, as ansible-core up to 2.18 has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.voip_communications.sms.plugins.filter.audience import audience
from ansible_collections.voip_communications.sms.plugins.filter.event_key import event_key
from ansible_collections.voip_communications.sms.plugins.filter.fit_segments import fit_segments
from ansible_collections.voip_communications.sms.plugins.filter.name_hosts import name_hosts
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import (
    decrypted,
    option_faults,
    plain_options,
)
from ansible_collections.voip_communications.sms.tests.support.vault import AnsibleVaultEncryptedUnicode

PIPELINE = {"system": "github", "run": "1", "attempt": 1}


ANNA, LOCKED = AnsibleVaultEncryptedUnicode("+12812345678"), AnsibleVaultEncryptedUnicode(None)


def test_what_a_module_gets() -> None:
    options = {"to": (ANNA, "+1"), "when": date(2030, 1, 2), "people": [{"number": ANNA}], "n": 1.5, "no": None}
    assert option_faults(options) == []
    assert plain_options(options) == {
        "to": ["+12812345678", "+1"],
        "when": "2030-01-02",
        "people": [{"number": "+12812345678"}],
        "n": 1.5,
        "no": None,
    }


@pytest.mark.parametrize("value", [..., b"x", 1j, object(), ["x", [...]], {"x": {"y": ...}}])
def test_what_has_lost_its_letters_in_a_template_is_named_and_not_shown(value: object) -> None:
    (fault,) = option_faults({"msg": value, "to": "+12812345678"})
    assert fault == (
        "msg: it is no text, number, list or dictionary: jinja2_native may have made it of a text; add the filter"
        " string to the template"
    )


def test_what_cannot_be_decrypted_is_named_in_one_line() -> None:
    locked = {"to": ["+1", LOCKED], "msg": LOCKED, "from": "+1"}
    sentence = "it cannot be decrypted (Attempting to decrypt but no vault secrets found)"
    assert option_faults(locked) == [f"to: {sentence}", f"msg: {sentence}"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda text: fit_segments([{"text": text}]), "+12812345678"),
        (lambda text: name_hosts([text]), "+12812345678"),
        (lambda text: event_key([text], PIPELINE), event_key(["+12812345678"], PIPELINE)),
        (lambda text: audience([{"number": text}], "failed")["now"], ["+12812345678"]),
    ],
    ids=["fit_segments", "name_hosts", "event_key", "audience"],
)
def test_filters_take_them_for_the_texts_that_they_are(call: Callable[[Any], object], expected: object) -> None:
    assert call(ANNA) == expected
    with pytest.raises(AnsibleError, match="no vault secrets found"):
        call(LOCKED)


def test_everything_else_is_as_it_was() -> None:
    value = {"a": [1, None, True, {"b": "c"}], "d": ...}
    assert decrypted(value) == value
