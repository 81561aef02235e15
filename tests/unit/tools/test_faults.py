# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of faults says what a run showed, and a fault without a test that passed is found."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.tools import faults

RUN = """<testsuites><testsuite>
<testcase classname="tests.process.test_net" name="test_lost[RST]" />
<testcase classname="tests.process.test_net" name="test_lost[FIN]" />
<testcase classname="tests.process.test_net.TestTls" name="test_broken"><failure /></testcase>
<testcase classname="tests.process.test_net" name="test_owner"><skipped /></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def found(tmp_path: Path) -> faults.Results:
    (tmp_path / "pytest.xml").write_text(RUN, encoding="utf-8")
    return faults.results(tmp_path / "pytest.xml")


@pytest.mark.parametrize(
    ("tests", "result", "wrong"),
    [
        (["test_net::test_lost"], "2 passed", ""),
        (["test_net::test_lost[RST]"], "1 passed", ""),
        (["test_net::test_lost[EOF]"], "0 passed", "no case passed of test_net::test_lost[EOF]"),
        (["test_net::test_lost", "test_net::test_none"], "2 passed", "no case passed of test_net::test_none"),
        (["test_net::test_broken"], "0 passed", "no case passed of test_net::test_broken"),
        (["test_net::test_owner"], "0 passed", "no case passed of test_net::test_owner"),
        ([], "0 passed", "no test"),
    ],
)
def test_a_line_says_what_a_run_showed(tests: list[str], result: str, wrong: str, found: faults.Results) -> None:
    page, complaints = faults.page({"Network": {"the line is cut": tests}}, found)
    assert f"| {result} |" in page
    assert complaints == ([f"the line is cut: {wrong}"] if wrong else [])


def test_every_fault_of_the_list_is_on_the_page() -> None:
    root = Path(faults.__file__).parents[2]
    groups = yaml.safe_load((root / "tests" / "faults.yml").read_text(encoding="utf-8"))
    page = (root / faults.PAGE).read_text(encoding="utf-8")
    listed = [fault for group in groups.values() for fault in group]
    assert len(listed) > 100
    assert [fault for fault in listed if f"| {fault} |" not in page] == []
