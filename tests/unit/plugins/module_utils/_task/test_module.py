# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of a module: it ends in a result with all its keys, whatever was raised, and shows no secret."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from unittest import mock

import pytest
from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import HIDDEN
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    Faults,
    InputError,
    MissingLibrary,
    VoipsmsError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import (
    ModuleSpec,
    Run,
    answer,
    broken,
    main,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import blank
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_send
from ansible_collections.voip_communications.sms.tests.support.runs import raising, returning

SECRET = "canary-password"


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """Whatever other tests have left, is theirs to be collected, and to be warned of, after ``main`` too."""
    yield
    gc.unfreeze()


@contextmanager
def patch_module_args(args: Mapping[str, Any]) -> Iterator[None]:
    """Give arguments to the next AnsibleModule. ansible-core 2.16 has nothing for tests that does."""
    if find_spec("ansible.module_utils.testing") is None:
        with mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode()):
            yield
        return
    with import_module("ansible.module_utils.testing").patch_module_args(dict(args)):
        yield


def spec_of(run: Run) -> ModuleSpec:
    return ModuleSpec(argument_spec={"word": {"type": "str"}, "api_url": {"type": "str"}}, run=run, blank=blank)


def result_of(run: Run) -> dict[str, Any]:
    return answer(spec_of(run), {"word": SECRET}, check_mode=False)


# --- answer -------------------------------------------------------------------------------------------------------


def test_a_result_has_every_key() -> None:
    found = result_of(returning(changed=True, msg="sent to 1 recipient"))
    assert found == {**blank(), "changed": True, "msg": "sent to 1 recipient"}


@pytest.mark.parametrize("check_mode", [False, True])
def test_options_and_check_mode_reach_the_run(check_mode: bool) -> None:
    found = answer(
        spec_of(lambda params, check: {"seen": (params["word"], check)}), {"word": "x"}, check_mode=check_mode
    )
    assert found["seen"] == ("x", check_mode)


@pytest.mark.parametrize(
    ("error", "msg"),
    [
        (VoipsmsError("the ledger '/x' is not used"), "the ledger '/x' is not used; nothing was sent"),
        (InputError("to is bad", "msg is bad"), "to is bad; msg is bad; nothing was sent"),
        (
            NotSent("the service refused the connection", passing=True),
            "the service refused the connection; nothing was sent",
        ),
    ],
    ids=["any", "input", "not sent"],
)
def test_an_expected_error_is_a_sentence(error: VoipsmsError, msg: str) -> None:
    assert result_of(raising(error)) == {**blank(), "outcome": "not_sent", "failed": True, "msg": msg}


def test_a_missing_library_says_what_to_install() -> None:
    found = result_of(raising(MissingLibrary("requests", "Traceback: no requests")))
    assert (found["failed"], found["changed"], found["exception"]) == (True, False, "Traceback: no requests")
    assert "the Python library requests cannot be imported by " in found["msg"]
    assert found["msg"].endswith("; nothing was sent")
    assert ".;" not in found["msg"]
    assert set(blank()) < set(found)


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), KeyError(SECRET), RecursionError(SECRET), OSError(5, SECRET), MemoryError()], ids=repr
)
def test_a_defect_shows_where_and_no_more(error: Exception) -> None:
    found = result_of(raising(error))
    assert (found["failed"], found["changed"], found["outcome"]) == (True, True, "unknown")
    assert found["msg"].startswith(f"internal error {type(error).__name__} at runs.py:")
    assert "whether a message was sent is not known" in found["msg"]
    assert "exception" not in found
    assert SECRET not in json.dumps(found)
    assert set(blank()) < set(found)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_what_ends_the_process_ends_it(error: BaseException) -> None:
    with pytest.raises(type(error)):
        result_of(raising(error))


# --- main ---------------------------------------------------------------------------------------------------------


def ended(run: Run, capsys: pytest.CaptureFixture[str], **arguments: Any) -> tuple[object, dict[str, Any]]:
    """Run the real module; return the exit status of its process, and what it has printed beside its options."""
    options = {"word": "x", "api_url": f"https://ann:{SECRET}@sms.example/", **arguments}
    with patch_module_args(options), pytest.raises(SystemExit) as caught:
        main(spec_of(run))
    printed = capsys.readouterr().out
    # Below 2.21 it shows the options.
    assert (SECRET in printed, HIDDEN in printed) == (False, "invocation" in printed)
    found: dict[str, Any] = json.loads(printed)
    found.pop("invocation", None)
    return caught.value.code, found


def test_a_success_exits(capsys: pytest.CaptureFixture[str]) -> None:
    found = ended(returning(failed=False, changed=True, msg="sent"), capsys)
    assert found == (0, {**blank(), "changed": True, "msg": "sent"})


def test_a_failure_keeps_its_results(capsys: pytest.CaptureFixture[str]) -> None:
    found = ended(returning(failed=True, msg="refused", results=[{"to": "+1"}]), capsys)
    assert found == (1, {**blank(), "failed": True, "msg": "refused", "results": [{"to": "+1"}]})


def test_an_error_fails(capsys: pytest.CaptureFixture[str]) -> None:
    found = ended(raising(VoipsmsError("no")), capsys)
    assert found == (1, {**blank(), "failed": True, "outcome": "not_sent", "msg": "no; nothing was sent"})


