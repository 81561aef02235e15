# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test in a copy of the tracked files, with one ansible-core on one Python, and record each outcome."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ansible_collections.voip_communications.sms.tests.tools import layout, pip_settings, record, venv
from ansible_collections.voip_communications.sms.tests.tools.tree import everything, refresh

SHIM = Path(__file__).with_name("bootstrap_pip.py")
# Whatever the person at the keyboard has set for Ansible or for the modules must not decide what a test finds.
FOREIGN = re.compile(r"ANSIBLE_|VOIPSMS_|PYTHON|PYTEST_|VIRTUAL_ENV|XDG_")


@dataclass
class AnsibleTest:
    """One ansible-core on one Python: the environment that holds both, and the copy of the tracked files to run in.

    ``output``: where to show what is printed. ``wants``: which of the tracked files are in the copy.
    """

    venv: Path
    core: str
    python: str
    tree: Path
    output: TextIO = sys.stdout
    wants: Callable[[Path], bool] = everything

    @property
    def name(self) -> str:
        """The pair as it is printed, such as core2.19-py3.11."""
        return f"core{self.core}-py{self.python}"

    @property
    def home(self) -> Path:
        """The home of this pair: what ansible-test keeps there, such as a key for SSH, two runs would make at once."""
        return layout.HOME / self.name

    def sanity(self) -> bool:
        """Run every sanity test; return whether all passed."""
        return self._sanity("sanity", ["--python", self.python])

    def sanity_on(self, python: str, interpreter: str) -> bool:
        """Compile and import the plugins on a Python that only managed hosts have; return whether that works."""
        arguments = ["--python", python, "--test", "compile", "--test", "import"]
        return self._sanity(f"sanity-on-py{python}", arguments, Path(interpreter).parent)

    def _sanity(self, kind: str, arguments: list[str], *paths: Path) -> bool:
        """Run sanity tests, with more folders on the PATH when given, and record the outcome of each."""
        self._provide_pip()
        self._hand_on_pip_settings()
        code, output = self._run("sanity", *arguments, paths=paths)
        skipped = re.findall(r'Skipping sanity test "?([\w-]+)', output)
        ran = [
            name for name in re.findall(r'^Running sanity test "([\w-]+)"', output, re.MULTILINE) if name not in skipped
        ]
        # A name may carry options, as in "import --python 3.11".
        failed = {name.split()[0] for name in listed_below(output)} | without_program(output)
        return self.note(kind, ran, failed, code)

    def units(self, *, but: Iterable[str] = ()) -> bool:
        """Run the unit tests by pytest alone, as "make unit" does; return whether all passed.

        Not the searches of the models, which use nothing of ansible-core, nor what lies below the folders ``but``.
        """
        refresh(layout.ROOT, self.tree, self.wants)
        layout.RESULTS.mkdir(parents=True, exist_ok=True)
        report = layout.RESULTS / f"units-{self.name}.xml"
        report.unlink(missing_ok=True)
        ignored = [f"--ignore={folder}" for folder in ("tests/unit/model", *but)]
        code, _output = self._execute(
            ["-m", "pytest", "-q", f"--junitxml={report}", *ignored, "tests/unit"], self._pytest()
        )
        return code == 0 if report.exists() else self.note("units", [], set(), code)

    def forked_units(self) -> bool:
        """Run the unit tests as ansible-test does, each in a process of its own; return whether all passed.

        That takes three times as long, and finds what a test needs of the one before it.
        """
        reports = self.tree / "tests" / "output" / "junit"
        shutil.rmtree(reports, ignore_errors=True)
        code, _output = self._run(
            "units", "--python", self.python, "--num-workers", "1", "--exclude", "tests/unit/model/"
        )
        found = sorted(reports.glob("*.xml"))
        layout.RESULTS.mkdir(parents=True, exist_ok=True)
        for report in found:
            shutil.copyfile(report, layout.RESULTS / f"units-{self.name}-{report.name}")
        return code == 0 if found else self.note("units", [], set(), code)

    def integration(self, targets: list[str]) -> bool:
        """Run integration targets, going on after a failure; return whether all passed."""
        code, output = self._run("integration", "--python", self.python, "--continue-on-error", *targets)
        ran = re.findall(r"^Running ([\w-]+) integration test (?:role|script)", output, re.MULTILINE)
        return self.note("integration", ran, set(listed_below(output)), code)

    def note(self, kind: str, ran: Iterable[str], failed: set[str], code: int) -> bool:
        """Record the outcomes; a run that failed without naming a test, or that ran none, is one failure by itself."""
        outcomes = {name: name not in failed for name in ran} | dict.fromkeys(failed, False)
        if not outcomes or (code and not failed):
            outcomes[f"ansible-test {kind}"] = False
        record.write(f"{kind}-{self.name}", outcomes)
        return all(outcomes.values())

    def _run(self, *arguments: str, paths: Iterable[Path] = ()) -> tuple[int, str]:
        """Run ansible-test, showing what it prints; return its exit code and what it printed."""
        refresh(layout.ROOT, self.tree, self.wants)
        self.output.write(f"{self.name}: ansible-test {' '.join(arguments)}\n")
        return self._execute(
            [str(self.venv / "bin" / "ansible-test"), *arguments, "--color", "no"], self._environment(paths)
        )

    def _execute(self, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
        """Run the Python of the pair in its copy, showing what it prints; return its exit code and what it printed."""
        self.home.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            # Always by this one: the first line of a launcher may be too long for the kernel where the path is.
            [str(self.venv / "bin" / "python"), *arguments],
            cwd=self.tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        lines = []
        with process:
            for line in process.stdout or ():
                lines.append(line)
                self.output.write(line)
                self.output.flush()
        return process.returncode, "".join(lines)

    def _environment(self, paths: Iterable[Path]) -> dict[str, str]:
        """Return the environment: nothing foreign, and a home below the build folder, the user's left alone."""
        kept = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
        path = os.pathsep.join([str(self.venv / "bin"), *map(str, paths), os.environ.get("PATH", os.defpath)])
        return kept | {
            # Told its root, ansible-test does not look for a git repository around it, which ignores this folder.
            "ANSIBLE_TEST_CONTENT_ROOT": str(self.tree),
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "PATH": path,
        }

    def _pytest(self) -> dict[str, str]:
        """Return the environment for pytest, which finds the collection and nothing else."""
        collections = str(self.tree.parents[2])
        return self._environment(()) | {"PYTHONPATH": collections, "ANSIBLE_COLLECTIONS_PATH": collections}

    def _hand_on_pip_settings(self) -> None:
        """Write what the user's files and environment tell pip to the home that ansible-test sees; it keeps neither."""
        settings = configparser.RawConfigParser()
        settings["global"] = {"quiet": "1"} | pip_settings.read(venv.base())
        path = self.home / ".config" / "pip" / "pip.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            settings.write(file)

    def _provide_pip(self) -> None:
        """Put the wheels of pip and what it needs, and a script that installs them, where ansible-test looks first.

        It would download its own otherwise. ansible-core 2.16 also wants setuptools and wheel.
        """
        sources = next(self.venv.glob("lib/python3*/site-packages/ansible_test/_internal/python_requirements.py"))
        wanted = bootstrap_packages(sources.read_text(encoding="utf-8"))
        cache = self.home / ".ansible" / "test" / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        missing = [
            f"{name}=={version}" for name, version in wanted.items() if not list(cache.glob(f"{name}-{version}-*.whl"))
        ]
        if missing:
            download = [
                str(venv.base()),
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
            ]
            subprocess.run([*download, "--only-binary", ":all:", "--dest", str(cache), *missing], check=True)
        shutil.copyfile(SHIM, cache / f"get_pip_{wanted['pip'].replace('.', '_')}.py")


def bootstrap_packages(source: str) -> dict[str, str]:
    """Return the packages, and their versions, that ansible-test installs first into an environment of its own."""
    found = re.search(r"default_packages = dict\((.*?)\)", source, re.DOTALL)
    return dict(re.findall(r"""(\w+)=['"]([\d.]+)['"]""", found[1])) if found else {}


def listed_below(output: str) -> list[str]:
    """Return the names that ansible-test lists at its end, one a line, as those that failed."""
    found = re.search(r"test\(s\) listed below \(out of \d+\) failed[^\n]*\n(.*)", output, re.DOTALL)
    if not found:
        return []
    names: list[str] = []
    for line in found[1].splitlines():
        if not re.fullmatch(r"[\w-]+( --python [\d.]+)?", line.strip()):
            break
        names.append(line.strip())
    return names


def without_program(output: str) -> set[str]:
    """Return the names of the sanity tests that did nothing since a program is missing, which only earns a warning."""
    missing, test = set(), ""
    # At its end ansible-test repeats all warnings.
    for line in output.partition("WARNING: Reviewing previous")[0].splitlines():
        if begun := re.match(r'Running sanity test "?([\w-]+)', line):
            test = begun[1]
        elif test and re.match(r'WARNING: Required program "[^"]+" not found', line):
            missing.add(test)
    return missing
