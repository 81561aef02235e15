# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the collection at work, installed as a user installs it, against the sandbox that comes with it.

Usage: run.py demo PACKAGE, or run.py sandbox COLLECTIONS PORT

PACKAGE is the folder from which the tarball is built. The demo leaves nothing behind: no file, no process. With KEEP=1
in the environment its sandbox runs on until Enter or Ctrl-C. ``sandbox`` does that alone, with what is installed below
COLLECTIONS. On a terminal, everything is coloured.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

HERE = Path(__file__).parent
TELL, REMIND, DEPLOY = HERE / "playbook.yml", HERE / "reminder.yml", HERE / "deployment.yml"
QUESTION = HERE / "question.yml"
BIN = Path(sys.executable).parent
API = "api-v2/index.php/"
RECEIVED = {"to": "to", "status": "status", "segments": "parts", "msg": "text"}
CONVERSATION = {"from": "from", "to": "to", "msg": "text"}
PENDING = {"delivery_date": "goes out at", "to": "to", "msg": "text"}
EXCERPT = re.compile(r"^[^\n]*\[ERROR\].*?(?=^[^\n]*fatal: )", re.MULTILINE | re.DOTALL)
"""The lines of a playbook that ansible-core from 2.19 on prints before each error."""
STOPPING = 10.0
"""Seconds that whatever was interrupted has to come to its end, and that its last files are waited for."""
IS_COLOURED = sys.stdout.isatty() and not {"NO_COLOR", "ANSIBLE_NOCOLOR"} & set(os.environ)
BOLD, DIM, LINK = "1", "2", "4;36"


class DemoError(Exception):
    """A step did not do what it shows; the text says which."""


def main(command: str, *arguments: str) -> int:
    """Run the command, and return 0 when each step did what it says, 1 when not, 130 when interrupted."""
    try:
        if command == "sandbox":
            serve(Path(arguments[0]), arguments[1])
            return 0
        with temporary_folder() as folder:
            demonstrate(Path(arguments[0]), folder)
    except DemoError as error:
        print(f"\nThe {command} failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; everything that was started is stopped.", file=sys.stderr)
        return 130
    return 0


def demonstrate(package: Path, folder: Path) -> None:
    """Show every step, in a folder that is removed afterwards."""
    say("1. Build the collection and install it", "as a user does, from a tarball")
    environment = environment_of(folder)
    install(package, folder, environment)
    say("2. Start the sandbox", "the same API on this machine; nothing is really sent")
    with sandbox(folder / "collections", "0") as page:
        print(f"   Its page, live: {paint(LINK, page)}")
        environment |= account(page)
        send(environment, page)
        schedule(environment, page)
        deploy(environment, page)
        ask(environment, page)
        say("What next", "")
        if os.environ.get("KEEP", "") not in ("", "0"):
            print_use(page, folder / "collections")
            keep()
    print_next()


