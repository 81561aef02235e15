# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report: their content, the same for the same log, and written only where it has changed."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogFilter
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_files import content_of, write_files
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_options import FORMS
from ansible_collections.voip_communications.sms.tests.support.cost import (
    HOSTILE,
    TEXT,
    hostile_records,
    record,
    report_of,
)
from ansible_collections.voip_communications.sms.tests.support.people import ABROAD, ANN, ANNA, OURS

CONTACTS = [{"name": "=anna", "number": ANNA}]
REPORT = report_of([record(), record(external=ABROAD, sale="0.0410", country="GB")], CONTACTS)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_a_table_has_a_row_for_each_group_and_fact() -> None:
    table = rows(content_of(REPORT, ".csv"))
    assert [(row["by"], row["value"], row["name"], row["records"], row["cost"]) for row in table[:5]] == [
        ("total", "", "", "2", "0.051"),
        ("day", "2026-12-01", "", "2", "0.051"),
        ("number", "'+44********58", "", "1", "0.041"),
        ("number", "'+1********78", "'=anna", "1", "0.01"),
        ("country", "GB", "", "1", "0.041"),
    ]
    assert {row["value"]: row["name"] for row in table if row["by"] == "fact"} == {
        "complete": "yes",
        "currency": "not known",
        "zone": "not known",
        "oldest": "2026-12-01 22:00:03",
        "newest": "2026-12-01 22:00:03",
    }


def test_a_table_says_what_it_lacks() -> None:
    log_filter = LogFilter(frozenset({ANN, ABROAD}), None, "out")
    report = report_of([record()], (), log_filter, is_complete=False, zone="America/Chicago")
    facts = {row["value"]: row["name"] for row in rows(content_of(report, ".csv")) if row["by"] == "fact"}
    assert (facts["complete"], facts["zone"]) == ("no", "America/Chicago (assumed)")
    assert (facts["only direction"], facts["only numbers"]) == ("out", "'+1********78, +44********58")


def test_no_cell_is_a_formula() -> None:
    table = list(csv.reader(content_of(report_of(hostile_records(), CONTACTS), ".csv").splitlines()))
    cells = [cell for row in table for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))] == []
    for text in HOSTILE:
        assert cells.count(text) + cells.count(f"'{text}") == 3, text


def test_json_has_what_the_task_returns() -> None:
    data = json.loads(content_of(REPORT._replace(title="\u05d0"), ".json"))
    assert data == {"title": "\u05d0", "only": {}, **REPORT.shown()}
    assert data["totals"]["cost"] == "0.051"
    assert [(entry["number"], entry["name"]) for entry in data["numbers"]] == [
        ("+44********58", None),
        ("+1********78", "=anna"),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_form_has_a_text_or_a_whole_number_in_it(form: str) -> None:
    content = content_of(REPORT, form)
    assert (TEXT in content, ANN in content, ABROAD in content, OURS in content) == (False,) * 4
    assert (ANN in content_of(REPORT._replace(show_numbers=True), form)) is True


@pytest.mark.parametrize("form", FORMS)
def test_it_is_written_only_where_it_has_changed(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"report{form}"
    (foreseen,) = write_files(REPORT, [str(path)], check_mode=True)
    assert (foreseen.is_changed, path.exists()) == (True, False)
    (first,) = write_files(REPORT, [str(path)], check_mode=False)
    assert (first.difference(), stat.S_IMODE(path.stat().st_mode)) == (foreseen.difference(), 0o600)
    assert (first.before, first.is_changed) == ("", True)
    inode = path.stat().st_ino
    (second,) = write_files(REPORT, [str(path)], check_mode=False)
    assert (second.is_changed, second.before, path.stat().st_ino) == (False, second.after, inode)
    other = report_of([record()])
    (third,) = write_files(other, [str(path)], check_mode=False)
    assert (third.is_changed, third.before, third.before != third.after) == (True, first.after, True)


def test_the_diff_is_bounded_and_harmless(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"\x1b[2J\xff\n")
    records = [record(external=f"1281234{at:04}") for at in range(1000)]
    (file,) = write_files(report_of(records), [str(path)], check_mode=True)
    assert file.before == "\ufffd[2J\ufffd\n"
    assert file.after.count("\n") == 201
    assert file.after.endswith(" more lines\n")


def test_the_diff_of_a_page_is_its_summary(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("<p>something else</p>")
    (file,) = write_files(REPORT, [str(path)], check_mode=True)
    assert file.before == "another page\n"
    span = "from 2026-12-01 22:00:03 to 2026-12-01 22:00:03"
    assert file.after == f"2 records with a cost of 0.051, {span}, in the whole log\n"


def test_the_files_before_one_that_cannot_be_written_are_known(tmp_path: Path) -> None:
    good = str(tmp_path / "report.csv")
    for changed in (True, False):
        with pytest.raises(VoipsmsError) as caught:
            write_files(REPORT, [good, str(tmp_path / "nowhere" / "report.csv")], check_mode=False)
        assert caught.value.known == {"changed": changed, "files": [{"path": good, "changed": changed}]}


def test_what_has_become_a_folder_meanwhile_is_said(tmp_path: Path) -> None:
    (tmp_path / "report.csv").mkdir()
    with pytest.raises(VoipsmsError, match=r"^dest: .*report\.csv' is not a file; the log was read$"):
        write_files(REPORT, [str(tmp_path / "report.csv")], check_mode=False)
    with pytest.raises(VoipsmsError, match="cannot be written"):
        write_files(REPORT, [str(tmp_path / "nowhere" / "report.csv")], check_mode=False)
