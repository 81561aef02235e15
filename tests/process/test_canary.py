# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No failing case of any module shows a credential, wherever Ansible writes, and whatever the credential looks like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.canary import (
    KEY,
    PASSWORD,
    assert_absent,
    assert_nothing_kept,
    forms,
)
from ansible_collections.voip_communications.sms.tests.support.desk import FIRST
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTION,
    COLLECTIONS_PATH,
    LONGEST,
    Controller,
    PlaybookRun,
)
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

MODULES: dict[str, dict[str, Any]] = {
    "voipsms_send": {"to": ANNA, "msg": "Hello"},
    "voipsms_scheduled": {"to": ANNA, "msg": "Hello", "delivery_date": FIRST, "account_timezone": "UTC"},
    "voipsms_notify": {"to": ANNA, "msg": "Hello", "event": "failed", "idempotency_key": "k", "required": True},
    "voipsms_scheduled_info": {},
    "voipsms_account_info": {},
    "voipsms_log_info": {},
    "voipsms_report": {},
    "voipsms_ledger": {"key": "k", "to": ANNA, "as": "sent"},
    "voipsms_ledger_info": {},
}
ON_THE_LEDGER = ("voipsms_ledger", "voipsms_ledger_info")
WITHOUT_LEDGER = ("voipsms_account_info", "voipsms_log_info", "voipsms_report")
# Of the events of ansible-runner.
KINDS = {"runner_on_ok": "ok", "runner_on_failed": "failed"}

# What a password may be. None is right, so each of them fails.
ODD = [
    "canary-100%s%(x)d%%",
    "canary-one\r\nX-Canary: two",
    "\u043a\u0430\u043d\u0430\u0440\u0435\u0439\u043a\u0430-\u79d8\u5bc6",
    "q",
]
IN_FILE, IN_ENVIRONMENT, OF_LEDGER = "canary-file:/+ %41'\u00fc", "canary-environment-4712", "canary-ledger:/+ %41"
IN_URL, OF_PROXY, OF_NETRC = "canary-url/+ %41\u00fc", "canary-proxy-4713", "canary-netrc-4714"
IN_WORDS, REFUSED = "canary-words-4715", "canary-refused-4716"
SECRETS = {REFUSED, PASSWORD, *ODD, IN_FILE, IN_ENVIRONMENT, OF_LEDGER, IN_URL, OF_PROXY, OF_NETRC, IN_WORDS}
NETS = {form for secret in SECRETS for form in forms(KEY, secret)}

