# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of the event source ``inbox``, and name everything that is wrong with them at once."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._core.environment import home_fault
from .._core.errors import Faults, InputError
from .._message import numbers
from .._notify.doorbell import Address
from .._notify.inbox import Inbox, Sender
from .._notify.inbox_state import InboxState
from .._people.contacts import read_contacts
from .account import Account, read_account
from .open_ledger import state_folder
from .option_names import names_meant
from .specs import account_options, option
from .values import in_range, read_region, with_texts

_OF_THE_RULEBOOK = frozenset({"eda_feedback_queue"})
"""What ansible-rulebook adds to the options of a source."""


class InboxOptions(NamedTuple):
    """How to look for messages: of which account, how often (``interval``, seconds), and where that is remembered."""

    account: Account
    sender: Sender
    interval: float
    state_file: str
    doorbell: Address | None

    def open(self) -> Inbox:
        """Return what looks for messages. Raise ``VoipsmsError`` when the state file cannot be used."""
        api = self.account.api()
        return Inbox(api, InboxState(self.state_file), self.sender, self.account.seconds, time.monotonic)


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec of the source."""
    return {
        **account_options(),
        "strangers": {"type": "bool", "default": False},
        "interval": {"type": "float", "default": 30.0},
        "state_file": option("STATE_FILE", type="path"),
        "doorbell": {
            "type": "dict",
            "options": {
                "host": {"type": "str", "default": "127.0.0.1"},
                "port": {"type": "int", "required": True},
                "path": {"type": "str", "default": "/"},
            },
        },
    }


def read_inbox_options(args: Mapping[str, Any]) -> InboxOptions:
    """Return the options of a source. Raise ``InputError`` with every fault, and ``MissingLibrary``.

    Nothing is asked.
    """
    numbers.require()
    given = {name: value for name, value in args.items() if name not in _OF_THE_RULEBOOK and value is not None}
    validation = ArgumentSpecValidator(argument_spec()).validate(given)
    if validation.error_messages:
        hint = names_meant(given, argument_spec())
        raise InputError(*(f"{validation.errors.msg}; {hint}" if hint else validation.errors.msg,))
    faults = Faults()
    # No ledger is used.
    params = with_texts({**validation.validated_parameters, "ledger_account": None}, faults)
    account = read_account(params, faults)
    contacts = read_contacts(params["contacts"], faults)
    state_file = params["state_file"] or os.path.join(state_folder(os.environ), "inbox.json")
    faults.add(*in_range("interval", params["interval"], 1, 86400))
    faults.add(*filter(None, [home_fault("state_file", state_file)]))
    doorbell = _read_doorbell(params["doorbell"], faults)
    if not contacts.people and not params["strangers"]:
        faults.add("there are no contacts, so that every message would be left out; give contacts, or set strangers")
    sender = Sender(contacts, read_region(params), params["strangers"])
    return InboxOptions(faults.checked(account), sender, params["interval"], state_file, doorbell)


def _read_doorbell(value: Mapping[str, Any] | None, faults: Faults) -> Address | None:
    """Return where the bell is rung; None without one. Note its faults."""
    if value is None:
        return None
    faults.add(*in_range("port of doorbell", value["port"], 1, 65535))
    path = value["path"]
    if not path.startswith("/") or not path.isprintable() or any(sign in path for sign in "{}?#% "):
        faults.add("path of doorbell must begin with / and have no spaces and none of {}?#%")
    return Address(value["host"], value["port"], path)
