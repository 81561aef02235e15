# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scheduled messages over a real ledger, with a provider in the same process and one clock for both that is moved.

Every sentence on ``voipsms_scheduled`` of the design has a test that is named after it. The text is two parts long, and
most tests run in both ways in which a service can keep parts and identifiers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Denied
from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict
from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import (
    ListError,
    Listing,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import (
    CancelAnswer,
    CancelVerdict,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    KEPT,
    SETTLE_MARGIN,
    LedgerError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.cancel import Cancellation
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.errors import ScheduleError
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.lock import lock_claim, lock_key
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import AmbiguousError, Match
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.proof import USUAL_GRACES
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.source import SnapshotSource
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy, summary
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_diff import pending_diff
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_scheduled import (
    SCHEDULING,
)
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, BULK, CARA, CARL, OURS
from ansible_collections.voip_communications.sms.tests.support.scheduling import (
    CONFIRMED,
    D1,
    D2,
    DAY,
    DEADLINE,
    MINUTE,
    NOT_FOUND,
    OTHER,
    START,
    TEXT,
    Waiting,
    World,
    denied,
    killed,
    lost,
    lost_but_accepted,
    moment_of,
    refused,
)

MODES = [
    pytest.param({"parts": parts, "shared": shared}, id=f"{kept}, {smsids}")
    for parts, kept in ((False, "a record a message"), (True, "a record a part"))
    for shared, smsids in ((False, "an smsid each"), (True, "an smsid together"))
]


@pytest.fixture(params=MODES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(tmp_path / "ledger.sqlite3", **request.param)


@pytest.fixture
def plain(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.sqlite3")


# --- "state: present makes the pending messages what the task says; absent cancels them" ------------------------------


def test_present_makes_the_messages_wait_and_the_same_again_posts_nothing(world: World) -> None:
    assert world.present(ANN, BOB) == ["scheduled", "scheduled"]
    assert world.told["changed"]
    assert world.provider.messages() == [(ANN, D1), (BOB, D1)]
    assert world.present(ANN, BOB) == ["duplicate", "duplicate"]
    assert (world.told["changed"], world.told["failed"], len(world.provider.posts)) == (False, False, 2)
    assert world.warnings == []


def test_absent_cancels_them_and_again_has_nothing_to_do(world: World) -> None:
    world.present(ANN, BOB, name="n")
    assert world.absent(name="n") == ["cancelled", "cancelled"]
    assert (world.told["changed"], world.told["failed"]) == (True, False)
    assert world.provider.messages() == []
    assert set(world.states()) == {f"{D1} cancelling"}
    asked = len(world.provider.cancels)
    for proof in ("cancelling", "cancelled", "cancelled"):
        world.seconds += USUAL_GRACES.list_grace
        assert world.absent(name="n") == []
        assert (world.told["outcome"], world.told["changed"]) == ("unchanged", False)
        assert set(world.states()) == {f"{D1} {proof}"}
    assert len(world.provider.cancels) == asked


def test_with_a_name_another_date_is_one_task(world: World) -> None:
    world.present(ANN, BOB, name="n")
    assert world.present(ANN, BOB, name="n", date=D2) == ["scheduled", "scheduled", "cancelled", "cancelled"]
    assert world.provider.messages() == [(ANN, D2), (BOB, D2)]
    assert (world.told["changed"], world.told["failed"], world.warnings) == (True, False, [])
    assert world.present(ANN, BOB, name="n", date=D2) == ["duplicate", "duplicate"]


def test_with_a_name_another_text_is_one_task(world: World) -> None:
    world.present(ANN, name="n")
    assert world.present(ANN, name="n", msg=OTHER) == ["scheduled", "cancelled"]
    assert {entry.record.to for entry in world.provider.waiting} == {ANN}
    assert "".join(entry.record.text for entry in world.provider.waiting) == OTHER


def test_with_a_name_recipients_are_dropped_and_added(world: World) -> None:
    world.present(ANN, BOB, name="n")
    assert world.present(ANN, name="n") == ["duplicate", "cancelled"]
    assert world.provider.messages() == [(ANN, D1)]
    assert world.present(ANN, CARL, name="n") == ["duplicate", "scheduled"]
    assert world.provider.messages() == [(ANN, D1), (CARL, D1)]


def test_creating_the_new_before_cancelling_the_old(plain: World) -> None:
    plain.present(ANN, name="n")
    seen: list[int] = []
    real = plain.provider.cancel

    def cancel(smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        seen.append(len(plain.provider.posts))
        return real(smsid, seconds, permits)

    plain.provider.cancel = cancel  # type: ignore[method-assign] # watched, and then done
    plain.present(ANN, name="n", date=D2)
    assert seen == [2]


def test_without_a_name_a_message_is_its_sender_recipient_text_and_minute(world: World) -> None:
    assert world.present(ANN) == ["scheduled"]
    assert world.present(ANN, date=D2) == ["scheduled"]
    assert world.provider.messages() == [(ANN, D1), (ANN, D2)]
    assert world.present(ANN, sender=OURS) == ["scheduled"]
    assert world.present(BOB) == ["scheduled"]
    assert len(world.provider.posts) == 4


def test_one_recipient_per_request(world: World) -> None:
    world.present(ANN, BOB, CARL)
    assert sorted(to for to, _date in world.provider.posts) == [ANN, BOB, CARL]


def test_two_names_do_not_touch_each_other(world: World) -> None:
    world.present(ANN, name="day before")
    world.present(ANN, name="hour before", date=D2)
    assert world.present(ANN, name="hour before", date="2026-11-23 12:00") == ["scheduled", "cancelled"]
    assert world.provider.messages() == [(ANN, D1), (ANN, "2026-11-23 12:00")]
    assert world.absent(name="hour before") == ["cancelled"]
    assert world.provider.messages() == [(ANN, D1)]


# --- "One run at a time per name (a claim on the name)" ---------------------------------------------------------------


def test_of_two_runs_with_one_name_at_once_the_second_waits_and_they_end_with_one_date(plain: World) -> None:
    other = World(plain.path)
    other.provider = plain.provider
    second: list[list[str]] = []

    def at_once(to: str) -> Judgement:
        """While the first is at work the second begins; waiting for the lock, it sees the first end."""
        name = FINGERPRINTS.name("n")
        assert plain.open().rows(lock_key(FINGERPRINTS, name), [name])[name].state.value == "sending"
        other.seconds = plain.seconds
        with pytest.raises(ScheduleError, match="another run is at work on the same name"):
            other.present(ANN, name="n", date=D2)
        assert other.seconds - plain.seconds <= DEADLINE
        smsids = plain.provider.accept([to], TEXT, None, D1)[to]
        return Judgement({to: Verdict(Fate.ACCEPTED, code=200, smsids=tuple(smsids))})

    plain.provider.answers[ANN] = [at_once]
    assert plain.present(ANN, name="n") == ["scheduled"]
    other.seconds = plain.seconds
    second.append(other.present(ANN, name="n", date=D2))
    assert second == [["scheduled", "cancelled"]]
    assert plain.provider.messages() == [(ANN, D2)]


def test_a_lock_that_is_released_in_time_is_waited_for(plain: World) -> None:
    name = FINGERPRINTS.name("n")
    key = lock_key(FINGERPRINTS, name)
    claim = lock_claim(key, name, "concurrent", DEADLINE)
    assert plain.open().claim(claim).won
    plain.due = [lambda: None, lambda: plain.open().settle(key, "concurrent", {name: (Fate.NOT_SENT, ())})]
    assert plain.present(ANN, name="n") == ["scheduled"]
    assert START < plain.seconds < START + DEADLINE


def test_a_lock_that_cannot_be_released_is_a_warning(plain: World) -> None:
    class Full:
        """A ledger that can no longer be written once the lock is to be released."""

        def __getattr__(self, name: str) -> Any:
            return getattr(plain.open(), name)

        def settle(self, key: str, owner: str, fates: Any) -> Any:
            if FINGERPRINTS.name("n") in fates:
                raise LedgerError("the ledger '/l' cannot be written (disk is full)")
            return plain.open().settle(key, owner, fates)

    plain.ledger = Full()
    assert plain.present(ANN, name="n") == ["scheduled"]
    (warning,) = plain.warnings
    assert warning.startswith("ledger not updated: the ledger '/l' cannot be written (disk is full)")
    assert warning.endswith("the next run of this name may have to wait")
    plain.ledger = plain.open()
    with pytest.raises(ScheduleError, match="another run is at work on the same name"):
        plain.present(ANN, name="n")
    plain.seconds += DEADLINE + SETTLE_MARGIN
    assert plain.present(ANN, name="n") == ["duplicate"]


def test_the_lock_of_a_run_that_a_wrong_clock_wrote_expires_one_lease_from_now(plain: World) -> None:
    """Until then its run may be at work; no person sees locks, so none has to end it."""
    name = FINGERPRINTS.name("n")
    plain.seconds += 365 * 86400
    plain.open().claim(lock_claim(lock_key(FINGERPRINTS, name), name, "killed", DEADLINE))
    plain.seconds = START
    with pytest.raises(ScheduleError, match="another run is at work on the same name"):
        plain.present(ANN, name="n")
    assert plain.present(ANN, name="n") == ["scheduled"]


def test_the_lock_of_a_killed_run_expires(plain: World) -> None:
    name = FINGERPRINTS.name("n")
    plain.open().claim(lock_claim(lock_key(FINGERPRINTS, name), name, "killed", DEADLINE))
    plain.seconds += DEADLINE + SETTLE_MARGIN + 1
    assert plain.present(ANN, name="n") == ["scheduled"]


def test_the_same_message_without_a_name_by_two_runs_at_once_is_waited_for_and_made_once(plain: World) -> None:
    concurrent = World(plain.path)
    concurrent.provider = plain.provider
    asked: list[list[str]] = []

    def meanwhile(to: str) -> Judgement:
        concurrent.seconds = plain.seconds
        asked.append(concurrent.present(to))
        return Judgement(
            {to: Verdict(Fate.ACCEPTED, 200, smsids=tuple(plain.provider.accept([to], TEXT, None, D1)[to]))}
        )

    plain.provider.answers[ANN] = [meanwhile]
    assert plain.present(ANN) == ["scheduled"]
    assert asked == [["in_progress"]]
    assert concurrent.told["failed"]
    assert not concurrent.told["changed"]
    assert len(plain.provider.posts) == 1


def test_what_a_concurrent_run_has_scheduled_is_a_duplicate(plain: World) -> None:
    request = plain.request(ANN)
    key, recipient = FINGERPRINTS.key(request.delivery.key), FINGERPRINTS.recipient(ANN)
    claim = lock_claim(key, recipient, "concurrent", DEADLINE)._replace(schedule=request.delivery.schedule)
    plain.open().claim(claim)

    def settles() -> None:
        smsids = tuple(plain.provider.accept([ANN], TEXT, None, D1)[ANN])
        plain.open().settle(key, "concurrent", {recipient: (Fate.ACCEPTED, smsids)})

    plain.due = [settles]
    assert plain.present(ANN) == ["duplicate"]
    assert plain.provider.posts == []


# --- "The server's pending list is the truth for what it shows" -------------------------------------------------------


def test_an_smsid_that_the_ledger_created_is_the_message_it_created(world: World) -> None:
    """The list may show another date (another zone) or a text that the service has changed."""
    world.present(ANN, name="n")
    shown = [entry.record._replace(date="2026-11-21 13:00", text="?") for entry in world.provider.waiting]
    world.provider.waiting = [Waiting(record, moment_of(record.date)) for record in shown]
    assert world.present(ANN, name="n") == ["duplicate"]
    assert world.absent(name="n") == ["cancelled"]


def test_the_lists_date_and_text_decide_only_for_messages_that_the_ledger_does_not_know(plain: World) -> None:
    plain.present(ANN)
    later = "2026-11-21 13:00"
    plain.provider.waiting = [Waiting(plain.provider.waiting[0].record._replace(date=later), moment_of(later))]
    assert plain.absent(date=later) == []
    plain.provider.accept([BOB], OTHER, None, later)
    assert plain.absent(date=later) == ["cancelled"]
    assert [entry.record.to for entry in plain.provider.waiting] == [ANN]
    assert plain.absent(date=D1) == ["cancelled"]


def test_what_the_list_shows_elsewhere_is_no_proof_of_absence(plain: World) -> None:
    """The list is in another zone, or shows no texts: an unknown message may be what it shows."""
    plain.provider.answers[ANN] = [lost_but_accepted(plain)]
    plain.provider.look_faults = [None, *[ListError("the service answered HTTP 500 Internal Server Error")] * 2]
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.seconds += GRACE + DEADLINE + SETTLE_MARGIN + 1
    changes: list[dict[str, Any]] = [{"date": "2026-11-21 13:00"}, {"text": ""}]
    for changed in changes:
        shown = [entry.record._replace(**changed) for entry in plain.provider.waiting]
        plain.provider.waiting = [Waiting(record, moment_of(D2)) for record in shown]
        assert plain.present(ANN, name="n") == ["unknown"]
    assert len(plain.provider.posts) == 1


def test_a_move_whose_answer_was_lost_leaves_no_earlier_message(plain: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first list after it is late and the second is not: only then may the earlier message go."""
    plain.present(ANN, name="n")
    plain.provider.answers[ANN] = [lost_but_accepted(plain, D2)]
    read, is_late = plain.provider.pending, iter([False, True])

    def pending(seconds: float) -> Listing:
        listing = read(seconds)
        late = [record for record in listing.records if record.date == D1]
        return Listing(tuple(late), listing.at) if next(is_late, False) else listing

    monkeypatch.setattr(plain.provider, "pending", pending)
    assert plain.present(ANN, name="n", date=D2) == ["scheduled", "cancelled"]
    assert [date for _to, date in plain.provider.messages()] == [D2]
    assert plain.warnings == []


def test_the_old_message_stays_while_the_list_shows_the_new_one_at_another_date(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.provider.cancel_faults = ["HTTP 404 Not Found"]
    assert plain.present(ANN, name="n", date=D2) == ["scheduled", "refused"]
    moved = [entry for entry in plain.provider.waiting if entry.record.date == D2]
    plain.provider.waiting.remove(moved[0])
    plain.provider.waiting.append(Waiting(moved[0].record._replace(date="2026-11-22 13:00"), moment_of(D2)))
    assert plain.present(ANN, name="n", date=D2) == ["duplicate"]
    assert sorted(date for _to, date in plain.provider.messages()) == [D1, "2026-11-22 13:00"]
    assert "another date than was meant" in " ".join(plain.warnings)


# --- The zone is not known --------------------------------------------------------------------------------------------


def test_without_a_zone_a_date_that_may_be_over_is_not_taken_for_over(plain: World) -> None:
    """Ten hours before the date, it is over somewhere on earth already."""
    plain.zone = None
    assert plain.present(ANN, name="n") == ["scheduled"]
    plain.seconds = moment_of(D1) - 10 * 3600
    assert plain.present(ANN, name="n") == ["duplicate"]
    gone = ListError("the service answered HTTP 404 Not Found")
    plain.provider.look_faults = [gone]
    with pytest.raises(ScheduleError, match="nothing was changed"):
        plain.absent(name="n")
    assert plain.absent(name="n") == ["unknown"]
    assert plain.absent(name="n") == ["unknown"]
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.seconds = moment_of(D1) + 27 * 3600
    assert plain.present(ANN, name="n") == ["unknown"]
    assert "its date is over; it may have gone out" in plain.told["msg"]


def test_without_a_zone_the_list_still_proves_that_a_message_was_accepted(plain: World) -> None:
    plain.zone = None
    plain.provider.answers[ANN] = [lost_but_accepted(plain)]
    plain.provider.look_faults = [None, *[ListError("the service answered HTTP 500 Internal Server Error")] * 2]
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.seconds = moment_of(D1) - 10 * 3600
    assert plain.present(ANN, name="n") == ["duplicate"]


def test_without_a_zone_a_date_that_is_over_everywhere_is_refused(plain: World) -> None:
    plain.zone = None
    plain.present(ANN, name="n")
    plain.seconds = moment_of(D1) + 12 * 3600 + 1
    with pytest.raises(InputError, match=f"delivery_date {D1} is in the past in every zone of the world"):
        plain.present(BOB)
    with pytest.raises(InputError, match="every zone of the world"):
        plain.present(BOB, check_mode=True)
    assert plain.present(ANN, name="n") == ["already_sent"]
    assert plain.warnings == []
    assert len(plain.provider.posts) == 1


def test_without_a_zone_a_date_that_may_be_over_is_a_warning(plain: World) -> None:
    plain.zone = None
    plain.seconds = moment_of(D1) - 14 * 3600 + 1
    for check_mode in (True, False):
        plain.present(ANN, check_mode=check_mode)
        assert [f"delivery_date {D1} may be in the past" in warning for warning in plain.warnings] == [True]
        assert "set account_timezone" in plain.warnings[0]
    assert plain.present(ANN) == ["duplicate"]
    assert plain.warnings == []


def test_without_a_zone_an_uncertain_cancel_names_the_remedy(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.zone = None
    plain.seconds = moment_of(D1) - 10 * 3600
    for check_mode in (True, False):
        assert plain.absent(name="n", check_mode=check_mode) == ["unknown"], check_mode
        assert "in some zone of the world its date was over or near" in plain.told["msg"]
    plain.zone = "UTC"
    plain.seconds += 60
    assert plain.absent(name="n") == []


def test_a_cancel_shortly_before_the_date_is_uncertain_in_every_zone(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.seconds = moment_of(D1) - 60
    for check_mode in (True, False):
        assert plain.absent(name="n", check_mode=check_mode) == ["unknown"], check_mode
        assert "it may have gone out: its date was over, or so near" in plain.told["msg"]


# --- "A plan that must cancel is refused, with nothing changed, unless this run has read the list" --------------------


def test_a_plan_that_must_cancel_is_refused_with_nothing_changed_without_the_list(world: World) -> None:
    world.present(ANN, name="n")
    before = (world.path.read_bytes(), world.provider.messages(), len(world.provider.posts))
    for task in (lambda: world.present(ANN, name="n", date=D2), lambda: world.absent(name="n")):
        world.provider.look_faults = [ListError(NOT_FOUND)] * 9
        with pytest.raises(ScheduleError) as caught:
            task()
        assert "nothing was changed" in str(caught.value)
        assert "scheduled_path" in str(caught.value)
        assert (len(world.provider.posts), world.provider.cancels) == (1, [])
        assert world.provider.messages() == before[1]
    assert world.states() == [f"{D1} accepted"]


def test_absent_by_what_a_message_is_needs_the_list(plain: World) -> None:
    plain.provider.look_faults = [ListError(NOT_FOUND)]
    with pytest.raises(ScheduleError, match="nothing was cancelled"):
        plain.absent(to=frozenset({ANN}))


def test_a_pure_creation_falls_back_on_the_ledger_with_a_warning_when_there_is_no_list(world: World) -> None:
    world.provider.look_faults = [ListError(NOT_FOUND)] * 99
    assert world.present(ANN, name="n") == ["scheduled"]
    assert "scheduled_path" in world.warnings[0]
    assert "404" in world.warnings[0]
    assert (world.told["failed"], world.told["changed"]) == (False, True)
    assert world.present(ANN, name="n") == ["duplicate"]
    assert len(world.provider.posts) == 1


def test_absent_by_smsid_without_the_list_tries_and_says_that_it_could_not_be_verified(world: World) -> None:
    world.present(ANN)
    smsids = world.report.results[0].smsids
    world.provider.look_faults = [ListError(NOT_FOUND)]
    assert set(world.absent(smsids=smsids)) == {"unknown"}
    assert world.told["failed"]
    assert "could not be verified" in world.told["msg"]
    assert world.provider.cancels == list(smsids)
    assert world.provider.messages() == []


def test_absent_by_smsid_without_the_list_changes_nothing_in_check_mode(plain: World) -> None:
    plain.present(ANN)
    plain.provider.look_faults = [ListError(NOT_FOUND)]
    assert plain.absent(smsids=("id002",), check_mode=True) == ["unknown"]
    assert plain.provider.cancels == []


def test_absent_by_smsid_without_the_list_leaves_alone_what_has_gone_out(plain: World) -> None:
    plain.present(ANN)
    plain.seconds = moment_of(D1) + 60
    plain.provider.look_faults = [ListError(NOT_FOUND)]
    assert plain.absent(smsids=("id002", "id999")) == ["already_sent", "unknown"]
    assert plain.provider.cancels == ["id999"]


def test_wrong_credentials_stop_the_task_before_anything_happens(plain: World) -> None:
    plain.provider.look_faults = [Denied("the service refused the request (HTTP 401 Unauthorized)", passing=False)]
    with pytest.raises(Denied):
        plain.present(ANN)
    assert plain.provider.posts == []


# --- "Creating and cancelling are confirmed by a second look" ---------------------------------------------------------


def test_a_cancel_that_the_service_only_claims_is_refused(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.provider.cancel = lambda *_call: CONFIRMED  # type: ignore[method-assign] # says yes, does nothing
    assert plain.absent(name="n") == ["refused"]
    assert plain.told["failed"]
    assert "still pending" in plain.told["msg"]
    assert plain.states() == [f"{D1} accepted"]


def test_a_cancel_that_the_service_refuses_says_why(world: World) -> None:
    world.present(ANN, name="n")
    world.provider.cancel_faults = ["HTTP 404 Not Found"] * 3
    assert world.absent(name="n") == ["refused"]
    assert "404" in world.told["msg"]


def test_a_cancel_that_the_service_may_yet_carry_out_is_unknown_until_that_is_over(world: World) -> None:
    world.present(ANN, name="n")
    world.provider.cancel_faults = ["HTTP 500 Internal Server Error"] * 3
    assert world.absent(name="n") == ["unknown"]
    assert "500" in world.told["msg"]
    assert "may yet be cancelled" in world.told["msg"]
    assert world.present(ANN, name="n", check_mode=True) == ["unknown"]
    world.seconds += DEADLINE + GRACE + USUAL_GRACES.list_grace
    assert world.present(ANN, name="n", check_mode=True) == ["duplicate"]


def test_a_cancel_whose_answer_was_lost_counts_when_the_list_no_longer_shows_it(world: World) -> None:
    world.present(ANN, name="n")
    real = world.provider.cancel

    def cancel(smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        real(smsid, seconds, permits)
        return CancelAnswer(CancelVerdict.LOST, "the connection was reset")

    world.provider.cancel = cancel  # type: ignore[method-assign] # done, and the answer lost
    assert world.absent(name="n") == ["cancelled"]
    assert world.told["failed"] is False


@pytest.mark.parametrize(
    "fault", [ListError(NOT_FOUND), Denied("the service refused the request (HTTP 403 Forbidden)", passing=False)]
)
def test_a_second_look_that_fails_fails_the_task_and_says_so(plain: World, fault: Exception) -> None:
    plain.present(ANN, name="n")
    plain.provider.look_faults = [None, fault]
    assert plain.absent(name="n") == ["unknown"]
    assert plain.told["failed"]
    assert plain.told["changed"]
    assert "could not be read again" in plain.told["msg"]
    assert str(fault) in plain.told["msg"]
    assert plain.absent(name="n") == []


def test_a_second_look_that_fails_does_not_hide_what_was_created(plain: World) -> None:
    plain.provider.look_faults = [
        None,
        Denied("the service refused the request (HTTP 401 Unauthorized)", passing=False),
    ]
    assert plain.present(ANN) == ["scheduled"]
    assert plain.told["smsids"]


def test_a_ledger_that_breaks_after_the_cancel_does_not_hide_it(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.present(ANN, name="n")

    class Full:
        """A ledger that can no longer be written apart from claims."""

        def __getattr__(self, name: str) -> Any:
            return getattr(plain.open(), name)

        def amend(self, _changes: object) -> None:
            raise LedgerError("the ledger '/l' cannot be written (disk is full)")

    plain.seconds += USUAL_GRACES.list_grace
    plain.ledger = Full()
    assert plain.absent(name="n") == ["cancelled"]
    assert "ledger not updated" in plain.warnings[0]


def test_an_answer_to_a_cancel_that_cannot_be_written_leaves_it_uncertain(plain: World) -> None:
    plain.present(ANN, name="n")

    class Full:
        """A ledger that takes one claim of a cancel, and can no longer be written then."""

        claims = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(plain.open(), name)

        def compare_and_set(self, changes: Any) -> bool:
            self.claims += 1
            if self.claims > 1:
                raise LedgerError("the ledger '/l' cannot be written (disk is full)")
            return plain.open().compare_and_set(changes)

    plain.ledger = Full()
    assert plain.absent(name="n") == ["cancelled"]
    (warning,) = plain.warnings
    assert warning.startswith("ledger not updated: the ledger '/l' cannot be written (disk is full)")
    assert {row.confirmed for row in plain.rows()} == {False}
    assert {row.effect_by for row in plain.rows()} == {plain.seconds + DEADLINE + GRACE}


def test_a_cancel_that_cannot_be_claimed_is_not_asked_for(plain: World) -> None:
    plain.present(ANN, name="n")

    class Full:
        """A ledger that takes no claim of a cancel."""

        def __getattr__(self, name: str) -> Any:
            return getattr(plain.open(), name)

        def compare_and_set(self, _changes: Any) -> bool:
            raise LedgerError("the ledger '/l' cannot be written (disk is full)")

    plain.ledger = Full()
    assert plain.absent(name="n") == ["refused"]
    assert "disk is full" in plain.told["msg"]
    assert plain.provider.cancels == []


def test_a_created_smsid_that_the_list_does_not_show_is_a_warning_and_absence_proves_no_cancel(plain: World) -> None:
    plain.provider.hidden = {"id002", "id004"}
    assert plain.present(ANN, name="n") == ["scheduled"]
    assert "does not show what was just accepted" in plain.warnings[0]
    assert plain.present(ANN, name="n") == ["duplicate"]
    assert len(plain.provider.posts) == 1
    assert plain.absent(name="n", check_mode=True) == ["unknown"]
    plain.provider.cancel_faults = ["HTTP 404 Not Found"]
    assert plain.absent(name="n") == ["unknown"]
    assert plain.told["failed"]
    assert "has never shown it" in plain.told["msg"]
    # Once the service has confirmed a cancel, two lists without it prove that it is gone.
    assert plain.absent(name="n") == ["cancelled"]
    assert set(plain.states()) == {f"{D1} cancelled"}


def test_absent_by_name_and_more_cancels_only_what_all_of_it_matches(world: World) -> None:
    world.present(ANN, BOB, name="n")
    assert world.absent(name="n", to=frozenset({ANN})) == ["cancelled"]
    assert [to for to, _date in world.provider.messages()] == [BOB]
    assert world.absent(name="n", text=TEXT, date=D2) == []
    assert world.absent(name="n", to=frozenset({BOB}), text=TEXT, date=D1) == ["cancelled"]


def test_absent_by_name_and_sender_or_text_asks_the_list(world: World) -> None:
    world.present(ANN, name="n", sender="17134567890")
    assert world.absent(name="n", sender="17130000000") == []
    assert world.absent(name="n", text=OTHER) == []
    assert world.warnings == []
    assert world.absent(name="n", text=TEXT) == ["cancelled"]
    world.present(ANN, name="n", sender="17134567890")
    assert world.absent(name="n", sender="17134567890") == ["cancelled"]


def test_absent_by_name_and_sender_is_refused_when_it_cannot_be_determined(plain: World) -> None:
    plain.present(ANN, name="n", sender="17134567890")
    plain.provider.look_faults = [ListError("the service answered HTTP 404 Not Found")]
    with pytest.raises(AmbiguousError, match="leave from and msg out"):
        plain.absent(name="n", sender="17134567890")


def test_neither_a_list_nor_a_ledger_schedules_nothing(plain: World) -> None:
    plain.ledger = MemoryLedger(lambda: plain.seconds)
    plain.provider.look_faults = [ListError("the service answered HTTP 404 Not Found")]
    with pytest.raises(ScheduleError, match="nothing was scheduled"):
        plain.present(ANN)
    assert plain.provider.posts == []


def test_an_unknown_message_whose_date_is_over_prevents_only_itself(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.seconds = moment_of(D1) + 60
    assert plain.present(ANN, name="n", date=D2) == ["scheduled"]
    assert plain.present(ANN, name="n", date=D1) == ["unknown"]
    assert plain.absent(name="n") == ["cancelled"]
    assert "it is not known whether an earlier message went out" in " ".join(plain.warnings)


def test_a_message_whose_answer_was_lost_says_when_to_look_again(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    assert plain.present(ANN, name="n") == ["unknown"]
    assert plain.present(ANN, name="n") == ["unknown"]
    _before, _found, rest = plain.told["msg"].partition("the list does not show it, which proves nothing before ")
    plain.seconds = dt.datetime.fromisoformat(rest.partition(";")[0]).timestamp() + USUAL_GRACES.list_grace
    assert plain.present(ANN, name="n") == ["scheduled"]


def test_an_unknown_message_whose_date_is_over_fails_who_must_know(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.seconds = moment_of(D1) + 60
    assert plain.absent(name="n", fail_if_sent=True) == ["unknown"]
    assert plain.told["failed"]
    assert plain.warnings == []


def test_gone_after_its_date_is_already_sent(world: World) -> None:
    world.present(ANN, name="n")
    world.seconds += 2 * DAY
    assert world.absent(name="n") == ["already_sent"]
    assert (world.told["failed"], world.told["changed"]) == (False, False)
    assert summary(world.report.results, "", FailurePolicy(fail_if_sent=True), SCHEDULING)["failed"]
    assert world.provider.cancels == []


def test_gone_while_it_was_cancelled_and_its_date_came_is_not_called_cancelled(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.seconds = moment_of(D1) - 5
    real = plain.provider.cancel

    def slowly(smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        plain.seconds += 10
        return real(smsid, seconds, permits)

    plain.provider.cancel = slowly  # type: ignore[method-assign] # the date passes meanwhile
    assert plain.absent(name="n") == ["unknown"]
    assert "may have gone out" in plain.told["msg"]


def test_the_services_clock_counts_when_it_is_ahead_of_ours(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.provider.waiting = []
    plain.provider.served_at = moment_of(D1) + 1
    assert plain.present(ANN, name="n") == ["already_sent"]


# --- "Free to claim again: refused, cancelled, and accepted with a future date that a list no longer shows" -----------


def test_refused_may_be_scheduled_again(plain: World) -> None:
    plain.provider.answers[ANN] = [refused]
    assert plain.present(ANN) == ["refused"]
    assert plain.told["failed"]
    assert plain.present(ANN) == ["scheduled"]


def test_a_date_can_be_moved_back(world: World) -> None:
    world.present(ANN, name="n")
    world.present(ANN, name="n", date=D2)
    assert world.present(ANN, name="n", date=D1) == ["scheduled", "cancelled"]
    assert world.provider.messages() == [(ANN, D1)]


def test_what_was_cancelled_can_be_wanted_again(world: World) -> None:
    world.present(ANN, name="n")
    world.absent(name="n")
    assert world.present(ANN, name="n") == ["scheduled"]
    assert world.provider.messages() == [(ANN, D1)]


def test_what_somebody_else_has_cancelled_is_created_again(world: World) -> None:
    world.present(ANN)
    world.provider.waiting = []
    assert world.present(ANN, check_mode=True) == ["would_schedule"]
    assert world.present(ANN) == ["scheduled"]
    assert world.present(ANN) == ["duplicate"]


# --- "Delivered rows of a name are history" ---------------------------------------------------------------------------


def test_the_name_may_be_used_again_with_a_new_date_after_delivery(world: World) -> None:
    world.present(ANN, name="n")
    world.seconds = moment_of(D1) + MINUTE
    assert world.present(ANN, name="n", date=D2) == ["scheduled"]
    assert world.provider.cancels == []
    assert world.provider.messages() == [(ANN, D2)]


def test_a_past_date_is_ok_already_sent_when_the_ledger_holds_it_as_accepted(world: World) -> None:
    world.present(ANN, BOB, name="n")
    world.seconds += 10 * DAY
    assert world.present(ANN, BOB, name="n") == ["already_sent", "already_sent"]
    assert (world.told["failed"], world.told["changed"]) == (False, False)
    world.seconds = moment_of(D1) + KEPT - MINUTE
    assert world.present(ANN, name="n") == ["already_sent"]


def test_a_past_date_is_refused_for_messages_that_the_ledger_does_not_hold(plain: World) -> None:
    plain.present(ANN, name="n")
    plain.seconds += 2 * DAY
    with pytest.raises(InputError, match="is in the past"):
        plain.present(ANN, BOB, name="n")
    assert len(plain.provider.posts) == 1


@pytest.mark.parametrize(
    ("ahead", "lead", "is_refused"), [(90, 1, False), (59, 1, True), (59, 0, False), (0, 0, False)]
)
def test_less_than_min_lead_ahead_is_refused(plain: World, ahead: float, lead: int, is_refused: bool) -> None:
    plain.seconds = moment_of(D1) - ahead
    if is_refused:
        with pytest.raises(InputError, match="min_lead"):
            plain.present(ANN, min_lead=lead)
        assert plain.provider.posts == []
    else:
        assert plain.present(ANN, min_lead=lead) == ["scheduled"]


def test_what_waits_already_is_not_too_near(plain: World) -> None:
    plain.present(ANN)
    plain.seconds = moment_of(D1) - 30
    assert plain.present(ANN) == ["duplicate"]


def test_a_move_to_the_past_is_refused_and_the_old_stays(plain: World) -> None:
    plain.present(ANN, name="n")
    with pytest.raises(InputError):
        plain.present(ANN, name="n", date="2026-11-19 12:00")
    assert plain.provider.messages() == [(ANN, D1)]


# --- "unknown rows of the name are looked up first by their own content" ----------------------------------------------


def test_an_unknown_creation_that_the_list_shows_was_accepted(world: World) -> None:
    world.provider.answers[ANN] = [lost_but_accepted(world)]
    assert world.present(ANN) == ["scheduled"]
    assert (world.told["failed"], world.states()) == (False, [f"{D1} accepted"])
    assert world.present(ANN) == ["duplicate"]


def test_a_lost_answer_of_an_earlier_run_is_found_by_content(world: World) -> None:
    world.provider.answers[ANN] = [lost_but_accepted(world)]
    world.provider.look_faults = [None, ListError(NOT_FOUND), ListError(NOT_FOUND)]
    assert world.present(ANN, name="n") == ["unknown"]
    assert world.told["failed"]
    assert world.present(ANN, name="n") == ["duplicate"]
    assert world.absent(name="n") == ["cancelled"]


def test_a_run_that_comes_back_late_does_not_undo_what_the_list_has_proven(plain: World) -> None:
    """It stood still in its POST for longer than its lease. Meanwhile another run has found the message."""
    found: list[str] = []

    def stand_still(to: str) -> Judgement:
        plain.provider.accept([to], TEXT, None, D1)
        plain.seconds += DEADLINE + SETTLE_MARGIN + 1
        found.extend(plain.present(ANN, name="n"))
        found.extend(plain.states())
        plain.provider.look_faults = [ListError(NOT_FOUND)] * 9
        return lost(to)

    plain.provider.answers[ANN] = [stand_still]
    plain.present(ANN, name="n")
    assert found == ["duplicate", f"{D1} accepted"]
    assert plain.states() == [f"{D1} accepted"]
    assert plain.rows()[0].smsids == ("id002",)
    assert len(plain.provider.posts) == 1


def test_a_run_that_was_killed_in_its_post_is_found_by_content(world: World) -> None:
    def dies(to: str) -> Judgement:
        world.provider.accept([to], TEXT, None, D1)
        raise KeyboardInterrupt

    world.provider.answers[ANN] = [dies]
    with pytest.raises(KeyboardInterrupt):
        world.present(ANN, name="n")
    assert world.states() == [f"{D1} sending"]
    assert world.present(ANN, name="n") == ["duplicate"]
    assert world.provider.messages() == [(ANN, D1)]


def test_unknown_and_absent_before_grace_fails_and_creates_nothing(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    assert plain.present(ANN, name="n") == ["unknown"]
    for date in (D1, D2):
        assert "unknown" in plain.present(ANN, BOB, name="n", date=date)
        assert plain.told["failed"]
        assert "may have been scheduled" in plain.told["msg"]
        assert "nothing was changed by this run" in plain.told["msg"]
    assert len(plain.provider.posts) == 1


def test_unknown_and_absent_from_a_complete_list_read_after_grace_is_unclaimed(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    plain.present(ANN, name="n")
    plain.seconds += DEADLINE + GRACE
    before = plain.path.read_bytes()
    assert plain.present(ANN, name="n", check_mode=True) == ["would_schedule"]
    assert plain.path.read_bytes() == before
    assert plain.present(ANN, name="n") == ["scheduled"]


def test_a_killed_run_that_left_nothing_is_unclaimed_after_grace(plain: World) -> None:
    plain.provider.answers[ANN] = [killed]
    with pytest.raises(KeyboardInterrupt):
        plain.present(ANN, name="n")
    assert plain.present(ANN, name="n") == ["in_progress"]
    plain.seconds += SETTLE_MARGIN + 5
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.seconds += GRACE
    assert plain.present(ANN, name="n") == ["scheduled"]


def test_grace_is_counted_by_the_ledgers_clock_from_before_the_list_was_asked_for(plain: World) -> None:
    """A service whose clock is ahead, or that takes its time over the list, does not make GRACE any shorter."""
    plain.provider.answers[ANN] = [lost]
    plain.present(ANN, name="n")
    plain.provider.served_at = plain.seconds + DEADLINE + GRACE
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.provider.served_at = None
    plain.seconds += 0.9 * DEADLINE + GRACE - 5
    asked: list[float] = []
    real = plain.provider.pending

    def slow(seconds: float) -> Listing:
        asked.append(plain.seconds)
        found = real(seconds)
        plain.seconds += 10
        return found

    plain.provider.pending = slow  # type: ignore[method-assign] # as slow as a service can be
    assert plain.present(ANN, name="n") == ["scheduled"]
    first, second = asked[-3:-1]  # the last look is after the creation
    assert first >= START + 0.9 * DEADLINE + GRACE + USUAL_GRACES.list_grace
    assert second >= first + 10 + USUAL_GRACES.list_grace


def test_without_the_list_an_unknown_one_is_never_unclaimed(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    plain.present(ANN, name="n")
    plain.seconds += DEADLINE + GRACE
    plain.provider.look_faults = [ListError(NOT_FOUND)] * 9
    assert plain.present(ANN, name="n") == ["unknown"]
    assert len(plain.provider.posts) == 1


def test_unknown_messages_that_are_to_be_cancelled_fail_the_task(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    plain.present(ANN, BOB, name="n")
    assert sorted(plain.absent(name="n")) == ["cancelled", "unknown"]
    assert plain.told["failed"]


def test_one_listed_message_does_not_answer_for_two_unknown_ones(plain: World) -> None:
    """With its sender and without it a message has two keys, and the list shows one of them."""
    plain.provider.answers[ANN] = [lost, lost]
    plain.provider.look_faults = [None, ListError(NOT_FOUND), None, ListError(NOT_FOUND)]
    plain.present(ANN)
    plain.present(ANN, sender=BULK)
    plain.provider.accept([ANN], TEXT, None, D1)
    SnapshotSource(plain.context()).refresh_and_settle()
    assert plain.states() == [f"{D1} accepted", f"{D1} unknown"]


# --- "A pending message of equal content that no other name owns is adopted" ------------------------------------------


def test_a_pending_message_of_equal_content_is_adopted(world: World) -> None:
    world.provider.accept([ANN], TEXT, None, D1)
    assert world.present(ANN, name="n") == ["duplicate"]
    assert (world.provider.posts, world.told["changed"]) == ([], False)
    assert world.present(ANN, name="n", date=D2) == ["scheduled", "cancelled"]
    assert world.provider.messages() == [(ANN, D2)]


def test_recipients_who_share_an_smsid_are_both_adopted_and_cancelled(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger.sqlite3", shared=True)
    world.provider.accept([ANN, BOB], TEXT, None, D1)
    assert world.present(ANN, name="n") == ["duplicate"]
    assert world.present(ANN, BOB, name="n") == ["duplicate", "duplicate"]
    assert world.provider.posts == []
    assert world.absent(name="n") == ["cancelled", "cancelled"]
    assert [result.to for result in world.report.results] == [ANNA, BEN]


def test_what_another_name_owns_is_not_adopted(plain: World) -> None:
    plain.present(ANN, name="one")
    assert plain.present(ANN, name="two") == ["duplicate"]
    assert "another name" in plain.warnings[0]
    assert plain.absent(name="two") == []
    assert plain.provider.messages() == [(ANN, D1)]


def test_what_was_scheduled_without_a_name_is_adopted_by_the_first_name(plain: World) -> None:
    plain.present(ANN)
    assert plain.present(ANN, name="n") == ["duplicate"]
    assert plain.absent(name="n") == ["cancelled"]


def test_adoption_in_check_mode_writes_nothing(plain: World) -> None:
    plain.provider.accept([ANN], TEXT, None, D1)
    assert plain.present(ANN, name="n", check_mode=True) == ["duplicate"]
    assert not plain.path.exists()


# --- "absent by a name that this ledger never knew is ok with a warning" ----------------------------------------------


def test_absent_by_a_name_that_this_ledger_never_knew_is_ok_with_a_warning(plain: World) -> None:
    assert plain.absent(name="n") == []
    assert (plain.told["failed"], plain.told["changed"]) == (False, False)
    assert "smsid" in plain.warnings[0]
    assert "to and delivery_date" in plain.warnings[0]
    plain.present(ANN, name="n")
    plain.absent(name="n")
    plain.absent(name="n")
    assert plain.warnings == []


# --- "without from in the task the sender is not compared" ------------------------------------------------------------


def test_without_from_in_the_task_the_sender_is_not_compared(world: World) -> None:
    world.provider.accept([ANN], TEXT, "19990000000", D1)
    assert world.present(ANN) == ["duplicate"]


def test_with_from_in_the_task_the_sender_is_compared(world: World) -> None:
    world.provider.accept([ANN], TEXT, "19990000000", D1)
    assert world.present(ANN, sender=OURS) == ["scheduled"]
    assert world.present(ANN, sender=OURS) == ["duplicate"]


# --- absent: by smsid, by name, or by any of to, from, msg, delivery_date; all given must match -----------------------


@pytest.mark.parametrize(
    ("match", "left"),
    [
        ({"to": frozenset({ANN})}, [(BOB, D1), (BOB, D2)]),
        ({"date": D2}, [(ANN, D1), (BOB, D1)]),
        ({"to": frozenset({ANN, BOB}), "date": D1}, [(ANN, D2), (BOB, D2)]),
        ({"text": TEXT}, []),
        ({"text": TEXT, "to": frozenset({BOB}), "date": D2}, [(ANN, D1), (ANN, D2), (BOB, D1)]),
        ({"sender": BULK, "date": D2}, [(ANN, D1), (BOB, D1)]),
        ({"sender": OURS}, [(ANN, D1), (ANN, D2), (BOB, D1), (BOB, D2)]),
        ({"text": OTHER}, [(ANN, D1), (ANN, D2), (BOB, D1), (BOB, D2)]),
        ({"to": frozenset({CARL})}, [(ANN, D1), (ANN, D2), (BOB, D1), (BOB, D2)]),
    ],
)
@pytest.mark.parametrize("known", [True, False], ids=["of this ledger", "of strangers"])
@pytest.mark.parametrize("parts", [False, True], ids=["a record a message", "a record a part"])
def test_all_that_is_given_must_match(
    tmp_path: Path, match: dict[str, Any], left: list[Any], known: bool, parts: bool
) -> None:
    world = World(tmp_path / "ledger.sqlite3", parts=parts)
    for date in (D1, D2):
        if known:
            world.present(ANN, BOB, date=date)
        else:
            world.provider.accept([ANN], TEXT, None, date)
            world.provider.accept([BOB], TEXT, None, date)
    world.absent(**match)
    assert world.provider.messages() == left
    assert not world.told["failed"]
    assert world.absent(**match) == []


def test_absent_by_smsid_takes_all_parts_of_a_known_message(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger.sqlite3", parts=True)
    world.present(ANN)
    assert world.absent(smsids=world.report.results[0].smsids[:1]) == ["cancelled"]
    assert world.provider.waiting == []


def test_absent_by_an_smsid_that_does_not_wait_is_ok(plain: World) -> None:
    assert plain.absent(smsids=("nobody",)) == []
    assert plain.provider.cancels == []


def test_already_delivered_by_smsid_is_already_sent(plain: World) -> None:
    plain.present(ANN)
    plain.seconds += 2 * DAY
    assert plain.absent(smsids=plain.report.results[0].smsids) == ["already_sent"]
    assert plain.provider.cancels == []


# --- A pending smsid that also carries recipients who were not asked for ----------------------------------------------


@pytest.mark.parametrize("parts", [False, True])
def test_a_shared_smsid_is_never_cancelled_unless_cancel_shared(tmp_path: Path, parts: bool) -> None:
    world = World(tmp_path / "ledger.sqlite3", shared=True, parts=parts)
    world.provider.accept([ANN, BOB], TEXT, None, D1)
    for match in ({"to": frozenset({ANN})}, {"smsids": ("id001",)}):
        with pytest.raises(ScheduleError) as caught:
            world.absent(**match)
        assert BEN in str(caught.value)
        assert ANNA not in str(caught.value)
        assert "cancel_shared" in str(caught.value)
    assert world.provider.cancels == []
    assert world.absent(to=frozenset({ANN}), cancel_shared=True) == ["cancelled"]
    assert world.provider.waiting == []


def test_dropping_one_of_two_who_share_an_smsid_never_takes_the_other_away(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger.sqlite3", shared=True)
    world.provider.accept([ANN, BOB], TEXT, None, D1)
    world.present(ANN, BOB, name="n")
    for allowed in (False, True):
        with pytest.raises(ScheduleError, match=f"\\+{ANN}, which is wanted"):
            world.present(ANN, name="n", cancel_shared=allowed)
    assert world.provider.messages() == [(ANN, D1), (BOB, D1)]


# --- Faults between creating and cancelling ---------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [refused, lost, denied], ids=["refused", "unknown", "not sent"])
def test_a_creation_that_fails_keeps_that_recipients_old_message_and_the_next_run_finishes(
    world: World, answer: Callable[[str], Judgement]
) -> None:
    world.present(ANN, BOB, name="n")
    world.provider.answers[BOB] = [answer]
    found = world.present(ANN, BOB, name="n", date=D2)
    assert world.told["failed"]
    assert (BOB, D1) in world.provider.messages()
    assert "stays pending" in " ".join(world.warnings)
    if answer is not denied:  # refused credentials stop whoever comes later, too
        assert found == ["scheduled", found[1], "cancelled"]
        assert world.provider.messages() == [(ANN, D2), (BOB, D1)]
    world.seconds += DEADLINE + GRACE
    assert not {"unknown", "refused"} & set(world.present(ANN, BOB, name="n", date=D2))
    assert world.provider.messages() == [(ANN, D2), (BOB, D2)]


def test_a_run_that_is_killed_between_creating_and_cancelling_is_finished_by_the_next(world: World) -> None:
    world.present(ANN, BOB, name="n")
    world.provider.cancel_faults = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        world.present(ANN, BOB, name="n", date=D2)
    assert world.provider.messages() == [(ANN, D1), (ANN, D2), (BOB, D1), (BOB, D2)]
    assert world.present(ANN, BOB, name="n", date=D2) == ["duplicate", "duplicate", "cancelled", "cancelled"]
    assert world.provider.messages() == [(ANN, D2), (BOB, D2)]
    assert len(world.provider.posts) == 4


@pytest.mark.parametrize(
    ("fault", "outcome"), [("HTTP 404 Not Found", "refused"), ("HTTP 500 Internal Server Error", "unknown")]
)
def test_a_move_whose_cancel_fails_is_finished_by_the_next(world: World, fault: str, outcome: str) -> None:
    world.present(ANN, name="n")
    world.provider.cancel_faults = [fault] * 2
    assert world.present(ANN, name="n", date=D2) == ["scheduled", outcome]
    assert world.told["failed"]
    world.provider.cancel_faults = []
    assert world.present(ANN, name="n", date=D2) == ["duplicate", "cancelled"]
    assert world.provider.messages() == [(ANN, D2)]


def test_a_connection_that_never_came_about_creates_nothing(plain: World) -> None:
    def unreachable(_to: str) -> Judgement:
        raise NotSent("the service refused the connection", passing=False)

    plain.provider.answers[ANN] = [unreachable]
    assert plain.present(ANN) == ["not_sent"]
    assert plain.told["failed"]
    assert plain.states() == []
    assert plain.present(ANN) == ["scheduled"]


# --- The date that the API echoes is compared with what was meant -----------------------------------------------------


def test_on_date_mismatch_fail_cancels_what_it_just_made_and_fails(world: World) -> None:
    world.provider.echo = "2026-11-21 06:00:00"
    assert world.present(ANN, name="n") == ["not_sent"]
    assert world.told["failed"]
    assert "2026-11-21 06:00:00" in world.told["msg"]
    assert "cancelled again" in world.told["msg"]
    assert not any("does not show" in warning for warning in world.warnings)
    assert world.provider.waiting == []
    assert set(world.states()) == {f"{D1} cancelling"}


def test_on_date_mismatch_fail_keeps_the_old_message_of_a_move(world: World) -> None:
    world.present(ANN, name="n")
    world.provider.echo = "2026-11-21 06:00:00"
    assert world.present(ANN, name="n", date=D2) == ["not_sent"]
    assert world.provider.messages() == [(ANN, D1)]
    world.provider.echo = None
    assert world.present(ANN, name="n", date=D2) == ["scheduled", "cancelled"]


def test_on_date_mismatch_fail_says_when_it_could_not_be_cancelled(plain: World) -> None:
    plain.provider.echo = "2026-11-21 06:00:00"
    plain.provider.cancel_faults = ["HTTP 404 Not Found"]
    assert plain.present(ANN) == ["unknown"]
    assert (plain.told["failed"], plain.told["changed"]) == (True, True)
    assert "still pending" in plain.told["msg"]


def test_on_date_mismatch_warn_leaves_it_and_it_is_not_posted_again(world: World) -> None:
    world.provider.echo = "2026-11-21 06:00:00"
    assert world.present(ANN, fail_on_mismatch=False) == ["scheduled"]
    assert "2026-11-21 06:00:00" in world.warnings[0]
    assert not world.told["failed"]
    for fail in (True, False):
        assert world.present(ANN, fail_on_mismatch=fail) == ["duplicate"]
    assert (len(world.provider.posts), world.provider.cancels) == (1, [])


# --- Check mode -------------------------------------------------------------------------------------------------------

PREDICTED = {"would_schedule": "scheduled", "would_cancel": "cancelled"}


@pytest.mark.parametrize(
    "task",
    [
        lambda world, **how: world.present(ANN, BOB, name="n", **how),
        lambda world, **how: world.present(ANN, BOB, name="n", date=D2, **how),
        lambda world, **how: world.present(ANN, CARL, name="n", **how),
        lambda world, **how: world.present(ANN, CARL, name="n", msg=OTHER, date=D2, **how),
        lambda world, **how: world.present(CARL, **how),
        lambda world, **how: world.absent(name="n", **how),
        lambda world, **how: world.absent(to=frozenset({ANN}), **how),
        lambda world, **how: world.absent(smsids=("id002",), **how),
    ],
    ids=["again", "move", "recipients", "everything", "another", "by name", "by recipient", "by smsid"],
)
def test_check_mode_writes_nothing_and_predicts_the_same(plain: World, task: Callable[..., list[str]]) -> None:
    plain.present(ANN, BOB, name="n")
    before = (plain.path.read_bytes(), plain.provider.messages(), len(plain.provider.posts))
    foreseen = task(plain, check_mode=True)
    changed, diff = plain.told["changed"], pending_diff(plain.report.results)
    assert (plain.path.read_bytes(), plain.provider.messages(), len(plain.provider.posts)) == before
    assert plain.provider.cancels == []
    assert task(plain) == [PREDICTED.get(outcome, outcome) for outcome in foreseen]
    assert plain.told["changed"] == changed
    assert pending_diff(plain.report.results) == diff


def test_check_mode_creates_no_ledger(plain: World) -> None:
    assert plain.present(ANN, name="n", check_mode=True) == ["would_schedule"]
    assert plain.absent(name="n", check_mode=True) == []
    assert not plain.path.exists()


def test_the_diff_is_before_and_after_as_lists_of_messages(world: World) -> None:
    world.present(ANN, BOB, name="n")
    world.present(ANN, CARL, name="n", date=D2)
    shown = pending_diff(world.report.results)
    text = ", 2 segments in GSM-7:\n" + "".join(f"    {line}".rstrip() + "\n" for line in TEXT.splitlines()) + "to:\n"
    assert shown["before"] == f"at {D1}{text}    +{ANN}  scheduled\n    +{BOB}  scheduled\n"
    assert shown["after"] == f"at {D2}{text}    +{ANN}  scheduled\n    +{CARL}  scheduled\n"


def test_the_diff_of_a_task_that_must_not_decide_shows_no_change(plain: World) -> None:
    plain.provider.accept([BOB], TEXT, None, D1)
    plain.provider.answers[ANN] = [lost]
    plain.present(ANN, name="n")
    assert plain.present(ANN, BOB, CARL, name="n") == ["duplicate", "not_sent", "unknown"]
    assert [result.to for result in plain.report.results] == [BEN, CARA, ANNA]
    shown = pending_diff(plain.report.results)
    assert shown["before"] == shown["after"]
    assert shown["after"].endswith(f"to:\n    +{BOB}  scheduled\n")


# --- Showing what is pending ------------------------------------------------------------------------------------------


def test_what_is_pending_is_shown_whole_and_never_changes_anything(world: World) -> None:
    world.present(ANN, name="n")
    world.provider.accept([BOB], "hello", OURS, D2)
    before = world.path.read_bytes()
    found = world.scheduler().pending(None)
    assert [(message.to, message.sender, message.text, message.date) for message in found if message.to == BOB] == [
        (BOB, OURS, "hello", D2)
    ]
    assert [message.text for message in found if message.to == ANN] == [TEXT]
    assert world.scheduler().pending(Match(name=FINGERPRINTS.name("n"))) == [found[0]]
    assert world.scheduler().pending(Match(to=frozenset({CARL}))) == []
    assert world.path.read_bytes() == before


def test_what_is_pending_cannot_be_shown_without_the_list(plain: World) -> None:
    plain.provider.look_faults = [ListError(NOT_FOUND)]
    with pytest.raises(ListError, match="404"):
        plain.scheduler().pending(None)


# --- Without the account's zone ---------------------------------------------------------------------------------------


def test_without_a_zone_a_date_of_today_is_not_refused_and_a_cancel_near_it_is_not_believed(plain: World) -> None:
    """Wall time without a zone can mean 14 hours earlier; what cannot be known is not claimed."""
    plain.zone = None
    near, far = "2026-11-20 18:00", "2026-11-25 12:00"
    assert plain.present(ANN, name="near", date=near) == ["scheduled"]
    assert plain.present(ANN, name="near", date=near) == ["duplicate"]
    assert plain.absent(name="near") == ["unknown"]
    assert plain.present(ANN, name="far", date=far) == ["scheduled"]
    assert plain.absent(name="far") == ["cancelled"]


# --- Defects after something was done ------------------------------------------------------------------------------


def test_a_defect_in_a_cancel_does_not_hide_what_was_created(plain: World) -> None:
    plain.present(ANN, name="w", date=D1)
    plain.provider.cancel_faults = [RuntimeError("secret")]
    assert plain.present(ANN, name="w", date=D2) == ["scheduled", "refused"]
    assert "internal error RuntimeError" in plain.told["msg"]
    assert "secret" not in plain.told["msg"]
    assert plain.report.results[0].smsids


def test_a_defect_after_a_creation_does_not_hide_it(plain: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plain.present(ANN, name="w", date=D1)

    def broken(*_arguments: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Cancellation, "result", broken)
    assert plain.present(ANN, name="w", date=D2) == ["scheduled", "unknown"]
    assert plain.told["failed"]
    assert plain.report.results[0].smsids
    assert "whether it was cancelled is not known: internal error MemoryError" in plain.told["msg"]


def test_a_defect_while_messages_are_cancelled_leaves_each_its_result(plain: World) -> None:
    plain.present(ANN, BOB, name="w")
    plain.provider.cancel_faults = [RuntimeError("secret")]
    assert sorted(plain.absent(name="w")) == ["cancelled", "refused"]
    assert plain.told["changed"]
