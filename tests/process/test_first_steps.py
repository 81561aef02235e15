# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first two minutes: every command of the README and of the quick start, with the Python of a Debian system.

That Python refuses ``pip install`` (EXTERNALLY-MANAGED), and the user has an empty home, an empty folder and a tarball.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support import documents, markdown, restructured

README = documents.TEXTS["README.md"]
QUICK_START = documents.guide("quick_start")
SYSTEM = Path("/usr/bin/python3")
LONGEST = 300.0
FROM_GALAXY = "ansible-galaxy collection install voip_communications.sms"
FROM_TARBALL = "ansible-galaxy collection install voip_communications-sms-*.tar.gz"
ELSEWHERE = {
    "make demo": "test_demo runs what it runs, installed in the same way",
    "make test": "this test is a part of it",
    "make matrix": "its parts are tested in tests/unit/tools",
    "ansible-playbook voip_communications.sms.notify -e …": "an abbreviation; test_playbooks runs it",
}
"""The commands of the README that are not run here, and why."""


def is_managed(python: Path) -> bool:
    """Tell whether this Python is the system's own, which lets ``pip`` install nothing."""
    ask = "import sysconfig, ensurepip; print(sysconfig.get_path('stdlib'))"
    done = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=False)
    return done.returncode == 0 and (Path(done.stdout.strip()) / "EXTERNALLY-MANAGED").exists()


class Newcomer:
    """Someone who has a tarball, an empty home and an empty folder, and types what the documents show."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.downloads, self.home, self.folder = folder / "downloads", folder / "home", folder / "empty"
        self.home.mkdir()
        self.folder.mkdir()
        build_tarball(folder / "clone", self.downloads)

    def writes(self, name: str, playbook: markdown.Block) -> None:
        """Save a playbook, the only one that a document shows."""
        (self.folder / name).write_text(playbook.text, "utf-8")

    def types(self, script: str, folder: Path | None = None) -> str:
        """Run commands in one shell, which ends at the first that fails; return what they print."""
        done = self.tries(script, folder)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def tries(self, script: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run commands that may fail. The port of the documents may be in use, so another one is written for it."""
        command = re.sub(r"(voip_communications\.sms\.sandbox)", rf"\1 -e sandbox_port={self.port}", script)
        return subprocess.run(
            ["bash", "-e", "-c", command.replace(":8025/", f":{self.port}/")],
            cwd=folder or self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONGEST,
        )

    def ends_what_is_left(self) -> None:
        """End a sandbox that was not stopped."""
        kept = self.home / ".local" / "state" / "voipsms" / f"sandbox-{self.port}"
        with suppress(OSError, ValueError):
            os.kill(int(kept.read_text("ascii")), signal.SIGKILL)

    def _environment(self) -> dict[str, str]:
        """Return an environment without anything of this user, but with the machine's way to packages."""
        network = re.compile(r"PIP_|SSL_|REQUESTS_CA|https?_proxy$|no_proxy$", re.IGNORECASE)
        found = {name: value for name, value in os.environ.items() if network.match(name)}
        cache = {"PIP_CACHE_DIR": str(Path.home() / ".cache" / "pip")}
        return {**cache, **found, "PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8"}


def build_tarball(clone: Path, downloads: Path) -> None:
    """Build what a release has, from a copy of the collection."""
    shutil.copytree(markdown.COLLECTION, clone, ignore=shutil.ignore_patterns(".*", "__pycache__", "output"))
    galaxy = str(Path(sys.executable).with_name("ansible-galaxy"))
    build = [galaxy, "collection", "build", str(clone), "--output-path", str(downloads)]
    done = subprocess.run(build, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(clone)


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    if not is_managed(SYSTEM):
        pytest.skip(f"{SYSTEM} is not the Python of a system that refuses pip, with ensurepip (Debian: python3-venv)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    found = Newcomer(tmp_path, port)
    yield found
    found.ends_what_is_left()


def commands(block: markdown.Block) -> list[str]:
    """Return what a block shows after a prompt."""
    return [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]


def install(newcomer: Newcomer, lines: list[str]) -> str:
    """Install as the README says, once for all that is run; return what later terminals type first.

    A test must not need a release on Galaxy, so it installs the tarball, which the README shows as well.
    """
    assert lines[-1] == FROM_GALAXY
    done = newcomer.tries("\n".join([*lines[:-1], FROM_TARBALL]), newcomer.downloads)
    if done.returncode != 0:
        look = newcomer.tries(f"{lines[1]}\npip download --no-deps --dest {newcomer.home}/look phonenumbers")
        if look.returncode != 0:
            pytest.skip(f"pip reaches no packages here: {look.stdout.splitlines()[-1:]}")
    assert done.returncode == 0, done.stdout
    (activate,) = [line for line in lines if line.startswith(". ")]
    return activate


@pytest.mark.slow
def test_every_command_of_the_first_documents_runs(newcomer: Newcomer) -> None:
    """One installation and one sandbox for both, since the quick start shows the same commands for them."""
    first, start, use = (commands(block) for block in markdown.blocks(README, "console")[:3])
    inline = {word for word in markdown.code(README) if re.match(r"(ansible\S*|make|pip|python3)( |$)", word)}
    documentation = [word for word in inline if word.startswith("ansible-doc ")]
    every = {line for block in markdown.blocks(README, "console") for line in commands(block)} | inline
    assert every - {*first, *start, *use, *documentation, FROM_TARBALL} == set(ELSEWHERE)
    again, start_too, hello, stop_too = map(commands, restructured.blocks(QUICK_START, "console"))
    assert (again, start_too, stop_too) == (first, start, use[-1:])

    begin = install(newcomer, first)
    newcomer.writes("oncall.yml", *markdown.blocks(README, "yaml"))
    newcomer.writes("hello.yml", *restructured.blocks(QUICK_START, "yaml"))
    variables = markdown.blocks(README, "sh")[0].text
    shown = newcomer.types("\n".join([begin, variables, *start, *use[:-1], *documentation, *hello, *hello, use[-1]]))
    sentences = re.findall(r'"msg": "((?:already )?sent to \d recipients?)', shown)
    assert sentences == [
        f"{words} to {who}" for who in ("2 recipients", "1 recipient") for words in ("sent", "already sent")
    ]
    assert all(f"`{sentence}`" in README for sentence in sentences[:2])
    assert all(f"``{sentence}``" in QUICK_START for sentence in sentences[2:])
