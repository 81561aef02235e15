# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run sanity, unit tests and integration targets over every pair of ansible-core and Python that this machine has.

Usage: matrix.py [--sanity all|others] [PAIR ...], where a pair is written 2.19-3.11.

Two pairs run at once, the newest first, since it takes longest, and what each has printed is shown when it has ended.
With "others", only the newest runs sanity and the unit tests, because "make sanity" and "make test" have just run them
on the pair of the development environment.
"""

from __future__ import annotations

import argparse
import io
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.voip_communications.sms.tests.tools import interpreters, layout, record
from ansible_collections.voip_communications.sms.tests.tools.ansible_test import AnsibleTest
from ansible_collections.voip_communications.sms.tests.tools.venv import VenvError, ensure

# The newest last. Red Hat's Automation Platform ships 2.16, nobody develops on it: integration only.
PAIRS = [("2.16", "3.11"), ("2.19", "3.11"), ("2.20", "3.12"), ("2.21", "3.13")]
INTEGRATION_ONLY = {"2.16"}
AT_ONCE = 2


def prepare(core: str, python: str) -> AnsibleTest | None:
    """Return the pair, ready to run, or None when this machine has no such Python."""
    interpreter = interpreters.find(python)
    if not interpreter:
        print(f"core{core}-py{python}: skipped, no Python {python} that works was found", flush=True)
        return None
    folder = layout.BUILD / "matrix" / f"core{core}-py{python}"
    ensure(folder / "venv", layout.LOCKS / f"matrix-{core}.txt", interpreter)
    return AnsibleTest(folder / "venv", core, python, folder / layout.COLLECTION)


def targets(*, slow: bool) -> list[str]:
    """Return the names of the integration targets, those with the alias "slow" only when asked for."""
    names = []
    for folder in sorted((layout.TREE / "tests" / "integration" / "targets").glob("*/")):
        aliases = folder / "aliases"
        lines = aliases.read_text(encoding="utf-8").splitlines() if aliases.exists() else []
        words = {line.partition("#")[0].strip() for line in lines}
        if "hidden" not in words and (slow or "slow" not in words):
            names.append(folder.name)
    return names


def run(pair: AnsibleTest, *, sanity: bool, units: bool, newest: bool) -> list[str]:
    """Run what this pair is for, each part even when an earlier one failed; return the parts that failed."""
    failed = []
    if sanity and not pair.sanity():
        failed.append(f"{pair.name} sanity")
    if units and not pair.units():
        failed.append(f"{pair.name} units")
    names = targets(slow=newest)
    if names and not pair.integration(names):
        failed.append(f"{pair.name} integration")
    return failed


def run_quietly(pair: AnsibleTest, wanted: str, *, newest: bool) -> tuple[list[str], str]:
    """Run what is wanted of a pair; return the parts that failed, and what was printed, to be shown in one piece."""
    is_tested = pair.core not in INTEGRATION_ONLY and (wanted != "others" or newest)
    text = io.StringIO()
    print(f"{pair.name}: begins", flush=True)
    failed = run(replace(pair, output=text), sanity=is_tested and wanted != "none", units=is_tested, newest=newest)
    return failed, text.getvalue()


def prepare_all(wanted: list[str]) -> tuple[list[AnsibleTest], list[str]]:
    """Return the pairs that can run, and what failed on the way: an environment that cannot be made is a failure."""
    pairs: list[AnsibleTest] = []
    failed: list[str] = []
    for core, python in PAIRS:
        if wanted and f"{core}-{python}" not in wanted:
            continue
        try:
            pair = prepare(core, python)
        except VenvError as error:
            print(f"core{core}-py{python}: {error}", flush=True)
            failed.append(f"core{core}-py{python} environment")
            record.write(f"environment-core{core}-py{python}", {"environment": False})
        else:
            pairs += [pair] if pair else []
    return pairs, failed


def main() -> int:
    """Run the wanted pairs, all by default; return 1 when a part failed, or when there is no pair at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sanity", choices=["all", "others", "none"], default="all")
    parser.add_argument("pairs", nargs="*", metavar="PAIR")
    wanted = parser.parse_args()
    pairs, failed = prepare_all(wanted.pairs)
    newest_first = pairs[::-1]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for parts, text in pool.map(
            lambda pair: run_quietly(pair, wanted.sanity, newest=pair is pairs[-1]), newest_first
        ):
            sys.stdout.write(text)
            failed += parts
    names = ", ".join(pair.name for pair in pairs) or "no pair found"
    print(f"matrix: {names}: {'FAILED: ' + ', '.join(failed) if failed else 'passed'}")
    return 1 if failed or not pairs else 0


if __name__ == "__main__":
    sys.exit(main())
