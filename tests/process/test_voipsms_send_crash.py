# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill or stop a run at any point of a delivery: what the next runs do, and that no one gets a message twice."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import GRACE, SETTLE_MARGIN
from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import AT_A_TIME
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import (
    Behaviour,
    Connection,
    FaultServer,
)
from ansible_collections.voip_communications.sms.tests.support.ledger_file import age
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTION,
    COLLECTIONS_PATH,
    Controller,
    ModuleProcess,
)
from ansible_collections.voip_communications.sms.tests.support.waiting import until

MANY = [f"+128123456{number:02d}" for number in range(AT_A_TIME + 1)]
STOPS = COLLECTION / "tests" / "support" / "stops"
DEADLINE, WINDOW = 10, 600
CLAIM, POST, SETTLE = (
    "_ledger.sqlite.SqliteLedger.claim",
    "_send.posting.Posting.post",
    "_ledger.sqlite.SqliteLedger.settle",
)

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="what a process does is read from /proc")


@pytest.fixture
def user(tmp_path: Path, server: FaultServer) -> Controller:
    """Return a machine of its own, whose tasks have little time, so that no test waits long."""
    user = Controller(tmp_path / "user", api_url=server.url, api_key="key", api_password="password", deadline=DEADLINE)
    user.options["ledger"] = str(user.ledger)
    user.environment["PYTHONPATH"] = f"{STOPS}{os.pathsep}{COLLECTIONS_PATH}"
    return user


def start(user: Controller, point: str, by: str = "SIGKILL", **options: Any) -> ModuleProcess:
    """Start the task, to be stopped at a point."""
    user.environment |= {"STOP_AT": point, "STOP_BY": by}
    try:
        return user.start(**{"to": ANNA, "msg": "Hello", "dedupe_window": WINDOW, **options}).go()
    finally:
        del user.environment["STOP_AT"], user.environment["STOP_BY"]


def send(user: Controller, **options: Any) -> dict[str, Any]:
    """Run the task again, undisturbed."""
    return user.send(**{"to": ANNA, "msg": "Hello", "dedupe_window": WINDOW, **options})


def killing(process: list[ModuleProcess], *, accepted: bool) -> Behaviour:
    """Kill the client when its whole request is there; ``accepted``: whether the provider has taken the message."""

    def play(connection: Connection) -> None:
        connection.read_request()
        os.kill(process[0].pid, signal.SIGKILL)

    return Behaviour("killed", play, accepted=accepted)


def is_stopped(process: ModuleProcess) -> bool:
    state = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    return state == "T"


def seconds_of_a_delivery(user: Controller) -> float:
    """Return how long one takes on this machine now, from its options to its end."""
    process = user.start(to=BEN, msg="Hello")
    process.until_it_reads()
    begin = time.monotonic()
    assert process.go().wait().result["outcome"] == "sent"
    return time.monotonic() - begin


def assert_doubtful_until_its_window_is_over(user: Controller, server: FaultServer, accepted: int) -> None:
    """Check that at once it is in progress, after its lease unknown, and after window and grace unclaimed."""
    began = time.monotonic()
    at_once = send(user, deadline=1)
    assert (at_once["failed"], at_once["outcome"]) == (True, "in_progress"), at_once
    age(user.ledger, DEADLINE + SETTLE_MARGIN)
    later = send(user)
    assert (later["failed"], later["outcome"], later["changed"]) == (True, "unknown", False), later
    assert "may have been sent" in later["msg"]
    age(user.ledger, WINDOW + GRACE - DEADLINE - SETTLE_MARGIN - (time.monotonic() - began))
    assert send(user)["outcome"] == "unknown"  # the service may have taken it last within one window
    assert len(server.accepted) == accepted
    age(user.ledger, DEADLINE)
    assert send(user)["outcome"] == "sent"
    assert len(server.accepted) == accepted + 1


def test_killed_before_the_claim_has_left_nothing(user: Controller, server: FaultServer) -> None:
    assert start(user, f"before {CLAIM}").wait().rc == -signal.SIGKILL
    assert send(user)["outcome"] == "sent"
    assert len(server.posts) == 1