DATABASE = "postgresql://ann@127.0.0.1:1/sms?sslmode=disable"
LEDGERS: list[dict[str, Any]] = [
    {"ledger": DATABASE, "ledger_password": OF_LEDGER},
    {"ledger": f"postgresql://ann:{quote(IN_URL, safe='')}@127.0.0.1:1/sms"},
    {"ledger": f"postgresql://127.0.0.1:1/sms?user=ann&password={quote(IN_URL, safe='')}", "nonsense": True},
    {"ledger": f"mysql://ann:{IN_WORDS}@127.0.0.1:1/sms"},
    {"ledger": f"host=127.0.0.1 port=1 user=ann password={IN_WORDS}"},
    {"ledger": f"host=127.0.0.1 port=1 user=ann password = '{IN_WORDS}'"},
    {"ledger": f"ann:{IN_WORDS}@127.0.0.1:1/sms"},
]
# Forms in which a password stands where none may be: no pattern would find all of them.
FORMS_OF_LEDGERS = [
    f"HOST=h PASSWORD={REFUSED}",
    f"host=h user=ann pwd={REFUSED}",
    f"host=h Passwd = '{REFUSED}'",
    f"Server=h;User=ann;Password={REFUSED}",
    f"postgresql://h/sms?passwd={REFUSED}",
    f"postgresql://h/sms?{REFUSED}",
    f"postgresql://h/sms?sslmode=require;password={REFUSED}",
    f"postgresql://h/sms;password={REFUSED}",
    f"postgresql://h/sms%3Bpassword%3D{REFUSED}",
    f"postgresql://h/sms:{REFUSED}",
    f"postgresql://h/sms&pwd={REFUSED}",
    f"postgresql://ann;password={REFUSED}@h/sms",
    f"postgresql://h:{REFUSED}/sms",
    f"postgresql://ann:12/{REFUSED}@h/sms",
    f"postgres:ann:{REFUSED}@h/sms",
    f"//ann:{REFUSED}@h/sms",
    f"postgresql://ann%3A{REFUSED}%40h/sms",
    f"postgresql://ann%3A{REFUSED}@h/sms",
    f"postgresql://h/sms?user=ann:{REFUSED}",
    f"/db password={REFUSED}",
    f"/x?Password={REFUSED}",
    f"jdbc:postgresql://h/sms?user=ann&password={REFUSED}",
    REFUSED,
]
FORMS_OF_URLS = [
    f"HOST=h PASSWORD={REFUSED}",
    f"https://sms.invalid/?passwd={REFUSED}",
    f"https://sms.invalid/;password={REFUSED}",
    f"https://sms.invalid/pwd={REFUSED}/",
    f"https://sms.invalid:{REFUSED}/",
    f"https://sms.invalid/:{REFUSED}@h/",
    f"https:ann:{REFUSED}@sms.invalid/",
    f"//ann:{REFUSED}@sms.invalid/",
    f"https://ann%3A{REFUSED}%40sms.invalid/",
    f"https://sms.invalid/%3Fpassword%3D{REFUSED}",
    f"https://sms.invalid/ann:{REFUSED}/",
    f"ann:{REFUSED}@sms.invalid",
    f"http://{REFUSED}.invalid/",
    REFUSED,
]
FORMS_OF_PROXIES = [
    f"http://127.0.0.1:{REFUSED}",
    f"http://ann:{REFUSED}@127.0.0.1:1",
    f"HOST=h PASSWORD={REFUSED}",
    f"http://[{REFUSED}",
    f"socks5://ann:{REFUSED}@127.0.0.1:1",
    f"{REFUSED}://127.0.0.1:1",
    f"http://127.0.0.1:1/?passwd={REFUSED}",
]
ADDRESS = f"https://ann:{quote(IN_URL, safe='')}@sms.invalid/"
# What a playbook has in a file with variables.
VALUES = [PASSWORD, *ODD, ADDRESS, OF_LEDGER, *(each["ledger"] for each in LEDGERS)]
VALUES += [*FORMS_OF_LEDGERS, *FORMS_OF_URLS, f"{REFUSED}-{IN_FILE}"]


