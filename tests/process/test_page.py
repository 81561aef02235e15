# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages and questions by their role and by name, answered while they wait, killed and run again."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.alerts import page_variables
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, OWN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import LONGEST, Controller
from ansible_collections.voip_communications.sms.tests.support.step import Job
from ansible_collections.voip_communications.sms.tests.support.waiting import until

CARL, BOSS = "+12812345670", "+12812345671"
CONTACTS = [
    {"name": "anna", "number": ANNA},
    {"name": "ben", "number": BEN, "groups": ["ops"]},
    {"name": "carl", "number": CARL, "groups": ["ops"]},
]
HOSTILE = "{{ lookup('pipe', 'touch owned') }} {% raw %}"


def alert(**changed: Any) -> dict[str, Any]:
    """Return the variables of a page."""
    usual = {
        "page_name": "db1-disk-full",
        "page_levels": [{"to": "anna", "wait": "2s"}, {"to": "@ops", "wait": "2s"}],
        "page_fallback": {"to": BOSS, "wait": "20s"},
        "page_contacts": CONTACTS,
    }
    return page_variables(**{**usual, **changed})


def test_the_role_goes_from_level_to_level(controller: Controller, service: CountedSandbox, phones: Phones) -> None:
    """Two rounds and the fallback, whose comment looks like a template; a page again, and one that nobody takes."""
    phones.will(lambda: phones.answer(BOSS, "mine", HOSTILE))

    def page(**changed: Any) -> dict[str, Any]:
        role = {"ansible.builtin.include_role": {"name": "voip_communications.sms.page"}, "vars": alert(**changed)}
        return {"name": "Page", "block": [role], "rescue": [{"ansible.builtin.meta": "noop"}]}

    show = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ page_result }}"}}
    text = {"name": "Text", "ansible.builtin.debug": {"msg": "{{ page_result.msg }}"}}
    # By its name in module_defaults.
    alone = page(
        page_name="nobody",
        page_levels=["anna"],
        page_wait="1s",
        page_fallback=[],
        page_outcome_text="",
        page_contacts=[],
    )
    defaults = {**controller.options, "contacts": CONTACTS}
    run = controller.play(
        page(page_repeat=1), show, page(page_repeat=1), show, alone, show, text,
        inventory="web1\nweb2\n",
        keywords={"module_defaults": {"group/voip_communications.sms.voipsms": defaults}},
    )  # fmt: skip
    sends = [send["form"] for send in service.expect(len(service.sandbox.sends()))]
    paged = [form["to"] for form in sends if form["msg"].startswith("The disk of db1 is full. Reply")]
    # On a slow machine, the time of a level may be over before it began. The last one is the page that nobody takes.
    assert (paged[0], paged[-2], paged[-1]) == (ANNA[1:], BOSS[1:], ANNA[1:])
    assert max(paged[:-1].count(number[1:]) for number in (ANNA, BEN, CARL)) <= 2
    (told,) = (form for form in sends if form["msg"] == f"Taken over: {BOSS}")
    assert set(told["to"].split(",")) == {*paged}
    shown = [record for record in run.records if record.task == "Show"]
    assert sorted(record.host for record in shown) == ["web1"] * 3 + ["web2"] * 3, run.everything
    first, again, silent = (record.result["msg"] for record in shown if record.host == "web2")
    assert (first["outcome"], first["level"], first["answered_by"]) == ("accepted", 3, [BOSS])
    assert first["answers"][0]["comment"] == HOSTILE
    assert (again["outcome"], again["changed"], again["requests"]) == ("accepted", False, 0)
    assert (silent["outcome"], silent["failed"]) == ("no_answer", True)
    assert not list(controller.home.rglob("owned"))


def test_the_playbook_page_killed_between_levels(tmp_path: Path, service: CountedSandbox, phones: Phones) -> None:
    """With numbers as the text that a survey gives; the run that goes on says who has it, and pages each level once."""
    job = Job(tmp_path / "job", **service.sandbox.environment)
    variables = alert(page_levels=f"{ANNA}; {BEN}; {CARL}", page_wait="3s", page_fallback="")
    first = job.start(job.command("page", variables))
    phones.codes(BEN)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert json.loads(job.result_file.read_text())["outcome"] == "unfinished"
    phones.will(lambda: phones.answer(CARL, "mine"))
    done = job.playbook("page", variables)
    assert done.outcome == (0, "accepted"), done.output
    assert done.result is not None
    assert (done.result["level"], done.result["answered_by"]) == (3, ["carl"])
    sends = [send["form"] for send in service.expect(4)]
    assert [form["to"] for form in sends[:3]] == [number[1:] for number in (ANNA, BEN, CARL)]
    assert sends[3]["msg"] == "Taken over: carl"
    wrong = job.playbook("page", {**variables, "page_level": 3, "page_msg": ""})
    assert wrong.outcome == (2, "invalid"), wrong.output
    assert "page_level is not known to this playbook" in str(wrong.result)
    assert "page_msg" in str(wrong.result)
    refused = job.playbook("page", {**variables, "page_from": "12"})
    assert refused.outcome == (2, "not_asked"), refused.output