def test_killed_between_claim_and_post(user: Controller, server: FaultServer) -> None:
    assert start(user, f"before {POST}").wait().rc == -signal.SIGKILL
    assert server.posts == []
    assert_doubtful_until_its_window_is_over(user, server, accepted=0)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_run_that_is_killed_in_its_post_leaves_an_unknown_message(accepted: bool, tmp_path: Path) -> None:
    process: list[ModuleProcess] = []
    with FaultServer([killing(process, accepted=accepted)]) as server:
        user = Controller(
            tmp_path / "user", api_url=server.url, api_key="key", api_password="password", deadline=DEADLINE
        )
        user.options["ledger"] = str(user.ledger)
        process.append(user.start(to=ANNA, msg="Hello", dedupe_window=WINDOW))
        assert process[0].go().wait().rc == -signal.SIGKILL
        assert_doubtful_until_its_window_is_over(user, server, accepted=int(accepted))


def test_killed_between_answer_and_settlement(user: Controller, server: FaultServer) -> None:
    assert start(user, f"before {SETTLE}").wait().rc == -signal.SIGKILL
    assert_doubtful_until_its_window_is_over(user, server, accepted=1)


def test_killed_after_the_settlement_is_known(user: Controller, server: FaultServer) -> None:
    assert start(user, f"after {SETTLE}").wait().rc == -signal.SIGKILL
    assert send(user)["outcome"] == "duplicate"
    assert len(server.posts) == 1


@pytest.mark.parametrize("step", [CLAIM, POST, SETTLE])
def test_killed_between_two_batches(step: str, user: Controller, server: FaultServer) -> None:
    """Stop when all that may be are under way, so that at least one has ended; no one gets a message twice."""
    batches: dict[str, Any] = {"to": MANY, "batch_size": 1}
    assert start(user, f"before {step} {len(MANY)}", **batches).wait().rc == -signal.SIGKILL
    with closing(sqlite3.connect(user.ledger)) as connection:
        (claimed,) = connection.execute("SELECT count(*) FROM row").fetchone()
    # Claims are committed three at a time, so that others than the last may still have waited for theirs.
    assert (claimed < len(MANY)) is (step == CLAIM)
    again = send(user, **batches, deadline=1)
    outcomes = Counter(result["outcome"] for result in again["results"])
    assert outcomes.keys() <= {"sent", "duplicate", "in_progress"}
    assert outcomes["duplicate"] >= 1
    assert outcomes["sent"] == len(MANY) - claimed, "no recipient with a claim is sent to again, and none is lost"
    assert max(Counter(server.accepted).values()) == 1
    age(user.ledger, DEADLINE + SETTLE_MARGIN)
    later = Counter(result["outcome"] for result in send(user, **batches)["results"])
    assert later == Counter(duplicate=outcomes["duplicate"] + outcomes["sent"], unknown=outcomes["in_progress"])
    assert max(Counter(server.accepted).values()) == 1


def test_a_run_that_is_terminated_in_its_post_leaves_an_unknown_message(tmp_path: Path) -> None:
    """SIGTERM, as a service manager sends it: the run ends without a word, and the next one doubts."""
    with FaultServer([faults.read_then_silent(accepted=True)]) as server:
        user = Controller(tmp_path / "user", api_url=server.url, api_key="key", api_password="password", deadline=30)
        user.options["ledger"] = str(user.ledger)
        process = user.start(to=ANNA, msg="Hello").go()
        until(lambda: bool(server.posts))
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait().rc == -signal.SIGTERM
        age(user.ledger, 30 + SETTLE_MARGIN)
        assert send(user)["outcome"] == "unknown"
        assert len(server.accepted) == 1


def test_terminated_with_several_batches_under_way(tmp_path: Path) -> None:
    """It ends at once, as with one; those that had been posted are in doubt, and the others were not begun."""
    with FaultServer(default=faults.read_then_silent(accepted=True)) as server:
        user = Controller(tmp_path / "user", api_url=server.url, api_key="key", api_password="password", deadline=30)
        user.options["ledger"] = str(user.ledger)
        process = user.start(to=MANY, msg="Hello", batch_size=1).go()
        until(lambda: len(server.accepted) == AT_A_TIME)
        began = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait().rc == -signal.SIGTERM
        assert time.monotonic() - began < 10
        age(user.ledger, 30 + SETTLE_MARGIN)
        states = Counter(result["outcome"] for result in send(user, to=MANY[:-1], batch_size=1)["results"])
        assert states == Counter(unknown=AT_A_TIME)
        assert len(server.accepted) == AT_A_TIME


