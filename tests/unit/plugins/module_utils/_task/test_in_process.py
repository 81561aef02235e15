# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's code in this process: the result of the module, key by key, with every secret masked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._task import in_process
from ansible_collections.voip_communications.sms.plugins.module_utils._task.in_process import respond
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, Run
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import blank
from ansible_collections.voip_communications.sms.tests.support.runs import raising, returning

SECRET = "canary-password"


def responded(run: Run, *, check_mode: bool = False, difference: bool = False, **options: Any) -> dict[str, Any]:
    spec = {"word": {"type": "str"}, "password": {"type": "str", "no_log": True}, "api_url": {"type": "str"}}
    module_spec = ModuleSpec(spec, run, blank)
    text = respond(module_spec, "ns.col.mod", options, check_mode=check_mode, difference=difference, invocation=True)
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_response_has_every_key_and_the_options() -> None:
    found = responded(returning(failed=False, changed=True, msg="sent"), word="x")
    invocation = {"module_args": {"word": "x", "password": None, "api_url": None}}
    assert found == {**blank(), "changed": True, "msg": "sent", "invocation": invocation}


@pytest.mark.parametrize("check_mode", [False, True])
def test_check_mode_reaches_the_run_of_a_response(check_mode: bool) -> None:
    assert responded(lambda _params, check: {"seen": check}, check_mode=check_mode)["seen"] is check_mode


@pytest.mark.parametrize("difference", [False, True])
def test_a_difference_is_responded_when_asked_for(difference: bool) -> None:
    found = responded(returning(diff={"before": "", "after": "x"}), difference=difference)
    assert ("diff" in found) is difference


def test_a_failed_response_keeps_warnings_for_ansible() -> None:
    found = responded(returning(failed=True, msg="refused", warnings=["one"]))
    assert (found["failed"], found["msg"], found["warnings"]) == (True, "refused", ["one"])


def test_options_that_are_refused_do_not_run() -> None:
    found = responded(raising(AssertionError("it ran")), nonsense=SECRET, password=SECRET)
    assert found["failed"] is True
    assert found["msg"].startswith("Unsupported parameters for (ns.col.mod) module: nonsense. Supported parameters")
    assert found["msg"].endswith("; nothing was sent")
    assert (set(blank()) <= set(found), found["outcome"]) == (True, "not_sent")
    assert SECRET not in json.dumps(found)


def test_all_options_that_are_refused_are_named_at_once() -> None:
    spec = {"msg": {"required": True}, "kind": {"choices": ["a", "b"]}, "many": {"type": "int"}}
    module_spec = ModuleSpec(spec, raising(AssertionError("it ran")), blank)
    options = {"message": "hi", "kind": "c", "many": "few"}
    found = json.loads(respond(module_spec, "mod", options, check_mode=False, difference=False, invocation=True))["msg"]
    assert found.startswith("missing required arguments: msg; argument 'many' is of type ")
    assert "; value of kind must be one of: a, b, got: c; Unsupported parameters for (mod) module: message. " in found
    assert found.endswith("; message is called msg here; nothing was sent")


def test_an_option_of_a_wrong_kind_does_not_run() -> None:
    spec = {"many": {"type": "int", "required": True}}
    module_spec = ModuleSpec(spec, raising(AssertionError("it ran")), blank)
    found = [
        json.loads(respond(module_spec, "mod", options, check_mode=False, difference=False, invocation=True))["msg"]
        for options in ({}, {"many": "few"})
    ]
    assert found[0] == "missing required arguments: many; nothing was sent"
    assert "'many' is of type" in found[1]


def test_secrets_are_masked_and_a_refused_address_is_hidden_in_a_response() -> None:
    found = responded(
        lambda params, _check: {"msg": f"said {params['password']}", "on": True},
        password=SECRET,
        api_url="https://ann:canary-url@sms.example/",
    )
    assert SECRET not in json.dumps(found)
    assert "canary-url" not in json.dumps(found)
    assert found["on"] is True


@pytest.mark.parametrize("secret", ['quo"te', "back\\slash", "пароль", "new\nline", "\udce9", "12"], ids=ascii)
@pytest.mark.parametrize("found", ["{}", "before {} after"])
def test_a_secret_is_masked_however_json_writes_it(secret: str, found: str) -> None:
    response = responded(returning(msg="said", results=[{"code_desc": found.format(secret)}]), password=secret)
    assert secret not in response["results"][0]["code_desc"]
    assert response["msg"] == "said"


@pytest.mark.parametrize("secret", ["None", "True", "als"])
def test_a_secret_that_python_calls_something_else_than_json_is_looked_for(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ansible-core 2.16 masks these too, and the module and its local action say the same."""
    monkeypatch.setattr(in_process, "remove_values", lambda _value, secrets: f"without {secrets}")
    found = responded(returning(msg="said", results=[{"code": None, "on": True, "off": False}]), password=secret)
    assert found["results"] == f"without {{'{secret}'}}"


def test_a_truth_value_of_the_options_is_looked_into_and_one_of_the_result_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As AnsibleModule does it; the result differs with each ansible-core."""
    monkeypatch.setattr(in_process, "remove_values", lambda value, _secrets: ["looked into", value])
    spec = {"password": {"type": "str", "no_log": True}, "on": {"type": "bool"}, "off": {}}
    module_spec = ModuleSpec(spec, returning(changed=True, key=None, cost=1), blank)
    options = {"password": "True", "on": True}
    found = json.loads(respond(module_spec, "mod", options, check_mode=False, difference=False, invocation=True))
    assert (found["changed"], found["key"], found["cost"]) == (True, None, ["looked into", 1])
    shown = found["invocation"]["module_args"]
    assert (shown["on"], shown["off"]) == (["looked into", True], ["looked into", None])


def test_a_number_that_holds_a_secret_is_masked() -> None:
    found = responded(returning(cost=0.125, segments=3, on=True), password="125")
    assert (found["cost"], found["segments"], found["on"]) == ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", 3, True)


def test_options_are_joined_to_a_result_that_is_empty() -> None:
    module_spec = ModuleSpec({"to": {}}, returning(warnings=[]), dict)
    found = respond(module_spec, "mod", {"to": "x"}, check_mode=False, difference=False, invocation=True)
    assert json.loads(found) == {"invocation": {"module_args": {"to": "x"}}}


def test_a_truth_value_that_equals_a_secret_is_kept() -> None:
    assert responded(returning(changed=True, created=False), password="True")["changed"] is True


def test_a_missing_library_is_left_to_whoever_asked() -> None:
    with pytest.raises(MissingLibrary):
        responded(raising(MissingLibrary("requests", "Traceback")))


def test_a_defect_is_a_response_without_its_text() -> None:
    found = responded(raising(ValueError(SECRET)), word=SECRET)
    assert found["msg"].startswith("internal error ValueError at runs.py:")
    assert SECRET not in found["msg"]


def test_no_warning_and_no_request_for_the_options_leave_no_key() -> None:
    module_spec = ModuleSpec({"to": {}}, returning(warnings=[]), dict)
    assert respond(module_spec, "mod", {"to": "x"}, check_mode=False, difference=False, invocation=False) == "{}"
    warned = respond(
        ModuleSpec({}, returning(warnings=["beware"]), dict),
        "mod",
        {},
        check_mode=False,
        difference=False,
        invocation=True,
    )
    assert json.loads(warned) == {"warnings": ["beware"], "invocation": {"module_args": {}}}
