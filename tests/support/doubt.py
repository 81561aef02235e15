# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run scheduling tasks against a list that cannot be trusted, and judge each by what the service really holds.

``present`` and ``absent`` check what must hold whatever the list shows: an ok of present means that exactly one message
of that content is pending or was delivered, an ok of absent that none is pending; two equal ones are never pending.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from ansible_collections.voip_communications.sms.tests.support.desk import FIRST, TEXT, Desk
from ansible_collections.voip_communications.sms.tests.support.folders import contents_of
from ansible_collections.voip_communications.sms.tests.support.moved_clock import MovedClock
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import PlaybookRun
from ansible_collections.voip_communications.sms.tests.support.postgresql import PASSWORD, PostgresServer
from ansible_collections.voip_communications.sms.tests.support.waiting import until

# The options of every task, of which all but one stand ready until the module has them.
GRACES: dict[str, Any] = {"list_grace": 1}  # in seconds: the list is right again at the next look
AT_ONCE: dict[str, Any] = {"handover": 0}  # in minutes: the service hides nothing before its date
DEADLINE = 6

# Longer than all graces and leases together, and shorter than the way to any date of the tests.
LATER = 2000.0
# Three minutes before FIRST, in the account's zone.
JUST_BEFORE, AFTERWARDS = "2098-03-03T17:57:00Z", "2098-03-07T00:00:00Z"
_TRUE_CLOCK = (
    "CREATE OR REPLACE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz"
    " LANGUAGE internal VOLATILE STRICT PARALLEL SAFE AS 'clock_timestamp'"
)
_AHEAD = (
    "CREATE OR REPLACE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE STRICT"
    " PARALLEL SAFE AS $$ SELECT pg_catalog.timeofday()::timestamptz + '{seconds} seconds'::interval $$"
)
# Reads the message log.
_LOG = ("POST", "sms/summary")
LONG = "A very long story. " * 12
_OK = frozenset({"scheduled", "duplicate", "already_sent", "cancelled", "unchanged"})
_PATIENCE = 30.0