def test_the_playbook_ask_fails_with_a_rejection(tmp_path: Path, service: CountedSandbox, phones: Phones) -> None:
    job = Job(tmp_path / "job", **service.sandbox.environment)
    question = {
        "voipsms_to": f"{ANNA}, {BEN}",
        "voipsms_from": OWN,
        "voipsms_msg": "Deploy?",
        "voipsms_idempotency_key": "0042",
        "voipsms_wait": 60,
        "voipsms_poll": "1s",
    }
    phones.will(lambda: phones.answer(BEN, "reject", "no"))
    done = job.playbook("ask", question)
    service.expect(2)
    assert done.outcome == (2, "rejected"), done.output
    assert done.result is not None
    assert done.result["msg"] == f"answered reject by {BEN}"
    assert f'"msg": "answered reject by {BEN}' in done.output
    missing = job.playbook("ask", {"voipsms_to": ANNA, "voipsms_msg": "Deploy?"})
    assert "missing required arguments: voipsms_from, voipsms_idempotency_key" in str(missing.result)


def test_the_playbook_job_waits_for_an_answer_also_where_the_question_may_stay_open(
    tmp_path: Path, service: CountedSandbox, phones: Phones
) -> None:
    job = Job(tmp_path / "job", **service.sandbox.environment)
    task = {"name": "Do it", "ansible.builtin.debug": {"msg": "it was done"}}
    play = {"name": "Job", "hosts": "all", "gather_facts": False, "tasks": [task]}
    (job.folder / "job.yml").write_text(json.dumps([play]))
    variables = {
        "job_playbook": str(job.folder / "job.yml"),
        "voipsms_to": ANNA,
        "voipsms_from": OWN,
        "voipsms_msg": "Run it?",
        "voipsms_idempotency_key": "run it",
        "voipsms_on_timeout": "pending",
        "voipsms_wait": 0,
    }
    rehearsed = job.playbook("job", variables, "--check")
    service.expect(0)
    assert (rehearsed.rc, "it was done" in rehearsed.output) == (0, True), rehearsed.output
    asked = job.playbook("job", variables)
    service.expect(1)
    assert asked.outcome == (2, "pending"), asked.output
    assert "run the same task again to look for answers; the job was not run" in asked.output
    assert "it was done" not in asked.output
    phones.answer(ANNA, "approve")
    answered = job.playbook("job", variables)
    assert answered.outcome == (0, "accepted"), answered.output
    assert "it was done" in answered.output


@pytest.mark.parametrize("answer", [{"code": 401, "message": "unauthorized"}, [{"status": "?"}, 5], 5], ids=str)
def test_whatever_alertmanager_answers_people_are_paged(
    answer: object, tmp_path: Path, service: CountedSandbox, alertmanager: tuple[str, list[Any]]
) -> None:
    job, (url, silences) = Job(tmp_path / "job", **service.sandbox.environment), alertmanager
    silences.append(answer)
    variables = alert(page_levels=[ANNA], page_wait="1s", page_fallback="", alert_url=url, alert_labels={"a": "b"})
    done = job.playbook("alert", variables)
    service.expect(2)  # the page, and that no one has taken over
    assert done.outcome == (2, "no_answer"), done.output


class Silences(BaseHTTPRequestHandler):
    """The silences of an Alertmanager, as its API has them."""

    known: list[Any]

    def do_GET(self) -> None:
        is_list = all(isinstance(one, dict) and "comment" in one for one in self.known)
        self._answer(self.known if is_list else self.known[0])

    def do_POST(self) -> None:
        silence = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.known.append({**silence, "status": {"state": "active"}})
        self._answer({"silenceID": str(len(self.known))})

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def alertmanager() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the address of an Alertmanager, and its silences."""
    known: list[dict[str, Any]] = []
    handler = type("Own", (Silences,), {"known": known})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", known
        server.shutdown()


def test_an_alert_that_fires_on_when_its_silence_is_over_is_paged_anew(
    tmp_path: Path, service: CountedSandbox, phones: Phones, alertmanager: tuple[str, list[dict[str, Any]]]
) -> None:
    """Not silenced in the name of who had taken over; a run that comes while the silence holds does nothing."""
    job, (url, silences) = Job(tmp_path / "job", **service.sandbox.environment), alertmanager
    labels = {"alertname": "DiskFull"}
    variables = alert(page_name="a+b (c)", page_levels=[ANNA], page_wait="60s", alert_url=url, alert_labels=labels)
    for number in (1, 2):
        process = job.start(job.command("alert", variables))
        until(lambda: len(service.sandbox.sends()) % 2, "the page is sent")
        phones.answer(ANNA, "mine", "on it")
        output, _none = process.communicate(timeout=LONGEST)
        done = job.done(process.returncode, output)
        assert done.outcome == (0, "accepted"), done.output
        repeated = job.playbook("alert", variables)
        assert repeated.outcome == (0, "accepted"), repeated.output
        assert [silence["comment"] for silence in silences] == [
            f"Taken over by SMS: on it (a+b (c) #{one})" for one in range(1, number + 1)
        ]
        pages = [send["form"]["msg"] for send in service.expect(2 * number)[-2:]]
        assert [page.partition(". ")[0] for page in pages] == ["The disk of db1 is full", "Taken over: anna"]
        silences[-1]["status"]["state"] = "expired"
