# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write in the wrong way, as YAML reads it, and what the tasks say: by module and by local action."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.another_user import ANOTHER, shared_folder
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.module_names import AS_MODULE
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.ports import free_port

IGNORED = {"ignore_errors": True}
COLLECTION = "voip_communications.sms."

NOT_TEXTS: list[tuple[dict[str, Any], str]] = [
    ({"msg": False}, "msg: False is not text but a truth value: quote it"),
    ({"msg": 1320}, "msg: 1320 is not text but a number: quote it"),
    ({"msg": 1.1}, "msg: 1.1 is not text but a number: quote it"),
    ({"msg": {"disk": "full"}}, "msg: a dictionary was given where a text belongs"),
    ({"msg": ["disk", "full"]}, "msg: a list was given where a text belongs"),
    ({"msg": date(2026, 10, 1)}, "msg: a date was given where a text belongs: quote it"),
    ({"msg": datetime(2026, 10, 1, 22, 0)}, "msg: a date was given where a text belongs: quote it"),  # noqa: DTZ001 - as YAML reads it
    ({"msg": None}, "the text is empty"),
    ({"msg": "x", "idempotency_key": 1.1}, "idempotency_key: 1.1 is not text but a number: quote it"),
    ({"msg": "x", "default_region": False}, "default_region: False is not text but a truth value: quote it"),
]


@pytest.mark.parametrize("keywords", [{}, AS_MODULE], ids=["local", "module"])
def test_what_yaml_has_changed_is_never_sent(
    keywords: dict[str, Any], controller: Controller, service: CountedSandbox
) -> None:
    tasks = [
        controller.task(keywords={**IGNORED, **keywords, "check_mode": number % 2 == 0}, to=ANNA, **options)
        for number, (options, _sentence) in enumerate(NOT_TEXTS)
    ]
    tasks[7][f"{COLLECTION}voipsms_send"]["msg"] = None
    run = controller.play(*tasks)
    service.expect(0)
    assert [record.kind for record in run.records] == ["failed"] * len(NOT_TEXTS)
    for result, (_options, sentence) in zip(run.results, NOT_TEXTS, strict=True):
        assert sentence in result["msg"]
        assert result["msg"].endswith("nothing was sent")
    assert not controller.ledger.exists()


def test_every_text_of_every_module_is_refused_at_once(controller: Controller, service: CountedSandbox) -> None:
    """With the recipients of the refused task, for its rescue; a secret is not shown."""
    account: dict[str, Any] = {"account_timezone": 5, "ledger_account": True, "ledger_password": 4711}
    paths: dict[str, Any] = {"scheduled_path": 1, "cancel_path": False}
    texts: dict[str, dict[str, Any]] = {
        "send": {**account, "msg": True, "idempotency_key": 7},
        "scheduled": {**account, **paths, "msg": 1.5, "name": 7, "timezone": False, "smsid": 20175590},
        "scheduled_info": {**account, **paths, "msg": {}, "name": [], "timezone": 1, "smsid": ["a", 1.5]},
        "ledger": {**account, "key": 7.0},
        "ledger_info": {**account, "key": False},
        "log_info": {**account, "msg": 22, "since": 20261001, "until": True},
        "account_info": account,
    }
    usual: dict[str, dict[str, Any]] = {
        "send": {"to": ANNA},
        "scheduled": {"to": ANNA, "delivery_date": "2099-01-01 12:00"},
        "ledger": {"to": ANNA, "as": "sent"},
    }
    tasks = [
        {f"{COLLECTION}voipsms_{name}": controller.merged({**usual.get(name, {}), **options}), **IGNORED}
        for name, options in texts.items()
    ]
    run = controller.play(*tasks)
    service.expect(0)
    assert [record.kind for record in run.records] == ["failed"] * len(texts)
    for (name, options), result in zip(texts.items(), run.results, strict=True):
        unnamed = [option for option in options if f"{option}: " not in result["msg"] and options[option] is not None]
        assert unnamed == [], (name, result["msg"])
        assert "4711" not in result["msg"]
        assert "internal error" not in result["msg"]
    assert [each["to"] for each in run.results[0]["results"]] == [ANNA]