class Doubt:
    """An account, its ledger and a clock of their own. Every task runs in check mode first.

    Where ``played`` is set, tasks run by ``ansible-playbook``; else as a module alone, which is much faster.
    """

    def __init__(self, desk: Desk, folder: Path) -> None:
        """Keep the clock's file in this folder. ``set_ledger_clock`` is for a ledger that has a clock of its own."""
        self.desk = desk
        self.sandbox = desk.service.sandbox
        self.set_ledger_clock: Callable[[float], None] | None = None
        self.played = False
        self._clock = MovedClock(desk.controller, self.sandbox, folder)
        desk.controller.options["deadline"] = DEADLINE

    def later(self, seconds: float = LATER) -> None:
        """Let time pass for the service, for every process and for the ledger, except by monotonic clocks."""
        ahead = self._clock.later(seconds)
        if self.set_ledger_clock is not None:
            self.set_ledger_clock(ahead)

    def wanted(self, date: str = FIRST, **options: Any) -> dict[str, Any]:
        """Return the options of the usual task."""
        return {"name": "window", "to": ANNA, "msg": TEXT, "delivery_date": date, **GRACES, **options}

    def present(self, date: str = FIRST, **options: Any) -> dict[str, Any]:
        """Schedule, and assert that an ok is true. Returns the result."""
        task = self.wanted(date, **options)
        fault = self._foresee(task, lambda: self.true_of_present(date))
        result = self.judged(self.run(**task), date)
        assert not fault, fault
        return result

    def judged(self, result: dict[str, Any], date: str = FIRST) -> dict[str, Any]:
        """Assert that the result of a ``present`` is true, and return it."""
        self.assert_none_twice(result)
        assert result.get("failed") or self.true_of_present(date), self._story("ok with nothing pending", result)
        return result

    def absent(self, **options: Any) -> dict[str, Any]:
        """Cancel, and assert that an ok is true; by the name where nothing else is said. Returns the result."""
        task = {"state": "absent", **(options or {"name": "window"}), **GRACES}
        fault = self._foresee(task, self.true_of_absent)
        result = self.run(**task)
        self.assert_none_twice(result)
        if not result.get("failed") and not names_as_open(result):
            assert self.true_of_absent(), self._story("ok, and still pending", result)
        assert not fault, fault
        return result

    def eventually(self, date: str = FIRST, **options: Any) -> dict[str, Any]:
        """Run the same task again, with time in between, until it is ok with one message pending. Thrice at most."""
        result = self.present(date, **options)
        for _time in range(2):
            if not result.get("failed"):
                break
            self.later()
            result = self.present(date, **options)
        assert not result.get("failed"), self._story("no way out", result)
        assert sum(self.pending.values()) == 1, self._story("too many dates", result)
        return result

    def run(self, **options: Any) -> dict[str, Any]:
        """Run one task, and return its result."""
        return only(self.desk.play(self.desk.task(**options))) if self.played else self.desk.run(**options)

    def cancel_elsewhere(self, smsid: str) -> None:
        """Cancel by one plain request, as another program does."""
        sandbox = self.sandbox
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (sandbox.api_key, sandbox.api_password)
            session.delete(f"{sandbox.url}sms/scheduled/{smsid}", timeout=_PATIENCE).raise_for_status()

    @property
    def pending(self) -> Counter[tuple[str, str]]:
        """The number of pending messages (not of their parts) for each recipient and minute."""
        return self._count("PENDING")

    @property
    def delivered(self) -> Counter[tuple[str, str]]:
        """The number of messages that have gone out for each recipient and minute."""
        return self._count("SENT")

    def true_of_present(self, date: str) -> bool:
        """Return whether exactly one is pending, with no cancel on its way, or was delivered."""
        dying = Counter((f"+{sms['to']}", sms["delivery_date"][:16]) for sms in self._firsts() if _is_dying(sms))
        return (self.pending - dying + self.delivered)[ANNA, date] == 1

    def true_of_absent(self) -> bool:
        """Return whether none is pending but for those with a cancel on its way."""
        return not any(sms["state"] == "PENDING" and not _is_dying(sms) for sms in self._firsts())

    def assert_none_twice(self, result: dict[str, Any]) -> None:
        """Assert that no two equal messages are pending."""
        assert max(self.pending.values(), default=0) <= 1, self._story("equal messages pending", result)

    def assert_failed(self, result: dict[str, Any]) -> None:
        """Assert that a task failed in words that promise nothing."""
        assert result.get("failed"), self._story("not a failure", result)
        assert result["outcome"] not in _OK, self._story("failed and certain", result)

    def smsid(self) -> str:
        """Return the smsid of the newest message."""
        return str(self.sandbox.messages()[-1]["smsid"])

    def _firsts(self) -> list[dict[str, Any]]:
        return [sms for sms in self.sandbox.messages() if sms["part"] == 1]

    def _count(self, state: str) -> Counter[tuple[str, str]]:
        return Counter((f"+{sms['to']}", sms["delivery_date"][:16]) for sms in self._firsts() if sms["state"] == state)

    def _foresee(self, task: dict[str, Any], is_true: Callable[[], bool]) -> str:
        """Run a task in check mode: it writes nothing, and only reads.

        Returns what is wrong, if it says that there is nothing to do and that is not true; the task itself comes first.
        """
        settings, asked = self.sandbox.settings(), len(self.sandbox.requests())
        before = contents_of(self.desk.controller.ledger.parent)
        result = self.desk.run(check=True, **task)
        self.sandbox.settings(empty_lists=settings["empty_lists"])
        assert contents_of(self.desk.controller.ledger.parent) == before, "check mode has written"
        requests = {(request["method"], request["path"]) for request in self.sandbox.requests()[asked:]}
        assert {request for request in requests if request[0] != "GET"} <= {_LOG}
        is_certain = not result.get("failed") and not result["changed"] and not names_as_open(result)
        return self._story("check mode finds nothing to do", result) if is_certain and not is_true() else ""

    def _story(self, fault: str, result: dict[str, Any]) -> str:
        facts = {name: result.get(name) for name in ("failed", "changed", "outcome", "msg", "warnings")}
        truth = [(sms["to"], sms["delivery_date"], sms["state"], sms["cancel_at"]) for sms in self.sandbox.messages()]
        return f"{fault}: {facts}; the service has {truth}"