@pytest.fixture
def user(tmp_path: Path, guarded: Sandbox) -> Controller:
    """Return a machine whose environment is full of credentials: for the service, for a proxy, and in a .netrc."""
    user = Controller(tmp_path / "controller", api_url=guarded.url)
    user.options["ledger"] = str(user.ledger)
    files = {"password": IN_FILE, "netrc": f"machine 127.0.0.1 login ann password {OF_NETRC}\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    user.options["api_password_file"] = str(tmp_path / "password")
    user.environment |= {
        "VOIPSMS_API_KEY": KEY,
        "VOIPSMS_API_PASSWORD": IN_ENVIRONMENT,
        "NETRC": str(tmp_path / "netrc"),
        "HTTPS_PROXY": f"http://ann:{OF_PROXY}@127.0.0.1:1",
        "PYTHONPATH": f"{COLLECTION / 'tests' / 'support' / 'stops'}{os.pathsep}{COLLECTIONS_PATH}",
        "ANSIBLE_DISPLAY_TRACEBACK": "always",
    }
    return user


def failing(module: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield options that make a module fail, and the point of a defect, or an empty text."""
    yield {"api_url": ADDRESS, "timeout": "never"}, ""
    if module not in ON_THE_LEDGER:
        yield {"api_url": ADDRESS}, ""
        yield {}, ""
        yield {"api_password_file": None}, ""
        yield {"api_url": "https://sms.invalid/", "deadline": 1}, ""
        yield {}, "before _api.client.Api.__init__"
    if module not in WITHOUT_LEDGER:
        yield from ((ledger, "") for ledger in (LEDGERS if module in ON_THE_LEDGER else LEDGERS[:1] + LEDGERS[4:5]))
        yield LEDGERS[0], "before _ledger.postgresql.PostgresqlLedger.__init__"


def cases(module: str) -> list[tuple[str, dict[str, Any], str]]:
    """Return one case that succeeds, every failing case of a module, and for one module every odd password."""
    right = {"api_password_file": None, "api_password": PASSWORD}
    odd: list[dict[str, Any]] = [{"api_password_file": None, "api_password": password} for password in ODD]
    found = [("voipsms_account_info", right, ""), *((module, options, point) for options, point in failing(module))]
    return found + ([(module, options, "") for options in odd] if module == "voipsms_send" else [])


def tasks(user: Controller, found: list[tuple[str, dict[str, Any], str]]) -> list[dict[str, Any]]:
    """Return the tasks of these cases."""
    return [task(user, module, options, point) for module, options, point in found]


def task(user: Controller, module: str, options: Mapping[str, Any], point: str) -> dict[str, Any]:
    """Return a task whose secrets come from variables, as they should: Ansible itself shows lines of a playbook."""
    names = {value: f"{{{{ secrets[{number}] }}}}" for number, value in enumerate(VALUES)}
    merged = user.merged({**MODULES[module], **{name: names.get(value, value) for name, value in options.items()}})
    case = {"name": f"Case {module}", f"voip_communications.sms.{module}": merged, "ignore_errors": True}
    return {**case, "environment": {"STOP_AT": point, "STOP_BY": "ValueError"}} if point else case


def assert_failed_as_meant(wanted: list[dict[str, Any]], kinds: list[str], messages: list[str]) -> None:
    """Check that the first succeeds, so the sandbox runs, and that all others fail, by their defect if there is one."""
    assert kinds == ["ok"] + ["failed"] * (len(wanted) - 1), list(zip(kinds, messages, strict=True))
    for case, msg in zip(wanted, messages, strict=True):
        assert ("internal error ValueError at" in msg) == ("environment" in case), (case, msg)


def assert_nothing_shows(user: Controller, run: PlaybookRun, written: Path) -> None:
    assert {path.name for path in written.iterdir()} == {"log", "junit", "tree"}
    assert_absent(run.everything, NETS)
    for folder in (written, user.home, user.home.with_name("tmp")):
        assert_nothing_kept(folder, NETS)


def variables(beside: Path) -> Path:
    """Write the file with the secrets, and return its path."""
    file = beside.with_name("secrets.yml")
    file.write_text(yaml.safe_dump({"secrets": VALUES}, allow_unicode=True), encoding="utf-8")
    return file


def play(user: Controller, wanted: list[dict[str, Any]], result_format: str, written: Path) -> PlaybookRun:
    """Run with every output that Ansible has: log, JUnit, and a file for each host."""
    written.mkdir()
    callbacks = {
        "ANSIBLE_CALLBACK_RESULT_FORMAT": result_format,
        "ANSIBLE_CALLBACKS_ENABLED": "task_records,ansible.builtin.junit,ansible.builtin.tree",
        "ANSIBLE_LOG_PATH": str(written / "log"),
        "JUNIT_OUTPUT_DIR": str(written / "junit"),
        "ANSIBLE_CALLBACK_TREE_DIR": str(written / "tree"),
    }
    run = user.play(*wanted, arguments=["-vvvv", "--diff", "-e", f"@{variables(written)}"], environment=callbacks)
    assert_failed_as_meant(wanted, [each.kind for each in run.records], [each.result["msg"] for each in run.records])
    return run


@pytest.mark.parametrize("module", MODULES)
def test_no_failing_case_shows_a_credential(module: str, user: Controller, tmp_path: Path) -> None:
    """At -vvvv, as JSON, in the log, in JUnit's file, in a file per host, in the records of a callback."""
    run = play(user, tasks(user, cases(module)), "json", tmp_path / "written")
    assert_nothing_shows(user, run, tmp_path / "written")


def refused_forms() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every form in which an option may hold a password that it must not hold."""
    for number, ledger in enumerate(FORMS_OF_LEDGERS):
        yield (
            ("voipsms_send", "voipsms_ledger", "voipsms_ledger_info", "voipsms_scheduled")[number % 4],
            {"ledger": ledger},
        )
        yield "voipsms_ledger_info", {"ledger": ledger, "max_rows": "many"}
    for number, url in enumerate(FORMS_OF_URLS):
        yield ("voipsms_send", "voipsms_account_info", "voipsms_log_info")[number % 3], {"api_url": url}
        yield "voipsms_send", {"api_url": url, "timeout": "never"}
    yield "voipsms_account_info", {"ledger": FORMS_OF_LEDGERS[0]}
    yield "voipsms_account_info", {"api_pasword": REFUSED}
    yield "voipsms_account_info", {"api_password_file": REFUSED}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("front", ["controller", "module"])
def test_no_refused_address_shows_a_password(front: str, user: Controller, tmp_path: Path) -> None:
    """Whatever the form of the password, and whether the task or the defaults of its module give it."""
    user.environment["VOIPSMS_FRONT"] = front
    # A process for each task takes its time, and what hides an option is the same code.
    forms_here = list(refused_forms())[:: 1 if front == "controller" else 5]
    wanted = tasks(user, [cases("voipsms_send")[0], *((module, options, "") for module, options in forms_here)])
    for number, case in enumerate(wanted[1:]):
        if number % 3 == 0:
            module = next(name for name in case if "." in name)
            case["module_defaults"] = {module: case[module]}
            case[module] = {}
    run = play(user, wanted, "json", tmp_path / "written")
    assert_nothing_shows(user, run, tmp_path / "written")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("VOIPSMS_LEDGER", value) for value in (FORMS_OF_LEDGERS[0], FORMS_OF_LEDGERS[7])),
        *(("VOIPSMS_API_URL", value) for value in (FORMS_OF_URLS[0], FORMS_OF_URLS[4])),
        *(("HTTPS_PROXY", value) for value in FORMS_OF_PROXIES),
    ],
)
def test_no_refused_address_of_the_environment_shows_a_password(
    name: str, value: str, user: Controller, tmp_path: Path
) -> None:
    """As a local action, as a module, and in the warnings of the callback ``watch``."""
    written, environment = tmp_path / "written", {name: value, "VOIPSMS_WATCH_RECIPIENTS": ANNA}
    written.mkdir()
    if name == "HTTPS_PROXY":
        user.options["api_url"] = environment["VOIPSMS_API_URL"] = "https://sms.invalid/"
    else:
        del user.options[name.removeprefix("VOIPSMS_").lower()]
    user.environment["VOIPSMS_FRONT"] = "controller"
    case = task(user, "voipsms_send", {"deadline": 2}, "")
    run = user.play(
        case,
        case | {"environment": {"VOIPSMS_FRONT": "module"}, "ignore_errors": False},
        arguments=["-vvvv", "-e", f"@{variables(written)}"],
        environment={
            **environment,
            "VOIPSMS_WATCH_DEADLINE": "2",
            "ANSIBLE_CALLBACKS_ENABLED": "task_records,voip_communications.sms.watch",
        },
    )
    assert [each.kind for each in run.records] == ["failed", "failed"], run.everything
    assert run.stdout.count("runs as an ordinary module: ") == 1, run.everything
    assert "voip_communications.sms.watch: " in run.everything
    assert_absent(run.everything, NETS)
    assert_nothing_kept(user.home, NETS)


def one_of_each() -> list[tuple[str, dict[str, Any], str]]:
    """Return one case that succeeds, and the last failing one of each module: a defect, with a password in its text."""
    return [cases("voipsms_send")[0], *((module, *list(failing(module))[-1]) for module in MODULES)]


def test_no_defect_shows_a_credential_as_yaml(user: Controller, tmp_path: Path) -> None:
    run = play(user, tasks(user, one_of_each()), "yaml", tmp_path / "written")
    assert_nothing_shows(user, run, tmp_path / "written")


@pytest.mark.timeout(240)
def test_no_event_of_ansible_runner_shows_a_credential(user: Controller, tmp_path: Path) -> None:
    """What AWX keeps of a job: an event for each result, and what was printed."""
    wanted = tasks(user, one_of_each())
    folder = tmp_path / "job"
    play = {"name": "Test", "hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": wanted}
    play["vars"] = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    texts = {
        "project/play.yml": yaml.safe_dump([play], allow_unicode=True),
        "inventory/hosts": "localhost\n",
        "env/cmdline": f"-vvvv --diff -e @{variables(folder)}\n",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    runner = [str(Path(sys.executable).with_name("ansible-runner")), "run", str(folder), "-p", "play.yml", "-i", "one"]
    environment = {**user._environment(), "ANSIBLE_HOME": str(user.home / ".ansible")}
    del environment["ANSIBLE_CALLBACKS_ENABLED"]
    done = subprocess.run(runner, env=environment, capture_output=True, text=True, timeout=LONGEST * 2, check=False)
    artifacts = folder / "artifacts" / "one"
    events = [json.loads(path.read_text(encoding="utf-8")) for path in (artifacts / "job_events").iterdir()]
    ended = [each for each in sorted(events, key=lambda each: each["counter"]) if each["event"] in KINDS]
    results = [each["event_data"]["res"] for each in ended]
    assert_failed_as_meant(wanted, [KINDS[each["event"]] for each in ended], [each["msg"] for each in results])
    assert_absent(done.stdout + done.stderr, NETS)
    # The environment that it was started with: kept by ansible-runner itself, whatever a module does.
    (artifacts / "command").unlink()
    for kept in (artifacts, user.home, user.home.with_name("tmp")):
        assert_nothing_kept(kept, NETS)