def test_numbers_out_of_templates_and_inventories_are_refused(controller: Controller, service: CountedSandbox) -> None:
    run = controller.play(
        controller.task(keywords=IGNORED, to=ANNA, msg="{{ version }}"),
        controller.task(keywords=IGNORED, to=ANNA, msg="{{ 1 + 1 }}"),
        controller.task(keywords=IGNORED, to=ANNA, msg="{{ version | string }}"),
        inventory="localhost version=1.10\n",
        environment={"ANSIBLE_JINJA2_NATIVE": "1"},
    )
    assert service.expect(1)[0]["form"]["msg"] == "1.1"
    assert ["is not text but a number" in result["msg"] for result in run.results] == [True, True, False]
    assert "INI inventory" in run.results[0]["msg"]


TLS = {"api_url": "https://sms.invalid/"}
FAULTS_HERE: list[tuple[dict[str, str], dict[str, Any], str]] = [
    ({"REQUESTS_CA_BUNDLE": "/gone/ca.pem"}, {}, "the environment variable REQUESTS_CA_BUNDLE '/gone/ca.pem' does not"),
    ({"CURL_CA_BUNDLE": "/gone/ca.pem"}, {}, "the environment variable CURL_CA_BUNDLE '/gone/ca.pem' does not exist"),
    ({}, {"ca_path": "/gone/own.pem"}, "ca_path '/gone/own.pem' does not exist"),
    ({"HTTPS_PROXY": "socks5h://ann:canary@127.0.0.1:1"}, {}, "HTTPS_PROXY names a SOCKS proxy, for which the Python"),
    ({"https_proxy": "proxy:3128"}, {}, "https_proxy is not the address of a proxy"),
    ({"ALL_PROXY": "gopher://ann:canary@proxy.example.com"}, {}, "ALL_PROXY is not the address of a proxy"),
    ({"HTTPS_PROXY": "http://ann:canary@proxy.example.com:port"}, {}, "HTTPS_PROXY is not the address of a proxy"),
    ({"HTTPS_PROXY": "http://ann:canary@:3128"}, {}, "HTTPS_PROXY is not the address of a proxy"),
]


def test_a_fault_of_this_machine_is_named_before_anything_is_tried(
    controller: Controller, service: CountedSandbox
) -> None:
    """Without a second try, and in check mode as well; together with the other faults, and without a password."""
    tasks = [
        controller.task(
            keywords={**IGNORED, "environment": variables, "check_mode": number % 2 == 1},
            to=ANNA,
            msg="",
            **TLS,
            **options,
        )
        for number, (variables, options, _sentence) in enumerate(FAULTS_HERE)
    ]
    run = controller.play(*tasks)
    service.expect(0)
    assert [record.kind for record in run.records] == ["failed"] * len(FAULTS_HERE)
    for result, (_variables, _options, sentence) in zip(run.results, FAULTS_HERE, strict=True):
        assert sentence in result["msg"]
        assert "the text is empty" in result["msg"]
        assert (result["outcome"], result["requests"]) == ("not_sent", 0)
    assert "canary" not in "".join(result["msg"] for result in run.results)
    assert " -m pip install PySocks" in run.results[3]["msg"]


def test_what_the_environment_says_wrongly_of_no_proxy_prevents_nothing(
    controller: Controller, service: CountedSandbox
) -> None:
    """Nor does a proxy, or a file of authorities, where the service is on this machine."""
    environment = {"NO_PROXY": "[::1, 10.0.0.0/99, *(", "HTTPS_PROXY": "http://:1", "REQUESTS_CA_BUNDLE": "/gone"}
    controller.environment.update(environment)
    assert controller.send(to=ANNA, msg="Hello")["outcome"] == "sent"
    service.expect(1)


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, and setpriv of util-linux"
)
def test_a_user_without_a_home_and_a_name(service: CountedSandbox) -> None:
    """As in a container with an arbitrary user: the ledger by its default, and paths that begin with a tilde."""
    every = ["setpriv", f"--reuid={ANOTHER}", f"--regid={ANOTHER}", "--clear-groups"]
    rights = ["--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search"]
    paths: dict[str, Any] = {
        "api_password": None,
        "api_password_file": "~/password",
        "ca_path": "~/ca.pem",
        "ledger": "~/sms.db",
    }
    usual: dict[str, Any] = {"to": ANNA, "msg": "Hello"}
    sandbox = {
        "name": "Start a sandbox",
        "ansible.builtin.include_role": {"name": f"{COLLECTION}sandbox"},
        "vars": {"sandbox_port": free_port()},
    }
    with shared_folder() as folder:
        user = Controller(folder / "machine", **service.options)
        for writable in (user.home, folder / "machine" / "tmp"):
            writable.chmod(0o777)
        run = user.play(
            user.task(keywords=IGNORED, **usual),
            user.task(keywords={**IGNORED, **AS_MODULE}, **usual),
            user.task(keywords=IGNORED, **usual, **paths),
            user.task(**usual, ledger="none"),
            {"name": "Try", "block": [sandbox], "rescue": [{"name": "Go on", "ansible.builtin.meta": "noop"}]},
            prefix=["env", "--unset=HOME", *every, *rights],
            environment={"ANSIBLE_HOME": str(user.home / "ansible")},
        )
    service.expect(1)
    by_default, as_module, by_tilde, sent = run.results[:4]
    assert "the home folder of this user is not known, and the sandbox keeps" in run.everything
    assert "set HOME to an absolute path, or set ledger or VOIPSMS_LEDGER" in by_default["msg"]
    assert as_module["msg"] == by_default["msg"]
    for name in ("api_password_file", "ca_path", "ledger"):
        assert f"{name} begins with ~, and that home folder is not known; set HOME" in by_tilde["msg"]
    assert sent["outcome"] == "sent"


