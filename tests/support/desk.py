# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedule messages in tests: with a controller, a counted sandbox, and the messages that wait there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import requests
import yaml

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.ledger_file import age
from ansible_collections.voip_communications.sms.tests.support.module_names import SCHEDULED
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTION,
    Controller,
    ModuleProcess,
    PlaybookRun,
)
from ansible_collections.voip_communications.sms.tests.support.waiting import until

ZONE = "America/Chicago"
TEXT = "Maintenance begins at 22:00"
# Dates so far ahead that no run of the tests comes near them.
FIRST, SECOND, THIRD = "2098-03-03 12:00", "2098-03-04 12:00", "2098-03-05 12:00"
AFTERWARDS = "2098-03-07T00:00:00Z"


class Desk:
    """Runs ``voipsms_scheduled`` alone, and reports the requests to the service and the messages that wait there."""

    def __init__(self, controller: Controller, service: CountedSandbox) -> None:
        self.controller = controller
        self.service = service
        controller.options["account_timezone"] = ZONE

    def run(self, *, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        """Return the result of one run."""
        return self.start(check=check, diff=diff, **options).wait().result

    def start(self, *, check: bool = False, diff: bool = False, **options: Any) -> ModuleProcess:
        """Start a run."""
        return self.controller.start(check=check, diff=diff, **{"module": SCHEDULED, **options}).go()

    def race(self, *runs: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the results of runs that begin at the same moment; each must succeed. Takes their options."""
        results = self.controller.race(*({"module": SCHEDULED, **options} for options in runs))
        assert [result["msg"] for result in results if result.get("failed")] == []
        return results

    def want(self, date: str = FIRST, *, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        """Schedule the usual message, with the name "window", for two people at a date."""
        return self.run(check=check, diff=diff, **self.wanted(date, **options))

    def wanted(self, date: str = FIRST, **options: Any) -> dict[str, Any]:
        """Return the options of ``want``."""
        return {"name": "window", "to": [ANNA, BEN], "msg": TEXT, "delivery_date": date, **options}

    def task(self, module: str = SCHEDULED, **options: Any) -> dict[str, Any]:
        """Return a task of a playbook, whose failure does not end the play."""
        return {"name": "Task", module: self.controller.merged(options), "ignore_errors": True}

    def play(self, *tasks: dict[str, Any], arguments: tuple[str, ...] = ()) -> PlaybookRun:
        """Run tasks by `ansible-playbook`."""
        return self.controller.play(*tasks, arguments=arguments)

    @property
    def waiting(self) -> Counter[tuple[str, str]]:
        """The number of waiting records for each recipient and minute."""
        return Counter(
            (f"+{message['to']}", message["delivery_date"][:16])
            for message in self.service.sandbox.messages()
            if message["state"] == "PENDING"
        )

    @property
    def cancels(self) -> int:
        """The number of requests to cancel a message."""
        return sum(request["method"] == "DELETE" for request in self.service.sandbox.requests())

    def expect(self, sends: int, cancels: int) -> None:
        """Assert the numbers of requests to send and to cancel since the test began."""
        self.service.expect(sends)
        assert self.cancels == cancels

    def schedule_elsewhere(self, *to: str, text: str = TEXT, date: str = FIRST) -> list[dict[str, Any]]:
        """Schedule by one plain request, as another program does, and return the records of the answer."""
        sandbox = self.service.sandbox
        form = {"to": ",".join(number.lstrip("+") for number in to), "msg": text, "delivery_date": date}
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (sandbox.api_key, sandbox.api_password)
            records: list[dict[str, Any]] = session.post(f"{sandbox.url}sms/send", form, timeout=30).json()["send_log"]
        return records

    def hide_list(self, status: int = 404, times: int = 99) -> None:
        """Let the list of pending messages answer with this status from now on."""
        self.service.sandbox.order(path="sms/scheduled", status=status, times=times)

    def age(self, seconds: float) -> None:
        """Move everything in the ledger into the past by seconds."""
        age(self.controller.ledger, seconds)

    def until(self, holds: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait until the requests to the service satisfy a condition."""
        until(lambda: holds(self.service.sandbox.requests()))


def everybody(date: str, *to: str) -> Counter[tuple[str, str]]:
    """Return what waits when each of these has one message for this date; Anna and Ben when no one is named."""
    return Counter((number, date) for number in to or (ANNA, BEN))


def outcomes(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return recipients and outcomes, in the order of the results."""
    return [(row["to"], row["outcome"]) for row in result["results"]]


def documented(module: str) -> set[str]:
    """Return the keys that a module documents as returned."""
    source = (COLLECTION / "plugins" / "modules" / f"{module.rpartition('.')[2]}.py").read_text(encoding="utf-8")
    match = re.search(r'^RETURN = r"""\n(.*?)^"""', source, re.MULTILINE | re.DOTALL)
    assert match
    return set(yaml.safe_load(match[1]))


def keys(result: dict[str, Any]) -> set[str]:
    """Return the keys of a result that are the module's own."""
    return set(result) - {"changed", "failed", "invocation", "warnings", "diff", "exception"}