def test_warnings_are_given_as_such(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where they go then depends on what else this process has imported of Ansible."""
    warned: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _self, text: warned.append(text))
    _code, found = ended(returning(warnings=["one", "two"]), capsys)
    assert (warned, "warnings" in found) == (["one", "two"], False)


@pytest.mark.parametrize("wants_diff", [False, True])
def test_a_difference_is_shown_when_asked_for(wants_diff: bool, capsys: pytest.CaptureFixture[str]) -> None:
    _code, found = ended(returning(diff={"before": "", "after": "x"}), capsys, _ansible_diff=wants_diff)
    assert ("diff" in found) is wants_diff


def test_the_log_of_the_system_has_no_refused_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real AnsibleModule writes there what it was called with, before any check of ours."""
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, text, log_args=None: logged.append(f"{text} {log_args}"))
    seen: list[Any] = []

    def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
        seen.append(params["api_url"])
        return {}

    with patch_module_args({"api_url": f"HOST=h PASSWORD={SECRET}"}), pytest.raises(SystemExit):
        main(ModuleSpec({"api_url": {"type": "str"}}, run, blank))
    assert seen == [f"HOST=h PASSWORD={SECRET}"]
    assert HIDDEN in logged[0]
    assert SECRET not in logged[0]


def test_what_ansible_itself_refuses_shows_no_credential_of_a_url(capsys: pytest.CaptureFixture[str]) -> None:
    """The real AnsibleModule, which refuses the options before anything of ours has seen them."""
    options = {"api_url": f"https://ann:{SECRET}@sms.example/", "nonsense": True}
    argument_spec = {"api_url": {"type": "str"}}
    with patch_module_args(options), pytest.raises(SystemExit) as ended:
        main(ModuleSpec(argument_spec, returning(), blank))
    printed = capsys.readouterr()
    assert ended.value.code == 1
    found = json.loads(printed.out)
    assert "Unsupported parameters" in found["msg"]
    assert found["msg"].endswith("; nothing was sent")
    assert (set(blank()) <= set(found), found["outcome"]) == (True, "not_sent")
    assert "sms.example" not in printed.out
    # Below 2.21 it shows the options.
    assert (HIDDEN in printed.out) == ("invocation" in printed.out)
    assert SECRET not in printed.out + printed.err


def test_all_options_that_ansible_refuses_are_named_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    spec = {"msg": {"required": True}, "kind": {"choices": ["a", "b"]}, "many": {"type": "int"}}
    with patch_module_args({"message": "hi", "kind": "c", "many": "few"}), pytest.raises(SystemExit):
        main(ModuleSpec(spec, returning(), blank))
    found = json.loads(capsys.readouterr().out)["msg"]
    assert found.startswith("missing required arguments: msg; argument 'many' is of type ")
    assert "; value of kind must be one of: a, b, got: c; Unsupported parameters for (" in found
    assert found.endswith("; message is called msg here; nothing was sent")


@pytest.mark.parametrize(
    ("run", "code", "msg", "outcome"),
    [
        (returning(failed=False, changed=True, msg="sent", outcome="sent"), 0, "sent", "sent"),
        (raising(VoipsmsError("no")), 1, "no; nothing was sent", "not_sent"),
        (returning(failed=True, changed=True, msg="some have it", outcome="partial"), 1, "some have it", "partial"),
    ],
    ids=["sent", "refused", "partial"],
)
def test_the_real_module_says_what_the_run_says(
    run: Run, code: int, msg: str, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it adds where Ansible refuses options must not be added to anything else."""
    with patch_module_args({"word": "x"}), pytest.raises(SystemExit) as ended:
        main(spec_of(run))
    found = json.loads(capsys.readouterr().out)
    assert (ended.value.code, found["msg"], found["outcome"]) == (code, msg, outcome)


# --- A process that was lost ---------------------------------------------------------------------------------------


def test_a_process_that_was_lost_promises_nothing() -> None:
    found = broken(spec_of(returning()), "it was killed", check_mode=False)
    assert (found["failed"], found["changed"], found["outcome"]) == (True, True, "unknown")
    assert found["msg"].startswith("it was killed; whether a message was sent is not known")
    assert set(blank()) < set(found)


def test_a_process_that_was_lost_in_check_mode_has_sent_nothing() -> None:
    found = broken(spec_of(returning()), "it was killed", check_mode=True)
    assert (found["failed"], found["changed"], found["outcome"]) == (True, False, "not_sent")
    assert "nothing was sent, since this was check mode" in found["msg"]


def test_a_defect_of_what_only_reads_has_changed_nothing() -> None:
    found = answer(ModuleSpec({}, raising(ValueError()), lambda: {"changed": False}), {"word": "x"}, check_mode=False)
    assert (found["failed"], found["changed"], "outcome" in found) == (True, False, False)
    assert "whether it did what it should is not known, nothing was sent" in found["msg"]


# --- What modules have in common with it --------------------------------------------------------------------------


def test_what_a_module_is_missing_is_named_with_nothing_sent() -> None:
    defaults = {name: spec.get("default") for name, spec in voipsms_send.argument_spec().items()}
    params = {**defaults, "to": [12812345678], "msg": SECRET, "api_password": SECRET, "ledger": "/nowhere/ledger"}
    found = answer(ModuleSpec(voipsms_send.argument_spec(), voipsms_send.run, blank), params, check_mode=False)
    assert (found["failed"], found["requests"]) == (True, 0)
    assert "api_key is missing" in found["msg"]
    assert "to: 12812345678 is not text" in found["msg"]
    assert found["msg"].endswith("; nothing was sent")
    assert SECRET not in json.dumps(found)


def test_faults_are_gathered_once_each_and_in_order() -> None:
    faults = Faults()
    faults.raise_if_any()

    def broken() -> None:
        raise InputError("one", "two")

    assert faults.attempt(lambda: 7) == 7
    assert faults.attempt(broken) is None
    assert faults.attempt(raising_error) is None
    faults.add("one", "four")
    with pytest.raises(InputError) as caught:
        faults.raise_if_any()
    assert caught.value.faults == ("one", "two", "three", "four")


def raising_error() -> None:
    raise VoipsmsError("three")
