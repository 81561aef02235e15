# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier run left unknown is looked up in the message log: found, absent, or neither."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import GRACE
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.ledger_file import age
from ansible_collections.voip_communications.sms.tests.support.module_names import LEDGER
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA, OURS
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

KEYED = {"to": ANNA, "msg": "db1 is down", "idempotency_key": "db1"}
OLD = GRACE + 120.0
"""Seconds after which the service can no longer accept a message whose request had the usual deadline."""


@pytest.fixture(autouse=True)
def zone(controller: Controller) -> None:
    """Set the zone of the sandbox's account for every task."""
    controller.options["account_timezone"] = "America/Chicago"


def lose(controller: Controller, service: CountedSandbox, *, accepted: bool, **options: Any) -> None:
    """Run a task whose answer is lost; ``accepted``: whether the service has accepted the message nevertheless."""
    service.sandbox.order(status=500, accept=accepted)
    result = controller.send(**{**KEYED, **options})
    assert result["outcome"] == "unknown"
    assert result["requests"] == 1  # the run itself does not look
    service.expect(len(service.sandbox.sends()))


def states(ledger: Path) -> list[str]:
    with closing(sqlite3.connect(ledger)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM row ORDER BY claimed_at")]


def looks(service: CountedSandbox) -> int:
    return len(service.sandbox.requests("sms/summary"))


def check_then_run(controller: Controller, **options: Any) -> dict[str, Any]:
    """Return the result of a real run, which must be what check mode has said before without writing anything."""
    before = controller.ledger.read_bytes()
    foretold = controller.module(check=True, **{**KEYED, **options}).result
    assert controller.ledger.read_bytes() == before
    real = controller.send(**{**KEYED, **options})
    assert foretold["outcome"].replace("would_send", "sent") == real["outcome"]
    names = ("failed", "changed", "failed_to", "warnings")
    assert {name: foretold.get(name) for name in names} == {name: real.get(name) for name in names}
    if real["outcome"] != "sent":
        assert foretold["msg"] == real["msg"]
        assert foretold["results"] == real["results"]
    return real


# --- Found --------------------------------------------------------------------------------------------------------


def test_what_the_log_shows_was_sent(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True)
    result = check_then_run(controller)
    assert not result.get("failed")
    assert result["changed"] is False
    assert result["outcome"] == "duplicate"
    assert "the message log shows it" in result["results"][0]["code_desc"]
    assert result["msg"].startswith(f"already sent to 1 recipient (first at {result['results'][0]['first_sent_at']}")
    assert result["requests"] == 2
    assert states(controller.ledger) == ["accepted"]
    assert controller.send(**KEYED)["requests"] == 0  # it is known now, and not looked up again


def test_what_the_log_shows_is_not_sent_again_by_resend(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True)
    assert controller.send(**KEYED, on_unknown="resend")["outcome"] == "duplicate"
    lose(controller, service, accepted=False, to=BEN)
    assert controller.send(**{**KEYED, "to": BEN}, on_unknown="resend")["outcome"] == "sent"
    service.expect(3)


def test_each_recipient_is_looked_up_by_itself(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True, to=[ANNA])
    lose(controller, service, accepted=False, to=[BEN])
    result = controller.send(**{**KEYED, "to": [ANNA, BEN, CARA]})
    assert [each["outcome"] for each in result["results"]] == ["duplicate", "unknown", "sent"]
    assert result["failed_to"] == [BEN]
    assert service.expect(3)[2]["form"]["to"] == CARA.lstrip("+")
    assert looks(service) == 2


def test_a_record_of_another_key_finds_nothing(controller: Controller, service: CountedSandbox) -> None:
    """One record, and another row of the ledger that it is of."""
    controller.send(**{**KEYED, "idempotency_key": "another"})
    lose(controller, service, accepted=False)
    result = check_then_run(controller, on_unknown="resend_if_absent")
    assert result["failed"] is True
    assert result["outcome"] == "unknown"
    assert "no more often than other messages account for" in result["msg"]
    age(controller.ledger, OLD)
    assert controller.send(**KEYED, on_unknown="resend_if_absent")["failed"] is True
    service.expect(2)


def test_two_records_of_which_another_key_has_one_find_the_message(
    controller: Controller, service: CountedSandbox
) -> None:
    controller.send(**{**KEYED, "idempotency_key": "another"})
    lose(controller, service, accepted=True)
    assert controller.send(**KEYED)["outcome"] == "duplicate"
    service.expect(2)


def test_a_long_text_is_found_whole_and_not_in_parts(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True, msg="x" * 200)
    service.sandbox.settings(records="per-segment")
    lose(controller, service, accepted=True, msg="y" * 200, idempotency_key="parts")
    assert controller.send(**{**KEYED, "msg": "x" * 200})["outcome"] == "duplicate"
    parts = controller.send(**{**KEYED, "msg": "y" * 200, "idempotency_key": "parts"})
    assert parts["failed"] is True
    assert "that may be it, or another" in parts["msg"]
    service.expect(2)


def test_found_by_a_playbook_that_loops_until_it_is_known(controller: Controller, service: CountedSandbox) -> None:
    service.sandbox.order(status=500, accept=True)
    keywords = {"register": "told", "until": "told is success", "retries": 2, "delay": 0}
    run = controller.play(controller.task(keywords=keywords, **KEYED))
    assert run.rc == 0, run.everything
    service.expect(1)
    assert run.results[-1]["outcome"] == "duplicate"
    assert run.results[-1]["attempts"] == 2


# --- Absent -------------------------------------------------------------------------------------------------------


def test_absence_proves_nothing_before_the_time_of_grace_is_over(
    controller: Controller, service: CountedSandbox
) -> None:
    lose(controller, service, accepted=False)
    result = check_then_run(controller, on_unknown="resend_if_absent")
    assert result["failed"] is True
    assert result["changed"] is False
    assert "may have been sent" in result["msg"]
    with closing(sqlite3.connect(controller.ledger)) as connection:
        (moment,) = connection.execute(
            "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', CAST(first_byte_by + ? AS INTEGER), 'unixepoch') FROM row", (GRACE,)
        ).fetchone()
    assert f"proves nothing before {moment}; run the task again after that" in result["msg"]
    assert states(controller.ledger) == ["unknown"]


def test_what_the_whole_log_does_not_show_is_sent_once(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=False)
    age(controller.ledger, OLD)
    assert "on_unknown=resend_if_absent sends it again" in controller.send(**KEYED)["msg"]
    result = check_then_run(controller, on_unknown="resend_if_absent")
    assert (result["outcome"], result["changed"]) == ("sent", True)
    assert result["requests"] == 2
    assert controller.send(**KEYED, on_unknown="resend_if_absent")["outcome"] == "duplicate"
    service.expect(2)


def test_runs_that_all_see_it_absent_send_once(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=False)
    age(controller.ledger, OLD)
    # So that each has looked before the first of them claims.
    service.sandbox.order(path="sms/summary", times=4, accept=True, delay=2.0)
    results = controller.race(*[{**KEYED, "on_unknown": "resend_if_absent"}] * 4)
    service.expect(2)
    assert looks(service) > 1
    assert Counter(result["outcome"] for result in results) == {"sent": 1, "duplicate": 3}


def test_runs_that_all_see_it_absent_send_once_though_that_answer_is_lost_too(
    controller: Controller, service: CountedSandbox
) -> None:
    lose(controller, service, accepted=False)
    age(controller.ledger, OLD)
    service.sandbox.order(path="sms/summary", times=4, accept=True, delay=2.0)
    service.sandbox.order(status=500, accept=False)
    results = controller.race(*[{**KEYED, "on_unknown": "resend_if_absent"}] * 4)
    service.expect(2)
    assert looks(service) > 1
    assert {result["outcome"] for result in results} == {"unknown"}
    assert sum(result["changed"] for result in results) == 1


def test_what_the_log_shows_of_others_leaves_it_absent(controller: Controller, service: CountedSandbox) -> None:
    controller.send(**{**KEYED, "to": BEN})
    controller.send(**{**KEYED, "msg": "db2 is down", "idempotency_key": "db2"})
    service.sandbox.incoming(ANNA.lstrip("+"), OURS, KEYED["msg"])
    lose(controller, service, accepted=False)
    age(controller.ledger, OLD)
    assert controller.send(**KEYED, on_unknown="resend_if_absent")["outcome"] == "sent"
    service.expect(4)


def test_a_wrong_zone_does_not_send_twice(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True)
    age(controller.ledger, OLD)
    for name in ("Asia/Tokyo", "Pacific/Honolulu"):
        result = controller.send(**KEYED, on_unknown="resend_if_absent", account_timezone=name)
        assert result["failed"] is True
        assert "that may be it, or another" in result["msg"]
    service.expect(1)


# --- Neither ------------------------------------------------------------------------------------------------------


def test_without_a_zone_the_log_is_not_read(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=False)
    age(controller.ledger, OLD)
    controller.options["account_timezone"] = None
    result = controller.send(**KEYED, on_unknown="resend_if_absent")
    assert (result["failed"], result["outcome"], result["requests"]) == (True, "not_sent", 0)
    assert "on_unknown=resend_if_absent needs account_timezone" in result["msg"]
    result = check_then_run(controller)
    assert result["failed"] is True
    assert "set account_timezone to have it looked up in the message log" in result["msg"]
    assert looks(service) == 0


def test_a_log_that_cannot_be_read_decides_nothing(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True)
    age(controller.ledger, OLD)
    service.sandbox.order(path="sms/summary", times=2, status=404)
    result = check_then_run(controller, on_unknown="resend_if_absent")
    assert result["failed"] is True
    (warning,) = result["warnings"]
    assert "the message log could not be read, and has decided nothing: " in str(warning)
    assert "the message log could not be read" in result["msg"]
    service.sandbox.order(path="sms/summary", status=403)
    others = controller.send(**{**KEYED, "to": [ANNA, BEN]}, on_unknown="skip")
    assert not others.get("failed")
    assert [each["outcome"] for each in others["results"]] == ["unknown", "sent"]
    service.expect(2)


def test_a_log_without_an_end_proves_no_absence(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=False)
    age(controller.ledger, OLD)
    page = {"error": False, "summary": [{"sms_id": "1", "sms_inout": "OUT", "sms_external": "13612345678"}]}
    service.sandbox.order(path="sms/summary", times=2, body=page)
    result = controller.send(**KEYED, on_unknown="resend_if_absent")
    assert result["failed"] is True
    assert "which is not to its end" in result["msg"]
    assert looks(service) == 2
    service.expect(1)


def test_a_record_that_may_be_it_decides_nothing(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True)
    age(controller.ledger, OLD)
    for change in ({"sms_status_date": "yesterday"}, {"sms_status": "FAILED"}):
        service.sandbox.order(path="sms/summary", accept=True, record=change)
        result = controller.send(**KEYED, on_unknown="resend_if_absent")
        assert result["failed"] is True
        assert "that may be it, or another" in result["msg"]
    assert states(controller.ledger) == ["unknown"]


def test_another_text_under_the_key_cannot_be_looked_up(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True)
    age(controller.ledger, OLD)
    options = {**KEYED, "msg": "db1 is up", "on_different": "skip", "on_unknown": "resend_if_absent"}
    result = controller.send(**options)
    assert result["failed"] is True
    assert "its text was different" in result["msg"]
    service.expect(1)


def test_without_a_ledger_absence_cannot_be_asked_for(controller: Controller, service: CountedSandbox) -> None:
    result = controller.send(to=ANNA, msg="Hello", ledger="none", on_unknown="resend_if_absent")
    assert result["failed"] is True
    assert "on_unknown=resend_if_absent needs a ledger" in result["msg"]
    service.expect(0)


def test_the_log_is_read_only_where_something_is_unknown(controller: Controller, service: CountedSandbox) -> None:
    lose(controller, service, accepted=True)
    assert controller.send(**KEYED, force=True)["outcome"] == "sent"
    assert controller.send(**KEYED, on_unknown="resend_if_absent")["outcome"] == "duplicate"
    service.expect(2)
    assert looks(service) == 0


# --- A clock that was wrong, and a person ---------------------------------------------------------------------------

YEAR = 365 * 86400.0


@pytest.mark.parametrize("state", ["accepted", "sending", "unknown"])
@pytest.mark.parametrize("keyed", [True, False], ids=["key of a user", "key of a hash"])
@pytest.mark.parametrize("way", ["sent", "not_sent"])
def test_what_a_wrong_clock_wrote_can_be_found_and_resolved(
    controller: Controller, service: CountedSandbox, way: str, state: str, keyed: bool
) -> None:
    """What the failed task advises works, with the key that it returned, which is the one of the listing."""
    controller.options["account_timezone"] = None  # with a zone, the message log would tell
    task = KEYED if keyed else {"to": ANNA, "msg": "db1 is down"}
    controller.send(**task)
    age(controller.ledger, -YEAR)
    with closing(sqlite3.connect(controller.ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE row SET state = ?, checksum = NULL", (state,))
    failed = controller.send(**task)
    assert (failed["failed"], failed["outcome"]) == (True, "unknown"), failed["msg"]
    assert "lies ahead: a clock is wrong, or was" in failed["msg"]
    listed = controller.send(module=f"{LEDGER}_info", states=["unknown"])
    assert [row["key"] for row in listed["rows"]] == [failed["key"]]
    shown = controller.send(module=f"{LEDGER}_info", key=failed["key"], to=ANNA)
    assert [row["key"] for row in shown["rows"]] == [failed["key"]]
    told = {"module": LEDGER, "key": failed["key"], "to": ANNA, "as": way}
    foretold = controller.send(check=True, **told)
    resolved = controller.send(**told)
    assert (resolved["changed"], foretold["changed"]) == (True, True), resolved["msg"]
    assert resolved["results"] == foretold["results"]
    assert resolved["results"][0]["before"] == "unknown"
    if resolved["results"][0]["after"] == "sending":  # a run may be at work, so its claim holds for one more lease
        age(controller.ledger, 3600.0)
        assert controller.send(**told)["results"][0] == {"to": ANNA, "before": "unknown", "after": "absent"}
    again = controller.send(**task)
    assert again["outcome"] == ("duplicate" if way == "sent" else "sent"), again["msg"]
    service.expect(1 if way == "sent" else 2)


def test_what_was_accepted_by_a_wrong_clock_is_found_in_the_message_log(
    controller: Controller, service: CountedSandbox
) -> None:
    controller.send(**KEYED)
    age(controller.ledger, -YEAR)
    assert controller.send(**KEYED)["outcome"] == "duplicate"
    assert looks(service) > 0
    before = looks(service)
    assert controller.send(**KEYED)["outcome"] == "duplicate"
    assert looks(service) == before, "the ledger knows it now"
    service.expect(1)
