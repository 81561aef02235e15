# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documents show runs: every example has the right syntax, and the README's playbook does what it says."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.voip_communications.sms.tests.support import documents, markdown
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

README = documents.TEXTS["README.md"]


def test_the_syntax_is_right(controller: Controller, tmp_path: Path) -> None:
    """All in one process, which names the first file that has a fault, and so the document and the line."""
    plays = {
        f"{name}:{block.line}:{number}": play
        for name in documents.TEXTS
        for block in documents.blocks(name, "yaml")
        for number, play in enumerate(block.plays())
    }
    paths = [tmp_path / f"{where.replace('/', '_')}.yml" for where in plays]
    for path, play in zip(paths, plays.values(), strict=True):
        path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, **play}]), encoding="utf-8")
    run = controller.play(arguments=["--syntax-check", *map(str, paths)])
    assert (run.rc, run.stderr) == (0, ""), run.everything
    assert [path for path in paths if f"playbook: {path}" not in run.stdout] == []


def test_the_playbook_of_the_readme_sends_once(controller: Controller, service: CountedSandbox) -> None:
    """With nothing set but the three variables that the README names."""
    (play,) = markdown.blocks(README, "yaml")[0].plays()
    names = {line.split("=")[0].removeprefix("export ") for line in markdown.blocks(README, "sh")[0].text.splitlines()}
    environment = service.sandbox.environment
    assert names == set(environment)

    first = controller.play(keywords=play, environment=environment)
    assert service.expect(1)[0]["form"]["to"] == "12812345678,442079460958"
    assert (first.rc, first.results[0]["changed"]) == (0, True), first.everything
    second = controller.play(keywords=play, environment=environment)
    service.expect(1)
    assert (second.rc, second.results[0]["changed"]) == (0, False), second.everything
    for run in (first, second):
        sentence = run.results[1]["msg"].split(" (")[0]
        assert f"`{sentence}`" in README
    assert controller.ledger.exists()