MISNAMED: list[tuple[str, dict[str, Any], str]] = [
    ("voipsms_send", {"to": ANNA, "message": "Hello"}, "message is called msg here; nothing was sent"),
    ("voipsms_send", {"to": ANNA, "text": "Hello"}, "text is called msg here; nothing was sent"),
    ("voipsms_send", {"recipients": ANNA, "body": "Hello"}, "body is called msg here, recipients is called to here"),
    (
        "voipsms_send",
        {"number": ANNA, "msg": "Hello", "sender": ANNA},
        "number is called to here, sender is called from",
    ),
    (
        "voipsms_send",
        {"to": ANNA, "msg": "x", "idempotency-key": "k"},
        "idempotency-key is called idempotency_key here",
    ),
    ("voipsms_scheduled", {"phone": ANNA, "msg": "x", "date": "2099-01-01"}, "date is called delivery_date here"),
    ("voipsms_log_info", {"to": ANNA}, "to is called number here; nothing was sent"),
    ("voipsms_ledger", {"to": ANNA, "idempotency_key": "k", "as": "sent"}, "idempotency_key is called key here"),
]


@pytest.mark.parametrize("keywords", [{}, AS_MODULE], ids=["local", "module"])
def test_an_option_by_another_name_is_told_its_own(
    keywords: dict[str, Any], controller: Controller, service: CountedSandbox
) -> None:
    tasks = [
        {
            f"{COLLECTION}{module}": controller.merged(options),
            **IGNORED,
            **keywords,
            "check_mode": number % 2 == 1,
        }
        for number, (module, options, _sentence) in enumerate(MISNAMED)
    ]
    run = controller.play(*tasks)
    service.expect(0)
    for result, (_module, _options, sentence) in zip(run.results, MISNAMED, strict=True):
        assert sentence in result["msg"]
        assert result["msg"].endswith("nothing was sent")


@pytest.mark.parametrize(("status", "is_hinted"), [(404, True), (405, True), (400, False)])
def test_an_address_without_the_call_is_told_to_be_checked(
    status: int, is_hinted: bool, controller: Controller, service: CountedSandbox
) -> None:
    service.sandbox.order(status=status)
    result = controller.send(to=ANNA, msg="Hello")
    service.expect(1)
    assert f"the service refused the request (HTTP {status} " in result["msg"]
    assert ("): check api_url" in result["msg"]) is is_hinted
    assert result["outcome"] == "not_sent"


def test_all_missing_libraries_are_named_at_once(
    tmp_path: Path, controller: Controller, service: CountedSandbox
) -> None:
    """With the command that installs them for the Python that lacks them, and the way to another Python."""
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    for library in ("requests", "phonenumbers", "psycopg"):
        (shadow / f"{library}.py").write_text(f"raise ImportError('No module named {library}')\n", "utf-8")
    shared = {"ledger": "postgresql://db.example.com/sms"}
    run = controller.play(
        controller.task(keywords=IGNORED, to=ANNA, msg="Hello"),
        controller.task(keywords={**IGNORED, **AS_MODULE, "check_mode": True}, to=ANNA, msg="Hello", **shared),
        environment={"PYTHONPATH": str(shadow)},
    )
    service.expect(0)
    usual, shared_one = run.results
    assert f"the Python libraries phonenumbers and requests cannot be imported by {sys.executable} on " in usual["msg"]
    assert f"run {sys.executable} -m pip install 'phonenumbers>=8.12' 'requests>=2.25'" in usual["msg"]
    assert "ansible_playbook_python" in usual["msg"]
    assert usual["msg"].endswith("nothing was sent")
    assert "libraries phonenumbers and psycopg and requests" in shared_one["msg"]
    assert "'psycopg[binary]>=3.1'" in shared_one["msg"]


