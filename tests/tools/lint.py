# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every linter, two at a time, even when one fails; print what each has to say in a fixed order.

Usage: lint.py [STEP ...]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.tools import layout, record

# Those that begin with a line for a shell.
SCRIPTS = (".ci/run", "docs/examples/notify.sh")
# The slow ones first: with two at a time the rest fits beside them.
STEPS = {
    "ansible-lint": "ansible-lint --offline --profile production --strict",
    "mypy": "mypy",
    "ruff format": "ruff format --check --output-format concise .",
    "ruff check": "ruff check --output-format concise .",
    "import-linter": "lint-imports --no-cache",
    "yamllint": "yamllint --strict .",
    "antsibull-docs": "antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .",
    "antsibull-changelog": "antsibull-changelog lint",
    "reuse": "reuse lint --lines",
    "shellcheck": f"shellcheck {' '.join(SCRIPTS)}",
    "zizmor": "zizmor --offline --no-progress --quiet .github",
    "actionlint": "actionlint -no-color",
}
# Asks git which files to look at, and the copy is a folder that git ignores.
IN_WORK_TREE = {"reuse", "actionlint"}
# Its package downloads the program from the forge where it is released, which not every machine reaches. The workflow
# installs it, from tests/requirements/actionlint.txt.
MAY_BE_MISSING = {"actionlint"}


def environment() -> dict[str, str]:
    """Return the environment for the linters: they find the collection and keep their caches below the build folder."""
    return os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(layout.BUILD),
        "ANSIBLE_HOME": str(layout.HOME / ".ansible"),
        # One of them writes a log there.
        "HOME": str(layout.HOME),
        # Keeps git from finding the work tree around the copy, which it would take for ignored.
        "GIT_CEILING_DIRECTORIES": str(layout.TREE.parent),
        "MYPYPATH": str(layout.BUILD),
        "MYPY_CACHE_DIR": str(layout.CACHE / "mypy"),
        "NO_COLOR": "1",
        "RUFF_CACHE_DIR": str(layout.CACHE / "ruff"),
        "XDG_CACHE_HOME": str(layout.CACHE),
    }


def program(step: str) -> str:
    """Return the path of the program of a step: beside this Python, or where the PATH has it."""
    name = STEPS[step].split()[0]
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() or step not in MAY_BE_MISSING else shutil.which(name) or ""


def run(step: str) -> tuple[bool, float, str]:
    """Run one step; return whether it passed, the seconds it took, and what it printed."""
    command = [program(step), *STEPS[step].split()[1:]]
    begin = time.monotonic()
    done = subprocess.run(
        command,
        cwd=layout.ROOT if step in IN_WORK_TREE else layout.TREE,
        env=environment() if step not in IN_WORK_TREE else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, time.monotonic() - begin, done.stdout


def main(wanted: list[str]) -> int:
    """Run the wanted steps, all if none is named; return 1 when one failed."""
    steps = [step for step in wanted or STEPS if program(step)]
    for step in set(wanted or STEPS) - set(steps):
        print(f"lint: {step}: skipped, it is not installed; pip install -r tests/requirements/{step}.txt", flush=True)
    outcomes = {}
    with ThreadPoolExecutor(max_workers=2) as pool:
        for step, (passed, seconds, output) in zip(steps, pool.map(run, steps), strict=True):
            outcomes[step] = passed
            print(f"lint: {step}: {'passed' if passed else 'FAILED'} ({seconds:.1f} s)", flush=True)
            if not passed:
                print(output.rstrip(), flush=True)
    record.write("lint", outcomes)
    failed = [step for step, passed in outcomes.items() if not passed]
    print(
        f"lint: {len(outcomes) - len(failed)} passed, {len(failed)} failed" + "".join(f", {step}" for step in failed),
        flush=True,
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
