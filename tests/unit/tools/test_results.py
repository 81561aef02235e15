# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ran is counted, and nothing that failed is counted as passed."""

from __future__ import annotations

from collections.abc import Iterable
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


WITHOUT_PROGRAM = """\
Running sanity test "pep8"
Running sanity test "shellcheck"
WARNING: Required program "shellcheck" not found.
Running sanity test "yamllint"
WARNING: Reviewing previous 1 warning(s):
WARNING: Required program "shellcheck" not found.
"""


class WithoutProgram(ansible_test.AnsibleTest):
    """A pair whose ansible-test misses a program."""

    def _provide_pip(self) -> None:
        pass

    def _hand_on_pip_settings(self) -> None:
        pass

    def _run(self, *_arguments: str, paths: Iterable[Path] = ()) -> tuple[int, str]:
        return 0, WITHOUT_PROGRAM


def test_a_sanity_test_whose_program_is_missing_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ansible-test itself ends with success, and only warns."""
    monkeypatch.setattr(layout, "RESULTS", tmp_path)
    assert not WithoutProgram(tmp_path, "2.19", "3.11", tmp_path).sanity()
    (failure,) = count.failures(tmp_path)
    assert failure.splitlines()[0].endswith("::shellcheck")
    assert count.count(tmp_path) == (2, 1, 0)


def test_every_suite_is_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "RESULTS", tmp_path)
    record.write("lint", {"mypy": True, "ruff": False})
    record.write("sanity", {"pep8": True})
    nested = '<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>'
    (tmp_path / "pytest.xml").write_text(nested, encoding="utf-8")
    assert count.count(tmp_path) == (5, 3, 2)


@pytest.mark.parametrize(
    ("outcomes", "steps", "lines", "code"),
    [
        pytest.param({"a": True}, [], "1 passed, 0 failed\n", 0, id="passed"),
        pytest.param(
            {"a": True, "b": False},
            ["make test"],
            "FAILED, in suite.xml: suite::b\n    see the output\n1 passed, 1 failed\n",
            1,
            id="failed",
        ),
        pytest.param({"a": True}, ["make test"], "1 passed, 1 failed\n", 1, id="broke before it counted"),
        pytest.param({}, [], "0 passed, 0 failed\n", 1, id="ran nothing"),
    ],
)
def test_the_closing_lines_name_every_step_that_failed(
    outcomes: dict[str, bool],
    steps: list[str],
    lines: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(layout, "RESULTS", tmp_path)
    record.write("suite", outcomes)
    monkeypatch.setattr("sys.argv", ["count.py", str(tmp_path), *steps])
    assert (count.main(), capsys.readouterr().out) == (code, lines)


def test_a_failure_is_named_with_the_end_of_what_it_said(tmp_path: Path) -> None:
    said = "\n".join(f"line {number}" for number in range(100))
    cases = f"""
        <testcase classname="tests.one" name="fine"/>
        <testcase classname="tests.one" name="bad[x]"><failure message="short">{said}</failure></testcase>
        <testcase classname="tests.two" name="broken"><error message="no fixture"/></testcase>
        <testcase classname="tests.two" name="left out"><skipped message="no browser"/></testcase>"""
    (tmp_path / "pytest.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")
    bad, broken = count.failures(tmp_path)
    assert bad.splitlines()[:2] == ["FAILED, in pytest.xml: tests.one::bad[x]", f"    line {100 - count.SAID}"]
    assert bad.splitlines()[-1] == "    line 99"
    assert broken == "FAILED, in pytest.xml: tests.two::broken\n    no fixture"


def test_of_many_failures_the_first_are_named_and_the_rest_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layout, "RESULTS", tmp_path)
    record.write("suite", dict.fromkeys([f"test {number}" for number in range(count.NAMED + 3)], False))
    monkeypatch.setattr("sys.argv", ["count.py", str(tmp_path)])
    assert count.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("FAILED") for line in lines) == count.NAMED
    assert lines[-2:] == [f"and 3 more, in {tmp_path}", f"0 passed, {count.NAMED + 3} failed"]


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