ORDERS = "\x1b[2J\x1b]0;owned\x07\x9b31m\rall is well\u202e\b"


def test_no_text_of_the_service_commands_a_terminal(controller: Controller, service: CountedSandbox) -> None:
    """In the log, the list, what is said of a recipient and of a request, diffs and warnings, whatever is printed."""
    text = f"{ORDERS}two\nlines\tand a tab"
    logged = {"sms_id": "1", "sms_inout": "IN", "sms_external": ANN, "sms_msg": text, "sms_status": ORDERS}
    pending = {"smsid": "a1", "to": ANN, "from": "", "msg": text, "delivery_date": "2099-01-01 12:00:00"}
    listed = faults.answer_json({"scheduled": [pending], "next": None, "note": ORDERS})
    refused = {"to": ANN, "code": 404, "code_desc": f"no{ORDERS}such", "status": ORDERS}
    scripts = [
        [faults.answer_json({"summary": [logged]}), faults.answer_json({"summary": []})],
        [listed],
        [listed],
        [faults.send_log([refused])],
        [faults.answer_json({"error": True, "error_message": f"no{ORDERS}credit"}, 400)],
    ]
    with ExitStack() as stack:
        urls = [stack.enter_context(FaultServer(script)).url for script in scripts]
        options = [
            ("voipsms_log_info", {}),
            ("voipsms_scheduled_info", {}),
            ("voipsms_scheduled", {"state": "absent", "smsid": "a1"}),
            ("voipsms_send", {"to": ANNA, "msg": "Hello"}),
            ("voipsms_send", {"to": ANNA, "msg": "Hello again"}),
        ]
        tasks = [
            {
                f"{COLLECTION}{module}": controller.merged({**given, "api_url": url}),
                "name": module,
                "check_mode": module == "voipsms_scheduled",
                **IGNORED,
            }
            for url, (module, given) in zip(urls, options, strict=True)
        ]
        shown = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ seen.scheduled | map(attribute='msg') }}"}}
        tasks[1]["register"] = "seen"
        run = controller.play(
            *tasks, shown, arguments=["--diff"], environment={"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
        )
    service.expect(0)
    obeyed = [one for one in run.stdout + run.stderr if not one.isprintable() and one not in "\n\t"]
    assert obeyed == [], run.stdout
    log, pendings, cancelled, sent, broken = run.results[:5]
    expected = "\ufffd[2J\ufffd]0;owned\ufffd\ufffd31m\ufffdall is well\ufffd\ufffdtwo\nlines\tand a tab"
    assert [log["messages"][0]["msg"], pendings["scheduled"][0]["msg"]] == [expected] * 2
    assert cancelled["outcome"] == "would_cancel", cancelled
    assert "such" in sent["results"][0]["code_desc"]
    assert "credit" in broken["msg"]
    assert not any(one in str(run.results) for one in ("\x1b", "\x9b", "\u202e", "\x07"))


def test_an_unreadable_number_is_there_as_it_was_given(controller: Controller, service: CountedSandbox) -> None:
    """So that a rescue finds whom to tell in another way."""
    wrong = ["+1 281 555 abc " + "x" * 60, "caf\u00e9\t1"]
    match = {"name": "Match", "ansible.builtin.debug": {"msg": "{{ people | selectattr('number', 'in', gone) }}"}}
    people = [{"name": "ann", "number": ANNA}, *({"name": f"p{at}", "number": one} for at, one in enumerate(wrong))]
    gone = "{{ sms.results | selectattr('outcome', 'eq', 'refused') | map(attribute='to') }}"
    run = controller.play(
        controller.task(keywords={**IGNORED, "register": "sms"}, to=[ANNA, *wrong], msg="Hello"),
        match,
        controller.task(keywords={**IGNORED, "register": "sms"}, to=[ANNA, *wrong], msg="Hello", fail_on="all"),
        match,
        keywords={"vars": {"people": people, "gone": gone}},
    )
    service.expect(1)
    for result, matched in (run.results[:2], run.results[2:]):
        assert [each["to"] for each in result["results"] if each["outcome"] == "refused"] == wrong
        assert set(wrong) <= set(result["failed_to"])
        assert [person["name"] for person in matched["msg"]] == ["p0", "p1"]
        assert result["msg"].isprintable()
