# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""voipsms_report against the sandbox: a log of several pages, both ways of running, files, limits, and the playbook."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support import documents, restructured
from ansible_collections.voip_communications.sms.tests.support.cost import HOSTILE, Page
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.desk import documented, keys
from ansible_collections.voip_communications.sms.tests.support.module_names import REPORT
from ansible_collections.voip_communications.sms.tests.support.people import OURS
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.step import Job

ANNA = "+12812345600"
PEOPLE = [f"+128123456{number:02}" for number in range(24)]
CONTACTS = [{"name": "anna", "number": ANNA}]
GUIDE = documents.guide("cost")
PLAYS = [play for block in restructured.blocks(GUIDE) if block.language == "yaml" for play in block.plays()]


@pytest.fixture
def sent(controller: Controller, service: CountedSandbox) -> CountedSandbox:
    """Return a service that has sent 24 messages and received one, which is three pages of its log."""
    assert controller.send(to=PEOPLE, msg="the text of a message")["outcome"] == "sent"
    service.sandbox.incoming(ANNA.lstrip("+"), OURS, "thanks")
    service.expect(len(service.sandbox.sends()))
    return service


def report(controller: Controller, **options: Any) -> dict[str, Any]:
    return controller.send(**{"module": REPORT, "contacts": CONTACTS, **options})


def all_forms(folder: Path) -> list[str]:
    return [str(folder / f"report{form}") for form in (".html", ".csv", ".json")]


def test_a_log_of_several_pages_is_reported_once(controller: Controller, sent: CountedSandbox, tmp_path: Path) -> None:
    dest = all_forms(tmp_path)
    foreseen = report(controller, dest=dest, check=True, diff=True)
    assert [name for name in os.listdir(tmp_path) if name.startswith("report")] == []
    first = report(controller, dest=dest, diff=True)
    assert keys(first) == documented(REPORT)
    assert (foreseen["changed"], foreseen["diff"]) == (first["changed"], first["diff"]) == (True, first["diff"])
    assert foreseen["msg"] == first["msg"].replace("wrote", "would write")
    assert (first["outcome"], first["complete"], first["currency"], first["zone"]) == ("reported", True, None, None)
    assert (first["totals"]["records"], first["totals"]["out"], first["totals"]["in"]) == (25, 24, 1)
    assert sum(entry["records"] for entry in first["numbers"]) == 25
    assert first["requests"] == 4
    before = [Path(path).read_bytes() for path in dest]
    second = report(controller, dest=dest, diff=True)
    assert (second["changed"], second["files"]) == (False, [{"path": path, "changed": False} for path in dest])
    assert [Path(path).read_bytes() for path in dest] == before
    assert {stat.S_IMODE(Path(path).stat().st_mode) for path in dest} == {0o600}


def test_no_file_holds_a_text_a_whole_number_or_a_credential(
    controller: Controller, sent: CountedSandbox, tmp_path: Path
) -> None:
    dest = all_forms(tmp_path)
    result = report(controller, dest=dest, contacts=[])
    everything = "".join(Path(path).read_text("utf-8") for path in dest) + json.dumps({**result, "invocation": None})
    for secret in ("the text of", "12812345", OURS, sent.sandbox.api_password + '"'):
        assert secret not in everything
    shown = report(controller, dest=dest, show_numbers=True, direction="in")
    assert [(entry["number"], entry["name"], entry["in"]) for entry in shown["numbers"]] == [(ANNA, "anna", 1)]
    assert all(ANNA in Path(path).read_text("utf-8") for path in dest)