def test_stopped_before_the_post_until_it_is_too_late_sends_nothing(user: Controller, server: FaultServer) -> None:
    """Another run may have taken over by then: the first byte must not leave after its latest moment."""
    process = start(user, f"before {POST}", by="SIGSTOP", deadline=4)
    until(lambda: is_stopped(process))
    # Nothing can be waited for: it is time itself that must pass, nine tenths of the deadline and not all of it.
    time.sleep(3.65)
    os.kill(process.pid, signal.SIGCONT)
    result = process.wait().result
    assert (result["failed"], result["outcome"]) == (True, "not_sent"), result
    assert [post.body for post in server.posts if post.body] == []
    assert send(user)["outcome"] == "sent"


def test_stopped_in_the_post_beyond_its_deadline(tmp_path: Path) -> None:
    """It wakes up with the answer there and its time over; whichever it believes, the ledger says the same."""
    process: list[ModuleProcess] = []

    def stop_and_answer(connection: Connection) -> None:
        request = connection.read_request()
        os.kill(process[0].pid, signal.SIGSTOP)
        connection.send(faults.whole(200, json.dumps({"send_log": faults.records_for(request)}).encode()))

    with FaultServer([Behaviour("stopped", stop_and_answer, accepted=True)]) as server:
        user = Controller(tmp_path / "user", api_url=server.url, api_key="key", api_password="password", deadline=2)
        user.options["ledger"] = str(user.ledger)
        process.append(user.start(to=ANNA, msg="Hello"))
        process[0].go()
        until(lambda: is_stopped(process[0]))
        assert send(user, deadline=1)["outcome"] == "in_progress"
        time.sleep(1.5)  # the rest of its deadline, which cannot be waited for
        os.kill(process[0].pid, signal.SIGCONT)
        outcome = process[0].wait().result["outcome"]
        assert send(user)["outcome"] == {"sent": "duplicate", "unknown": "unknown"}[outcome]
        assert len(server.accepted) == 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_forty_kills_at_random_moments(user: Controller, server: FaultServer) -> None:
    """Each of a message of its own. The next run sends it, knows it, or doubts; it is never sent twice."""
    moments = random.Random(4711)  # noqa: S311 - moments, not secrets
    seen: Counter[str] = Counter()
    undisturbed = seconds_of_a_delivery(user)
    for number in range(40):
        text = f"Message {number}"
        before = len(server.accepted)
        process = user.start(to=ANNA, msg=text)
        process.until_it_reads()
        process.go()
        time.sleep(moments.uniform(0.0, undisturbed))
        os.kill(process.pid, signal.SIGKILL)
        process.wait_for_end()
        age(user.ledger, DEADLINE + SETTLE_MARGIN)
        outcome = user.send(to=ANNA, msg=text)["outcome"]
        accepted = len(server.accepted) - before
        assert accepted == 1 if outcome in ("sent", "duplicate") else accepted <= 1
        seen[outcome] += 1
    assert set(seen) <= {"sent", "duplicate", "unknown"}
    assert len(seen) > 1, f"every kill came at the same point: {seen}"


def test_stopped_before_the_settlement_and_overtaken(user: Controller, server: FaultServer) -> None:
    """Its message was accepted. A run that wakes up after its lease says so, and that the ledger was not updated."""
    process = start(user, f"before {SETTLE}", by="SIGSTOP")
    until(lambda: is_stopped(process))
    age(user.ledger, DEADLINE + SETTLE_MARGIN)
    assert send(user)["outcome"] == "unknown"
    assert send(user, on_unknown="resend")["outcome"] == "sent"
    os.kill(process.pid, signal.SIGCONT)
    result = process.wait().result
    assert result["outcome"] == "sent"
    assert any("ledger not updated" in str(warning) for warning in result["warnings"]), result["warnings"]
    assert len(server.accepted) == 2  # the second one was asked for


def test_a_playbook_that_is_killed_leaves_the_module_to_its_end(user: Controller, server: FaultServer) -> None:
    """Two runs of one task at once are normal then: the second waits for the first, and sends nothing."""
    process = start(user, f"before {SETTLE}", by="SIGSTOP", deadline=30)
    until(lambda: is_stopped(process))
    second = user.start(to=ANNA, msg="Hello", dedupe_window=WINDOW, deadline=30)
    second.until_it_reads()
    second.go()
    time.sleep(0.5)  # into its waiting; where exactly must not matter
    os.kill(process.pid, signal.SIGCONT)
    assert process.wait().result["outcome"] == "sent"
    assert second.wait().result["outcome"] == "duplicate"
    assert len(server.accepted) == 1


