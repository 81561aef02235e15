# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's guide: every example in it runs, and its tables are those of the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox import magic
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.journal import Fault
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.settings import Settings
from ansible_collections.voip_communications.sms.tests.support import markdown
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

GUIDE = (COLLECTION / "docs" / "sandbox.md").read_text(encoding="utf-8")
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


def examples(language: str, sandbox: Sandbox) -> str:
    """Return all blocks of a language, one after the other, with the running sandbox's address."""
    blocks = markdown.blocks(GUIDE, language)
    assert blocks
    return "".join(block.text for block in blocks).replace("127.0.0.1:8025", urlsplit(sandbox.url).netloc)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide's examples need the curl command")
def test_the_shell_examples_run(sandbox: Sandbox) -> None:
    # --json came with curl 7.82, so this says the same for older ones; a proxy of the machine's is not asked.
    script = examples("sh", sandbox).replace("--json", "-H 'Content-Type: application/json' --data")
    done = subprocess.run(
        ["sh", "-e"],
        input=script.replace("-X POST", "-X POST --data ''"),
        env={**os.environ, "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"code":404' in done.stdout
    assert '"state":"SENT"' in done.stdout
    assert '"error":true' not in done.stdout


@pytest.mark.skipif(not PLAYBOOK.exists(), reason="the guide's playbook needs the ansible-playbook of this Python")
def test_the_playbook_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(examples("yaml", sandbox), encoding="utf-8")
    done = subprocess.run(
        [str(PLAYBOOK), str(playbook), "-e", f"ansible_python_interpreter={sys.executable}"],
        env={**os.environ, "no_proxy": "*", "ANSIBLE_LOCAL_TEMP": str(tmp_path), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(sandbox.sends()) == 1


def test_every_option_of_the_command_is_in_the_guide() -> None:
    done = subprocess.run(
        [sys.executable, str(COLLECTION / "roles" / "sandbox" / "files" / "voipsms_sandbox"), "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    options = set(re.findall(r"--[a-z-]+", done.stdout)) - {"--help"}
    assert {option for option in options if f"`{option}" not in GUIDE} == set()
    assert options


def test_the_magic_recipients_are_those_of_the_guide() -> None:
    rows = re.findall(r"^\| `(\d+)` \| (\d+) \| (.+) \|$", GUIDE, re.MULTILINE)
    assert {number: (magic.magic_code(number), magic.describe(int(code))) for number, code, _text in rows} == {
        number: (int(code), text) for number, code, text in rows
    }
    assert {int(code) for _number, code, _text in rows} == set(magic.DESCRIPTIONS)


def test_every_setting_and_every_part_of_a_fault_is_in_the_guide() -> None:
    names = {*Settings().to_dict(), *Fault().to_dict()}
    assert {name for name in names if f"`{name}`" not in GUIDE} == set()
