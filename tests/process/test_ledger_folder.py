# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another user of the machine who wants a message sent twice: a send, an attack on the ledger, and the same send."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.modules import voipsms_send
from ansible_collections.voip_communications.sms.tests.support.another_user import (
    ANOTHER,
    as_another,
    plant_journal,
    shared_folder,
)
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.people import ANNA

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder below /tmp, where other users can go."""
    with shared_folder() as folder:
        yield folder


def send(server: FaultServer, ledger: Path, *, check_mode: bool = False) -> dict[str, Any]:
    options = {
        "api_url": server.url,
        "api_key": "key",
        "api_password": "password",
        "ledger": str(ledger),
        "to": [ANNA],
        "msg": "Hello",
    }
    validated = ArgumentSpecValidator(voipsms_send.argument_spec()).validate(options)
    return voipsms_send.run(validated.validated_parameters, check_mode=check_mode)


def plants_a_journal(ledger: Path) -> None:
    ledger.parent.chmod(0o1777)
    plant_journal(ledger)


def plants_a_journal_before_the_folder_is_closed(ledger: Path) -> None:
    plants_a_journal(ledger)
    ledger.parent.chmod(0o700)


def moves_the_ledger_away(ledger: Path) -> None:
    ledger.parent.chmod(0o777)
    as_another("mv", str(ledger), f"{ledger}.old")


def moves_the_folder_away(ledger: Path) -> None:
    ledger.parent.parent.chmod(0o777)
    as_another("mv", str(ledger.parent), f"{ledger.parent}.old")


@pytest.mark.parametrize(
    ("attack", "reason"),
    [
        (plants_a_journal, "could plant a journal there; name a file in a folder of your own"),
        (plants_a_journal_before_the_folder_is_closed, f"-journal' belongs to user {ANOTHER}"),
        (moves_the_ledger_away, "could plant a journal there; run chmod go-w on it"),
        (moves_the_folder_away, "could put another ledger in its place; run chmod go-w on it"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_another_user_cannot_have_a_message_sent_twice(
    folder: Path, attack: Callable[[Path], None], reason: str
) -> None:
    ledger = folder / "own" / "ledger.sqlite3"
    ledger.parent.mkdir()
    with FaultServer() as server:
        assert send(server, ledger)["outcome"] == "sent"
        attack(ledger)
        foreseen, again = send(server, ledger, check_mode=True), send(server, ledger)
        assert (len(server.posts), again["outcome"], again["failed"]) == (1, "not_sent", True), again["msg"]
    for result in (foreseen, again):
        assert reason in result["msg"]
        assert "nothing was sent" in result["msg"]
