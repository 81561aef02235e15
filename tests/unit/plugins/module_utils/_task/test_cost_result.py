# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a report: a limit that is kept, exceeded, or perhaps exceeded; warnings; and what was written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_files import WrittenFile
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_result import blank, result_of
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import answer
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_report
from ansible_collections.voip_communications.sms.tests.support.cost import record, report_of
from ansible_collections.voip_communications.sms.tests.support.runs import raising

WHOLE = report_of([record(sale="0.30"), record(sale="0.20")])
PART = WHOLE._replace(is_complete=False)


def result(report: Any = WHOLE, max_cost: str | None = None, **changes: Any) -> dict[str, Any]:
    limit = Decimal(max_cost) if max_cost else None
    return result_of(report, **{"files": (), "max_cost": limit, "requests": 2, "check_mode": False, **changes})


@pytest.mark.parametrize(
    ("report", "max_cost", "outcome"),
    [
        (WHOLE, None, "reported"),
        (WHOLE, "0.5", "reported"),
        (WHOLE, "0.49", "exceeded"),
        (PART, None, "reported"),
        (PART, "0.5", "not_known"),
        (PART, "0.49", "exceeded"),
    ],
)
def test_a_limit_is_kept_exceeded_or_not_known(report: Any, max_cost: str | None, outcome: str) -> None:
    found = result(report, max_cost)
    assert (found["outcome"], found["failed"]) == (outcome, outcome != "reported")
    assert found["complete"] is report.is_complete


def test_a_result_says_what_it_cost_in_which_time_and_what_was_written() -> None:
    span = "from 2026-12-01 22:00:03 to 2026-12-01 22:00:03"
    summary = f"2 records with a cost of 0.50, {span}"
    assert result()["msg"] == f"{summary}, in the whole log"
    exceeded = f"the cost of 0.50 is more than max_cost, which is 0.49; {summary}, in the whole log"
    assert result(max_cost="0.49")["msg"] == exceeded
    assert result(PART, "1")["msg"].startswith(
        "whether the cost is within max_cost, which is 1.00, is not known, since"
    )
    files = [WrittenFile("/a.csv", True, "", "x"), WrittenFile("/b.csv", False, "x", "x")]
    assert result(files=files)["msg"].endswith("; wrote /a.csv")
    assert result(files=files, check_mode=True)["msg"].endswith("; would write /a.csv")
    assert result(files=files[1:])["msg"].endswith("; no file has changed")
    assert [result(files=files)["changed"], result(files=files[1:])["changed"]] == [True, False]
    assert result(report_of([record(date=None)]))["msg"] == "1 record with a cost of 0.01, in the whole log"


def test_what_the_figures_lack_is_a_warning() -> None:
    assert result()["warnings"] == []
    assert ["the log was not read to its end" in warning for warning in result(PART)["warnings"]] == [True]
    assert result(PART, "1")["warnings"] == []
    unpriced = report_of([record(sale=None), record(sale="0,01"), record()])
    warning = "2 records have no price that can be read, and what they cost is not in the sum"
    assert result(unpriced, "1")["warnings"] == [warning]
    assert result(report_of([record(sale=None)]))["warnings"][0].startswith("1 record has no price")


def test_a_result_has_the_keys_of_a_blank_one() -> None:
    assert blank().keys() == result().keys() - {"failed", "msg", "warnings", "diff"}
    assert blank()["totals"].keys() == result()["totals"].keys()


def test_a_run_that_dies_has_not_sent_anything() -> None:
    spec = voipsms_report.module_spec()._replace(run=raising(RuntimeError("canary")))
    for check_mode in (False, True):
        died = answer(spec, {}, check_mode=check_mode)
        assert (died["outcome"], died["failed"], died["changed"]) == ("failed", True, False)
        assert "nothing was sent" in died["msg"]
        assert "may have been sent" not in died["msg"]
        assert "canary" not in str(died)