def environment_of(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of this user's own is read or changed."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("VOIPSMS_")}
    colour = {"ANSIBLE_FORCE_COLOR": "true"} if IS_COLOURED else {}
    return {
        **own,
        **colour,
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "XDG_STATE_HOME": str(folder / "state"),
    }


def account(page: str) -> dict[str, str]:
    """Return the variables that lead every task to the sandbox with this page."""
    return {"VOIPSMS_API_URL": page + API, "VOIPSMS_API_KEY": "sandbox", "VOIPSMS_API_PASSWORD": "sandbox"}


def serve(collections: Path, port: str) -> None:
    """Run a sandbox until Enter or Ctrl-C, and say how to use it."""
    with sandbox(collections, port) as page:
        print_use(page, collections)
        keep()
    print("The sandbox is stopped, and has forgotten everything.")


def print_use(page: str, collections: Path) -> None:
    """Say where the sandbox is, and what to type in another terminal to use it."""
    print(f"   The sandbox runs: {paint(LINK, page)} shows what the phones would have received.")
    print("   In another terminal:\n")
    variables = {"ANSIBLE_COLLECTIONS_PATH": str(collections), **account(page)}
    lines = [f"export {name}={value}" for name, value in variables.items()]
    lines.append(f"{BIN / 'ansible-playbook'} {TELL}")
    print("\n".join(f"   {line}" for line in lines))
    print(f"\n   {paint(BOLD, 'Enter or Ctrl-C' if sys.stdin.isatty() else 'Ctrl-C')} stops it.", flush=True)


def print_next() -> None:
    """Say what to do after the demo."""
    print("   make demo KEEP=1   the same, and the page stays open until you have seen it")
    print("   make sandbox       a sandbox for your own playbooks, and how to use it")
    print("   README.md          how to install the collection; its first playbook is the one of step 3")
    print("   Everything that was started is stopped, and nothing is left behind.")


def keep() -> None:
    """Wait for Enter or Ctrl-C."""
    with suppress(KeyboardInterrupt):
        if sys.stdin.isatty():
            input()
        else:
            signal.pause()
    print()


def send(environment: dict[str, str], page: str) -> None:
    """Send to three people, once."""
    say("3. Send to three people", "look for 'changed', and 'sent to 3 recipients'")
    play(TELL, environment, changed=True)
    say("4. Run the same again", "look for 'ok': no one is told twice")
    play(TELL, environment, changed=False)
    say("5. Run it with --check --diff and a new text", "look for the '+' lines; nothing is sent")
    play(TELL, environment, "--check", "--diff", "--extra-vars", "text='db1 is up again'", changed=True)
    say("6. What the sandbox received", "three messages, from step 3")
    received = messages(page)
    show(received, RECEIVED)
    expect(len(received) == 3, f"the sandbox holds {len(received)} messages, and should hold 3")


def schedule(environment: dict[str, str], page: str) -> None:
    """Schedule a reminder, move it, and cancel it."""
    say("7. Schedule a reminder for two people", "look for 'scheduled for 2 recipients'")
    play(REMIND, environment, changed=True)
    show_pending(page, 2)
    say("8. Run it with --diff and a new date", "look for the '-' and '+' lines: the reminder is moved")
    play(REMIND, environment, "--diff", "--extra-vars", "date='2098-12-02 17:00'", changed=True)
    show_pending(page, 2)
    say("9. Cancel it", "look for 'cancelled for 2 recipients'")
    play(REMIND, environment, "--extra-vars", "window=off", changed=True)
    show_pending(page, 0)


def deploy(environment: dict[str, str], page: str) -> None:
    """Let a deployment fail on one of three hosts; it stays failed, and one SMS says so."""
    before = len(messages(page))
    say("10. Deploy to three hosts, one of which fails", "look for 'failed=1' of web2, and what people read")
    command = [str(BIN / "ansible-playbook"), "-i", "web1,web2,web3", str(DEPLOY)]
    printed = run(command, {**environment, "ANSIBLE_DISPLAY_OK_HOSTS": "false"}, 2, "TASK", without=EXCERPT)
    expect("web2" in printed.rpartition("PLAY RECAP")[2], "the recap should have named web2")
    told = messages(page)[before:]
    show(told, RECEIVED)
    expect(len(told) == 2 and "FAILED" in told[1]["msg"], "two messages should be about the deployment")


def ask(environment: dict[str, str], page: str) -> None:
    """Ask two people, and let one of them answer while the task waits."""
    before = len(messages(page))
    say("11. Ask two people, and wait", "look for who has answered; the sandbox plays both of them")
    threading.Thread(target=answer, args=(page, before), daemon=True).start()
    play(QUESTION, environment, changed=True)
    show(messages(page)[before:], CONVERSATION)


def answer(page: str, before: int) -> None:
    """Answer the question that comes after so many messages, as whom it was sent to."""
    end = time.monotonic() + STOPPING * 3
    while time.monotonic() < end:
        for message in messages(page)[before:][:1]:
            (code, *_others) = re.findall(r"(\d+) = ", message["msg"])
            reply = {"from": message["to"], "to": message["from"], "msg": f"{code} but not before ten"}
            headers = {"Content-Type": "application/json"}
            request = Request(f"{page}sandbox/messages", json.dumps(reply).encode(), headers)
            build_opener(ProxyHandler({})).open(request, timeout=10).close()
            return
        time.sleep(0.1)


def install(package: Path, folder: Path, environment: dict[str, str]) -> None:
    """Build the tarball and install it without any network."""
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    run([*galaxy, "build", "--output-path", str(folder), str(package)], environment, since="Created collection")
    (tarball,) = folder.glob("*.tar.gz")
    options = ["--offline", "-p", str(folder / "collections")]
    run([*galaxy, "install", *options, str(tarball)], environment, since="voip_communications.sms:")


@contextmanager
def sandbox(collections: Path, port: str) -> Iterator[str]:
    """Run a sandbox until the block or this process ends, and yield the address of its page."""
    collection = collections / "ansible_collections" / "voip_communications" / "sms"
    program = collection / "roles" / "sandbox" / "files" / "voipsms_sandbox"
    command = [sys.executable, str(program), "--port", port, "--until-stdin-closes"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        expect(" at http://" in line, "the sandbox did not start" + ("; PORT=0 takes a free one" if int(port) else ""))
        yield line.split(" at ", 1)[1].strip().removesuffix(API)
    finally:
        process.terminate()
        process.communicate()


def play(playbook: Path, environment: dict[str, str], *options: str, changed: bool) -> None:
    """Run a playbook and show what it prints; its recap must say whether something changed."""
    printed = run([str(BIN / "ansible-playbook"), str(playbook), *options], environment)
    expect(f"changed={int(changed)}" in printed, f"the playbook should have said changed={int(changed)}")


def run(
    command: list[str],
    environment: dict[str, str],
    status: int = 0,
    since: str = "",
    without: re.Pattern[str] | None = None,
) -> str:
    """Run a command, and return what it printed, without colours; raise DemoError when it ends with another status.

    Print that beneath the step, from the line on that begins with ``since``, ``without`` what matches this; when the
    command failed, all of it.
    """
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
    shown = without.sub("", printed) if without and process.returncode == status else printed
    lines = [line for line in shown.splitlines() if line.strip()]
    first = next((place for place, line in enumerate(lines) if plain(line).startswith(since)), 0)
    print("\n".join(f"   {line.rstrip()}" for line in (lines[first:] if process.returncode == status else lines)))
    expect(process.returncode == status, f"{Path(command[0]).name} ended with status {process.returncode}")
    return plain(printed)


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


def messages(page: str) -> list[dict[str, Any]]:
    """Return the messages that the sandbox received."""
    with build_opener(ProxyHandler({})).open(f"{page}sandbox/messages", timeout=10) as answer:
        received: list[dict[str, Any]] = json.load(answer)["messages"]
    return received


def show_pending(page: str, number: int) -> None:
    """Show a table of the waiting messages, of which there must be ``number``."""
    waiting = [message for message in messages(page) if message["state"] == "PENDING"]
    pending = sorted(waiting, key=lambda message: (message["delivery_date"], message["to"]))
    if pending:
        show(pending, PENDING)
    else:
        print("   Nothing is pending now.")
    expect(len(pending) == number, f"{len(pending)} messages are pending, and {number} should be")


def show(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Show a small table. ``columns`` maps fields to headings."""
    table = [list(columns.values()), *([str(row.get(name, "")) for name in columns] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(columns))]
    for place, row in enumerate(table):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        print(f"   {line if place else paint(DIM, line)}")


def say(title: str, look: str) -> None:
    """Announce a step, and what to look for."""
    print(f"\n{paint(BOLD, f'== {title}')}{look and f': {look}'}", flush=True)


def paint(style: str, text: str) -> str:
    """Return a text in a style of the terminal (SGR), where there is one."""
    return f"\033[{style}m{text}\033[0m" if IS_COLOURED else text


def plain(text: str) -> str:
    """Return a text without styles."""
    return re.sub(r"\033\[[\d;]*m", "", text)


def expect(holds: bool, otherwise: str) -> None:
    """Raise DemoError with the sentence ``otherwise`` unless ``holds`` is true."""
    if not holds:
        raise DemoError(otherwise)


if __name__ == "__main__":
    # A shell starts what runs in the background with SIGINT ignored, and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(*sys.argv[1:]))
