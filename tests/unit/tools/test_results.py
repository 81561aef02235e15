# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ran is counted, and nothing that failed is counted as passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.tools import ansible_test, count, layout, record

SANITY = """\
Running sanity test "pep8"
FATAL: The 2 sanity test(s) listed below (out of 24) failed. See error output above for details.
import --python 3.11
pep8
"""
INTEGRATION = """\
FATAL: The 1 integration test(s) listed below (out of 2) failed. See error output above for details:
voipsms_send
"""


@pytest.mark.parametrize(
    ("output", "names"),
    [
        pytest.param(SANITY, ["import --python 3.11", "pep8"], id="sanity"),
        pytest.param(INTEGRATION, ["voipsms_send"], id="integration"),
        pytest.param(
            SANITY + "make: *** [sanity] Error 1\n", ["import --python 3.11", "pep8"], id="more after the list"
        ),
        pytest.param('Running sanity test "pep8"\n', [], id="all passed"),
    ],
)
def test_the_failed_are_read_from_the_closing_list(output: str, names: list[str]) -> None:
    assert ansible_test.listed_below(output) == names


def test_every_suite_is_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "RESULTS", tmp_path)
    record.write("lint", {"mypy": True, "ruff": False})
    record.write("sanity", {"pep8": True})
    nested = '<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>'
    (tmp_path / "pytest.xml").write_text(nested, encoding="utf-8")
    assert count.count(tmp_path) == (5, 3, 2)


@pytest.mark.parametrize(
    ("outcomes", "steps", "line", "code"),
    [
        pytest.param({"a": True}, [], "1 passed, 0 failed\n", 0, id="passed"),
        pytest.param({"a": True, "b": False}, ["make test"], "1 passed, 1 failed\n", 1, id="failed"),
        pytest.param({"a": True}, ["make test"], "1 passed, 1 failed\n", 1, id="broke before it counted"),
        pytest.param({}, [], "0 passed, 0 failed\n", 1, id="ran nothing"),
    ],
)
def test_the_closing_line(
    outcomes: dict[str, bool],
    steps: list[str],
    line: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(layout, "RESULTS", tmp_path)
    record.write("suite", outcomes)
    monkeypatch.setattr("sys.argv", ["count.py", str(tmp_path), *steps])
    assert (count.main(), capsys.readouterr().out) == (code, line)


@pytest.mark.parametrize(
    ("ran", "failed", "code", "passed"),
    [
        pytest.param(["pep8"], set(), 0, True, id="passed"),
        pytest.param(["pep8"], {"pep8"}, 1, False, id="failed"),
        pytest.param(["pep8"], set(), 1, False, id="failed without a name"),
        pytest.param([], set(), 0, False, id="ran nothing"),
    ],
)
def test_a_run_without_a_named_failure_can_fail(
    ran: list[str], failed: set[str], code: int, passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "RESULTS", tmp_path)
    pair = ansible_test.AnsibleTest(tmp_path, "2.19", "3.11", tmp_path)
    assert pair.note("sanity", ran, failed, code) is passed
    assert (count.count(tmp_path)[1] == 0) is passed
