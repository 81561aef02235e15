# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specs that modules share, and what they take from the environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._task import specs
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_context import list_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options


def test_every_option_has_an_environment_variable_and_specs_are_fresh() -> None:
    for options in (account_options, ledger_options, list_options):
        for name, spec in options().items():
            assert spec["fallback"][1] == [f"VOIPSMS_{name.upper()}"]
        options().clear()
        next(iter(options().values()))["type"] = "broken"
        assert options()
        assert "broken" not in str(options())
    assert account_options()["api_password"]["no_log"] is True
    assert account_options()["api_key"]["no_log"] is True


@pytest.mark.parametrize("spec", [account_options, ledger_options, list_options])
def test_every_option_ignores_an_empty_variable(
    spec: Callable[[], dict[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = spec()
    for name in options:
        monkeypatch.setenv(f"VOIPSMS_{name.upper()}", "")
    validation = ArgumentSpecValidator(options).validate({})
    assert validation.error_messages == []
    assert validation.validated_parameters == {name: each.get("default") for name, each in options.items()}


def test_a_variable_that_is_set_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSMS_API_KEY", "from the environment")
    assert specs.set_in_environment("VOIPSMS_API_KEY") == "from the environment"