class SuspendedRun:
    """A playbook of one task that stands still right before a kind of request, while other runs and time go on.

    With ``answer`` it stands still while it waits for the answer instead, which the sandbox must have been told to
    delay. ``ansible-playbook`` itself only waits for its module.
    """

    def __init__(self, doubt: Doubt, folder: Path, request: str, *, answer: bool = False) -> None:
        """Start nothing yet."""
        self._doubt = doubt
        self._mark = folder / "stopped"
        self._environment = {"STOP_BEFORE": request, "STOPPED": str(self._mark), "GO_ON": "1" if answer else ""}
        self._answer = answer
        self._threads = ThreadPoolExecutor(1)
        self._run: Future[PlaybookRun] | None = None

    def start(self, **task: Any) -> SuspendedRun:
        """Start it, and wait until it stands still."""
        desk, sends = self._doubt.desk, len(self._doubt.sandbox.sends())
        run = self._threads.submit(desk.controller.play, desk.task(**task), environment=self._environment)
        self._run = run
        until(lambda: self._mark.exists() or run.done())
        assert not run.done(), run.result().everything
        if self._answer:
            until(lambda: any(send["status"] is not None for send in self._doubt.sandbox.sends()[sends:]))
            os.kill(self._pid, signal.SIGSTOP)
        until(self._is_stopped)
        return self

    def wake(self) -> dict[str, Any]:
        """Let it go on, and return its result."""
        assert self._run is not None
        os.kill(self._pid, signal.SIGCONT)
        return only(self._run.result(timeout=2 * _PATIENCE))

    def __enter__(self) -> SuspendedRun:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing that stands still."""
        if self._run is not None and not self._run.done():
            os.kill(self._pid, signal.SIGCONT)
        self._threads.shutdown()

    @property
    def _pid(self) -> int:
        return int(self._mark.read_text(encoding="ascii"))

    def _is_stopped(self) -> bool:
        stat = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii")
        return stat.rpartition(")")[2].split()[0] == "T"


@contextmanager
def in_postgresql(doubt: Doubt, server: PostgresServer) -> Iterator[None]:
    """Keep the ledger in a new database meanwhile, whose clock is the one of this doubt."""
    dbname = server.new_database()
    doubt.desk.controller.options |= {
        "ledger": server.url(dbname, sslmode="verify-full", sslrootcert=str(server.ca_path)),
        "ledger_password": PASSWORD,
    }

    def ahead(seconds: float) -> None:
        with server.admin(dbname) as connection:
            connection.execute(_AHEAD.format(seconds=seconds))

    doubt.set_ledger_clock = ahead
    yield
    with server.admin(dbname) as connection:
        connection.execute(_TRUE_CLOCK)


def only(run: PlaybookRun) -> dict[str, Any]:
    """Return the result of a playbook's one task, with ``failed``, which a task whose errors are ignored leaves out."""
    (record,) = run.records
    return {**record.result, "failed": record.kind == "failed"}


def names_as_open(result: dict[str, Any]) -> bool:
    """Return whether a result says of a message that it was sent, or perhaps was or will be."""
    said = {each["outcome"] for each in result["results"]} & {"already_sent", "unknown"}
    return bool(said or any("go out" in text or "went out" in text for text in result.get("warnings", [])))


def _is_dying(sms: dict[str, Any]) -> bool:
    return sms["state"] == "PENDING" and sms["cancel_at"] is not None and sms["cancel_at"] < sms["delivery_at"]
