# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run sanity, unit tests and integration targets over the pairs of ansible-core and Python of tests/matrix.yml.

Usage: matrix.py [--when change|week] [--sanity all|others|none] [--unpinned] [PAIR ...]

A pair is written 2.19-3.11. Without one, all run that are for each change, or with "week" all; those whose Python this
machine lacks are left out.
Each part of a pair (integration targets, unit tests, sanity) has a copy of the tracked files of its own. Three run at
once, those that take longest first, and what each has printed is shown when it has ended. With "others", the pair of
the development environment runs its targets alone, because "make sanity" and "make test" have just run the rest there;
of the others, sanity looks at what is installed, and on the same Python no unit test runs that uses nothing of
ansible-core. Once a week each unit test has a process of its own, as ansible-test wants it.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.voip_communications.sms.tests.tools import dev, interpreters, layout, record, tree, versions
from ansible_collections.voip_communications.sms.tests.tools.ansible_test import AnsibleTest
from ansible_collections.voip_communications.sms.tests.tools.venv import VenvError, ensure, ensure_newest
from ansible_collections.voip_communications.sms.tests.tools.versions import Pair

# One more than most machines of a CI have cores, since a task waits for the sandbox now and then.
AT_ONCE = 3


@dataclass(frozen=True)
class Part:
    """One part of what a pair is for; ``passes`` runs it in a copy of its own and returns whether it passed."""

    pair: AnsibleTest
    kind: str
    passes: Callable[[AnsibleTest], bool]

    @property
    def name(self) -> str:
        """The part as it is printed, such as core2.19-py3.11 sanity."""
        return f"{self.pair.name} {self.kind}"

    def run(self) -> tuple[bool, str]:
        """Return whether it passed, and what was printed, to be shown in one piece."""
        text = io.StringIO()
        print(f"{self.name}: begins", flush=True)
        passed = self.passes(replace(self.pair, tree=self.pair.tree / self.kind / layout.COLLECTION, output=text))
        return passed, text.getvalue()


def prepare(pair: Pair, *, unpinned: bool) -> AnsibleTest | None:
    """Return the pair, whose copies lie below its folder, or None when this machine has no such Python."""
    core, python = pair.core, pair.python
    interpreter = interpreters.find(python)
    if not interpreter:
        print(f"core{core}-py{python}: skipped, no Python {python} that works was found", flush=True)
        return None
    folder = layout.BUILD / "matrix" / f"core{core}-py{python}"
    lock = layout.LOCKS / f"matrix-{core}.txt"
    if unpinned or not lock.exists():
        first = f"{core}.0rc1" if pair.is_prerelease else f"{core}.0"
        ensure_newest(folder / "venv", [f"ansible-core~={first}"], layout.LOCKS / "matrix.in", interpreter)
    else:
        ensure(folder / "venv", lock, interpreter)
    return AnsibleTest(folder / "venv", core, python, folder)


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


def parts(
    pairs: list[AnsibleTest], wanted: str, development: AnsibleTest, *, is_forked: bool = False
) -> Iterator[Part]:
    """Yield what is wanted of the pairs, the newest first; sanity, which is short, fills what is left at the end.

    ``development``: the pair of the development environment. ``is_forked``: whether each unit test has a process.
    """
    newest_first = pairs[::-1]
    tested = [pair for pair in newest_first if wanted != "others" or pair.name != development.name]
    for pair in newest_first:
        names = targets(slow=pair is pairs[-1])
        yield Part(pair, "integration", partial(AnsibleTest.integration, targets=names))
        if pair in tested:
            is_repeated = wanted == "others" and pair.python == development.python
            units = partial(AnsibleTest.units, but=without_ansible() if is_repeated else ())
            yield Part(pair, "units", AnsibleTest.forked_units if is_forked else units)
    wants = tree.what_is_installed if wanted == "others" else tree.everything
    for pair in tested if wanted != "none" else []:
        yield Part(replace(pair, wants=wants), "sanity", AnsibleTest.sanity)


def without_ansible() -> list[str]:
    """Return the folders of unit tests that use nothing of ansible-core: those of every wing but the one on top."""
    folders = (layout.TREE / "tests" / "unit" / "plugins" / "module_utils").glob("_[a-z]*/")
    return sorted(str(folder.relative_to(layout.TREE)) for folder in folders if folder.name != "_task")


def chosen(names: list[str], when: str) -> list[Pair]:
    """Return the pairs that are named, or else those of the time; exit when there is no such pair."""
    pairs = {pair.name: pair for pair in versions.pairs()}
    if strangers := [name for name in names if name not in pairs]:
        sys.exit(f"matrix: not in tests/matrix.yml: {', '.join(strangers)}; it has {', '.join(pairs)}")
    if names:
        return [pair for pair in pairs.values() if pair.name in names]
    return versions.of_changes() if when == "change" else versions.pairs()


def prepare_all(wanted: list[Pair], *, unpinned: bool) -> tuple[list[AnsibleTest], list[str]]:
    """Return the pairs that can run, and what failed on the way: an environment that cannot be made is a failure."""
    pairs: list[AnsibleTest] = []
    failed: list[str] = []
    for wanted_pair in wanted:
        name = f"core{wanted_pair.core}-py{wanted_pair.python}"
        try:
            pair = prepare(wanted_pair, unpinned=unpinned)
        except VenvError as error:
            print(f"{name}: {error}", flush=True)
            failed.append(f"{name} environment")
            record.write(f"environment-{name}", {"environment": False})
        else:
            pairs += [pair] if pair else []
    return pairs, failed


def main() -> int:
    """Run the wanted pairs; return 1 when a part failed, or when there is no pair at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--when", choices=["change", "week"], default="change")
    parser.add_argument("--sanity", choices=["all", "others", "none"], default="all")
    parser.add_argument("--unpinned", action="store_true")
    parser.add_argument("pairs", nargs="*", metavar="PAIR")
    wanted = parser.parse_args()
    pairs, failed = prepare_all(chosen(wanted.pairs, wanted.when), unpinned=wanted.unpinned)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        found = parts(pairs, wanted.sanity, dev.pair(), is_forked=wanted.when == "week")
        running = [(part, pool.submit(part.run)) for part in found]
        for part, future in running:
            passed, text = future.result()
            sys.stdout.write(text)
            failed += [] if passed else [part.name]
    names = ", ".join(pair.name for pair in pairs) or "no pair found"
    print(f"matrix: {names}: {'FAILED: ' + ', '.join(failed) if failed else 'passed'}")
    return 1 if failed or not pairs else 0


if __name__ == "__main__":
    sys.exit(main())