def test_what_others_have_written_is_harmless_everywhere(
    controller: Controller, service: CountedSandbox, tmp_path: Path
) -> None:
    summary = [
        {
            "sms_id": str(index),
            "sms_country": text,
            "sms_sale": "0.01",
            "sms_inout": "OUT",
            "sms_status_date": "2026-12-01 22:00:03",
            "sms_type": text,
            "sms_internal": OURS,
            "sms_external": ANNA,
            "sms_msg": text,
            "sms_status": f"{text}\u202e",
        }
        for index, text in enumerate(HOSTILE)
    ]
    service.sandbox.order(path="sms/summary", body={"error": False, "summary": summary})
    dest = all_forms(tmp_path)
    contacts = [{"name": "=anna<script>", "number": ANNA}]
    options = {**controller.options, "dest": dest, "contacts": contacts}
    shown = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ result.types | map(attribute='type') | list }}"}}
    run = controller.play({"name": "Report", REPORT: options, "register": "result"}, shown)
    assert run.rc == 0, run.everything
    assert sorted(run.results[1]["msg"]) == sorted(HOSTILE)
    page = Page(Path(dest[0]).read_text("utf-8"))
    assert {"script", "img", "b"}.isdisjoint({tag for tag, _attributes in page.elements})
    assert "=anna<script>" in page.texts
    cells = [cell for row in csv.reader(Path(dest[1]).read_text("utf-8").splitlines()) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert "\u202e" not in "".join(Path(path).read_text("utf-8") for path in dest)


def test_a_limit_is_a_check(controller: Controller, sent: CountedSandbox, tmp_path: Path) -> None:
    dest = str(tmp_path / "report.html")
    spent = float(report(controller)["totals"]["cost"])
    assert spent > 0.1
    kept = report(controller, max_cost=spent)
    exceeded = report(controller, max_cost=spent - 0.01, dest=dest)
    assert (kept["outcome"], kept.get("failed", False)) == ("reported", False)
    assert (exceeded["outcome"], exceeded["failed"], exceeded["changed"]) == ("exceeded", True, True)
    assert Path(dest).exists()
    part = report(controller, max_cost=1000, max_pages=1, dest=dest)
    assert (part["outcome"], part["failed"], part["complete"]) == ("not_known", True, False)
    assert "The log was not read to its end." in Page(Path(dest).read_text("utf-8")).text
    warned = report(controller, max_pages=1)
    assert (warned["outcome"], warned.get("failed", False)) == ("reported", False)
    assert "the log was not read to its end" in str(warned["warnings"])


def test_nothing_is_asked_where_a_file_cannot_be_written(
    controller: Controller, service: CountedSandbox, tmp_path: Path
) -> None:
    before = len(service.sandbox.requests())
    result = report(controller, dest=[f"{tmp_path}/nowhere/report.html", "report.csv", f"{tmp_path}/report.txt"])
    assert (result["failed"], result["outcome"], result["changed"], result["requests"]) == (True, "failed", False, 0)
    assert keys(result) == documented(REPORT)
    for path in ("nowhere/report.html", "'report.csv'", "report.txt"):
        assert path in result["msg"]
    assert len(service.sandbox.requests()) == before


def test_a_log_that_cannot_be_read_leaves_the_files_alone(
    controller: Controller, service: CountedSandbox, tmp_path: Path
) -> None:
    dest = tmp_path / "report.json"
    dest.write_text("old")
    service.sandbox.order(path="sms/summary", status=404)
    result = report(controller, dest=str(dest), max_cost=5)
    assert (result["outcome"], result["failed"], result["requests"]) == ("failed", True, 1)
    assert "404" in result["msg"]
    assert dest.read_text() == "old"


def test_in_the_controller_and_as_a_module_it_is_the_same(
    controller: Controller, sent: CountedSandbox, tmp_path: Path
) -> None:
    files = {}
    results = {}
    for way in ("controller", "module"):
        folder = tmp_path / f"{way}-files"
        folder.mkdir()
        dest = all_forms(folder)
        options = {**controller.options, "dest": dest, "contacts": CONTACTS, "max_cost": 0.01}
        run = controller.play({"name": "Report", REPORT: options}, environment={"VOIPSMS_FRONT": way})
        results[way] = {**run.only, "files": None, "msg": run.only["msg"].replace(str(folder), "")}
        results[way].pop("invocation", None)
        files[way] = [Path(path).read_bytes() for path in dest]
        assert (run.rc, run.only["outcome"]) == (2, "exceeded"), run.everything
    assert files["controller"] == files["module"]
    assert results["controller"] == results["module"]


def test_the_playbook_writes_a_page_and_fails_where_the_cost_is_too_high(sent: CountedSandbox, tmp_path: Path) -> None:
    job = Job(tmp_path / "job", **sent.sandbox.environment)
    page = job.folder / "report.html"
    wanted = {
        "voipsms_dest": str(page),
        "voipsms_max_cost": "1000",
        "voipsms_contacts": CONTACTS,
        "voipsms_number": ["anna"],
    }
    done = job.playbook("report", wanted)
    assert done.outcome == (0, "reported"), done.output
    assert done.result is not None
    assert (done.result["totals"]["records"], done.result["changed"]) == (2, True)
    assert "anna" in page.read_text("utf-8")
    again = job.playbook("report", {**wanted, "voipsms_max_cost": "0.001"}, "--tags", "x")
    assert again.outcome == (2, "exceeded"), again.output
    wrong = job.playbook("report", {"voipsms_dest": "report.html", "voipsms_max_cost": "much", "voipsms_to": ANNA})
    assert wrong.outcome == (2, "invalid"), wrong.output
    assert wrong.result is not None
    assert "voipsms_max_cost" in wrong.result["msg"]


def test_the_plays_of_the_guide(controller: Controller, sent: CountedSandbox, tmp_path: Path) -> None:
    month, budget = PLAYS
    variables = json.dumps({"folder": str(tmp_path), "first_day": "2001-01-01"})
    run = controller.play(
        *month["tasks"],
        *budget["tasks"],
        keywords={
            "vars": month["vars"],
            "module_defaults": {"group/voip_communications.sms.voipsms": controller.options},
        },
        arguments=["-e", variables],
    )
    assert run.rc == 0, run.everything
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"2026-11.html", "2026-11.csv"}
    assert run.results[1]["msg"].endswith(f" for {run.results[0]['totals']['records']} records")
    assert run.results[2]["outcome"] == "reported"