# --- A defect, or a limit of the machine, instead of a signal -------------------------------------------------------

THREE = [ANNA, BEN, CARA]


@pytest.mark.parametrize("by", ["MemoryError", "RuntimeError", "OSError", "ZeroDivisionError", "RecursionError"])
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_defect_while_results_are_written_down_hides_none_of_them(
    user: Controller, server: FaultServer, place: str, by: str, at: int
) -> None:
    """In one of three batches, all of which the service has accepted."""
    result = start(user, f"{place} {SETTLE} {at}", by, to=THREE, batch_size=1).wait().result
    assert [each["outcome"] for each in result["results"]] == ["sent"] * 3, result["msg"]
    assert [len(each["smsids"]) for each in result["results"]] == [1, 1, 1]
    assert (result["outcome"], result["changed"], result["requests"]) == ("sent", True, 3)
    (warning,) = result["warnings"]
    text = json.dumps(warning)
    assert f"ledger not updated: internal error {by} at " in text
    assert any(smsid in text for smsid in result["smsids"])
    assert "password" not in json.dumps({**result, "invocation": None})
    again = send(user, to=THREE, batch_size=1, deadline=1)
    assert Counter(each["outcome"] for each in again["results"])["duplicate"] >= 2
    assert len(server.accepted) == 3


@pytest.mark.parametrize(
    ("point", "known"),
    [
        # Where, and what is known of the batch after that.
        ("before _send.posting.Posting.post", "unknown"),
        ("after _send.posting.Posting.post", "unknown"),
        ("after _api.client.Api.send", "unknown"),
        ("before _send.claims.Claims.settle", "sent"),
        ("after _send.claims.Claims.settle", "sent"),
        ("before _send.claims.Claims.claim", "not_sent"),
        ("after _send.claims.Claims.claim", "not_sent"),
        ("before _send.posting.Posting.start_within", "not_sent"),
    ],
)
@pytest.mark.parametrize("batch", [1, 3], ids=["in one batch of three", "in the only batch"])
def test_a_defect_at_any_point_of_a_batch_leaves_what_is_known(
    user: Controller, server: FaultServer, point: str, known: str, batch: int
) -> None:
    result = start(user, point, "MemoryError", to=THREE, batch_size=batch).wait().result
    outcomes = Counter(each["outcome"] for each in result["results"])
    assert outcomes[known] >= batch, (outcomes, result["msg"])
    smsids = [smsid for each in result["results"] for smsid in each["smsids"]]
    assert len(smsids) == outcomes["sent"] == len(result["smsids"])
    assert result.get("failed", False) is (known != "sent")
    assert "MemoryError at " in json.dumps([result["results"], result.get("warnings")])
    sent = len(server.accepted)
    again = send(user, to=THREE, batch_size=batch, deadline=1)
    assert len(server.accepted) == 3 if sent == 3 else len(server.accepted) <= 3, again["msg"]


def test_a_defect_of_the_report_itself_returns_the_results(user: Controller) -> None:
    result = start(user, "before _message.outcome.Result.shown 2", "MemoryError", to=THREE, batch_size=1).wait().result
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "sent"), result["msg"]
    assert [each["outcome"] for each in result["results"]] == ["sent"] * 3
    assert len(result["smsids"]) == 3
    assert "internal error MemoryError at " in result["msg"]
    assert all(smsid in result["msg"] for smsid in result["smsids"])


def test_a_machine_that_has_no_more_threads_after_the_first_answer_reports_it(user: Controller, tmp_path: Path) -> None:
    """The address space of the process ends, so that no thread can start any more, and no page be had of SQLite."""
    process: list[ModuleProcess] = []

    def play(connection: Connection) -> None:
        connection.read_request()
        pages = int(Path(f"/proc/{process[0].pid}/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + 3 * 2**20  # less than the stack of a thread
        resource.prlimit(process[0].pid, resource.RLIMIT_AS, (limit, limit))
        faults.ok().play(connection)

    behaviour = Behaviour("no more memory", play, accepted=True)
    with FaultServer([behaviour]) as server:
        process.append(user.start(to=THREE, msg="Hello", batch_size=1, api_url=server.url))
        result = process[0].go().wait().result
    kinds = [each["outcome"] for each in result["results"]]
    assert "sent" in kinds, result["msg"]
    assert len(result["smsids"]) == kinds.count("sent") <= len(server.accepted)
    assert set(kinds) <= {"sent", "not_sent", "unknown"}
