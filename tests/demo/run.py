# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the collection at work, installed as a user installs it, against the sandbox that comes with it.

Usage: run.py PACKAGE, the folder from which the tarball is built. Leaves nothing behind: no file, no process.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

HERE = Path(__file__).parent
TELL, REMIND, DEPLOY = HERE / "playbook.yml", HERE / "reminder.yml", HERE / "deployment.yml"
BIN = Path(sys.executable).parent
RECEIVED = {"to": "to", "status": "status", "segments": "parts", "msg": "text"}
PENDING = {"delivery_date": "goes out at", "to": "to", "msg": "text"}
STOPPING = 10.0
"""Seconds that whatever was interrupted has to come to its end, and that its last files are waited for."""


class DemoError(Exception):
    """A step did not do what it shows; the text says which."""


def main(package: Path) -> int:
    """Run every step, and return 0 when each did what it says, 1 when not, 130 when interrupted."""
    try:
        with temporary_folder() as folder:
            demonstrate(package, folder)
    except DemoError as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; everything that was started is stopped.", file=sys.stderr)
        return 130
    return 0


def demonstrate(package: Path, folder: Path) -> None:
    """Show every step, in a folder that is removed afterwards."""
    say("1. Build the collection and install it", "as a user does, from a tarball")
    environment = {
        **os.environ,
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "XDG_STATE_HOME": str(folder / "state"),
    }
    install(package, folder, environment)
    say("2. Start the sandbox", "the same API on this machine; nothing is really sent")
    with sandbox(folder / "collections") as url:
        print(f"   {url}")
        environment |= {"VOIPSMS_API_URL": url, "VOIPSMS_API_KEY": "sandbox", "VOIPSMS_API_PASSWORD": "sandbox"}
        send(environment, url)
        schedule(environment, url)
        deploy(environment, url)
    say("Done", "the sandbox is stopped, and nothing is left behind")


def send(environment: dict[str, str], url: str) -> None:
    """Send to three people, once."""
    say("3. Send to three people", "look for 'changed', and 'sent to 3 recipients'")
    play(TELL, environment, changed=True)
    say("4. Run the same again", "look for 'ok': no one is told twice")
    play(TELL, environment, changed=False)
    say("5. Run it with --check --diff and a new text", "look for the three '+' lines; nothing is sent")
    play(TELL, environment, "--check", "--diff", "--extra-vars", "text='db1 is up again'", changed=True)
    say("6. What the sandbox received", "three messages, from step 3")
    received = messages(url)
    show(received, RECEIVED)
    expect(len(received) == 3, f"the sandbox holds {len(received)} messages, and should hold 3")


def schedule(environment: dict[str, str], url: str) -> None:
    """Schedule a reminder, move it, and cancel it."""
    say("7. Schedule a reminder for two people", "look for 'scheduled for 2 recipients'")
    play(REMIND, environment, changed=True)
    show_pending(url, 2)
    say("8. Run it with --diff and a new date", "look for the '-' and '+' lines: the reminder is moved")
    play(REMIND, environment, "--diff", "--extra-vars", "date='2098-12-02 17:00'", changed=True)
    show_pending(url, 2)
    say("9. Cancel it", "look for 'cancelled for 2 recipients'")
    play(REMIND, environment, "--extra-vars", "window=off", changed=True)
    show_pending(url, 0)


def deploy(environment: dict[str, str], url: str) -> None:
    """Let a deployment fail on one of three hosts; it stays failed, and one SMS says so."""
    before = len(messages(url))
    say("10. Deploy to three hosts, one of which fails", "look for 'failed=1' of web2; the playbook must fail")
    printed = run([str(BIN / "ansible-playbook"), "-i", "web1,web2,web3", str(DEPLOY)], environment, status=2)
    expect("web2" in printed.rpartition("PLAY RECAP")[2], "the recap should have named web2")
    say("11. What the sandbox received of it", "one message when it began, and one that says FAILED")
    told = messages(url)[before:]
    show(told, RECEIVED)
    expect(len(told) == 2 and "FAILED" in told[1]["msg"], "two messages should be about the deployment")


def install(package: Path, folder: Path, environment: dict[str, str]) -> None:
    """Build the tarball and install it without any network."""
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    run([*galaxy, "build", "--output-path", str(folder), str(package)], environment)
    (tarball,) = folder.glob("*.tar.gz")
    run([*galaxy, "install", "--offline", "-p", str(folder / "collections"), str(tarball)], environment)


@contextmanager
def sandbox(collections: Path) -> Iterator[str]:
    """Run a sandbox until the block or this process ends, and yield its address."""
    collection = collections / "ansible_collections" / "voip_communications" / "sms"
    program = collection / "roles" / "sandbox" / "files" / "voipsms_sandbox"
    command = [sys.executable, str(program), "--port", "0", "--until-stdin-closes"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        expect(" at http://" in line, "the sandbox did not start")
        yield line.split(" at ", 1)[1].strip()
    finally:
        process.terminate()
        process.communicate()


def play(playbook: Path, environment: dict[str, str], *options: str, changed: bool) -> None:
    """Run a playbook and show what it prints; its recap must say whether something changed."""
    printed = run([str(BIN / "ansible-playbook"), str(playbook), *options], environment)
    expect(f"changed={int(changed)}" in printed, f"the playbook should have said changed={int(changed)}")


def run(command: list[str], environment: dict[str, str], status: int = 0) -> str:
    """Run a command, indented beneath its step; raise DemoError when it ends with another status."""
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            printed = process.communicate()[0]
        except KeyboardInterrupt:
            let_end(process)
            raise
    print("\n".join(f"   {line}" for line in printed.strip().splitlines() if line.strip()))
    expect(process.returncode == status, f"{Path(command[0]).name} ended with status {process.returncode}")
    return printed


def let_end(process: subprocess.Popen[str]) -> None:
    """Wait for what the terminal has interrupted too: Ansible alone knows its workers, and stops them before itself."""
    try:
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=STOPPING)
    finally:
        process.kill()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that is removed when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="voipsms-demo-"))
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, also while an interrupted process still writes its last files there.

    A request that is under way when its task is stopped is still answered, and its result is written down.
    """
    end = time.monotonic() + STOPPING
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def messages(url: str) -> list[dict[str, Any]]:
    """Return the messages that the sandbox received."""
    address = url.split("/api-v2/", 1)[0] + "/sandbox/messages"
    with build_opener(ProxyHandler({})).open(address, timeout=10) as answer:
        received: list[dict[str, Any]] = json.load(answer)["messages"]
    return received


def show_pending(url: str, number: int) -> None:
    """Show a table of the waiting messages, of which there must be ``number``."""
    waiting = [message for message in messages(url) if message["state"] == "PENDING"]
    pending = sorted(waiting, key=lambda message: (message["delivery_date"], message["to"]))
    print("   What is pending now:" if pending else "   Nothing is pending now.")
    if pending:
        show(pending, PENDING)
    expect(len(pending) == number, f"{len(pending)} messages are pending, and {number} should be")


def show(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Show a small table. ``columns`` maps fields to headings."""
    table = [list(columns.values()), *([str(row.get(name, "")) for name in columns] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(columns))]
    for row in table:
        print("   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say(title: str, look: str) -> None:
    """Announce a step, and what to look for."""
    print(f"\n== {title}: {look}", flush=True)


def expect(holds: bool, otherwise: str) -> None:
    """Raise DemoError with the sentence ``otherwise`` unless ``holds`` is true."""
    if not holds:
        raise DemoError(otherwise)


if __name__ == "__main__":
    # A shell starts what runs in the background with SIGINT ignored, and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(Path(sys.argv[1])))
