# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a task: failed, changed and the message, for every policy, and through a delivery with a ledger."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Optional, Union, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Api
from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict
from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    DedupePolicy,
    Fingerprints,
    LedgerError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import (
    Fate,
    Outcome,
    Result,
    moment,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import Delivery
from ansible_collections.voip_communications.sms.plugins.module_utils._send.request import SendRequest
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import (
    CHECK_LOG,
    SENDING,
    FailurePolicy,
    Ruling,
    blank,
    cost,
    failed_to,
    ledger_keys,
    rule,
    summary,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA

KEY = "deploy-4711"
SINCE = "2026-12-01T21:00:00Z"

FAIL_ON = ("any", "all", "none")
ON_UNKNOWN = ("fail", "skip", "resend")
POLICIES = {
    f"fail_on={fail_on} on_unknown={on_unknown}": FailurePolicy(fail_on, skip_unknown=on_unknown == "skip")
    for fail_on, on_unknown in itertools.product(FAIL_ON, ON_UNKNOWN)
}


def sent(to: str = ANNA, **more: Any) -> Result:
    return Result(to, Outcome.SENT, posted=True, smsids=("sms1",), code=200, **more)


def duplicate(to: str = ANNA) -> Result:
    return Result(to, Outcome.DUPLICATE, smsids=("old1",), first_sent_at=SINCE)


def refused(to: str = BEN, code: int = 402, reason: str = "No credit") -> Result:
    return Result(to, Outcome.REFUSED, posted=True, code=code, code_desc=reason)


def impossible(given: str = "123") -> Result:
    return Result(given, Outcome.REFUSED, code_desc=f"'{given}' is not a possible phone number: too short")


def not_sent(to: str = ANNA, reason: str = "the service refused the connection") -> Result:
    return Result(to, Outcome.NOT_SENT, posted=True, code_desc=reason)


def unknown(to: str = ANNA, *, posted: bool = True) -> Result:
    return Result(to, Outcome.UNKNOWN, posted=posted, code_desc="the connection was reset")


def in_progress(to: str = ANNA) -> Result:
    return Result(to, Outcome.IN_PROGRESS, code_desc="claimed by host:1", first_sent_at=SINCE)


def different(to: str = ANNA) -> Result:
    return Result(to, Outcome.NOT_SENT, code_desc="different message: another text", first_sent_at=SINCE)


def would_send(to: str = ANNA) -> Result:
    return Result(to, Outcome.WOULD_SEND, posted=True)


# --- "What a task says", as a rule --------------------------------------------------------------------------------

Failing = Callable[[FailurePolicy], bool]


def never(_policy: FailurePolicy) -> bool:
    return False


def always(_policy: FailurePolicy) -> bool:
    return True


def unless_none(policy: FailurePolicy) -> bool:
    return policy.fail_on != "none"


def only_any(policy: FailurePolicy) -> bool:
    return policy.fail_on == "any"


@dataclass(frozen=True)
class Row:
    """A row of the table: which results, and what is said of them. ``has`` and ``lacks`` are parts of the message."""

    name: str
    results: tuple[Result, ...]
    fails: Failing
    changed: bool
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ("nothing was sent",)


UNKNOWN_HELP = ("may have been sent", KEY, "message log", "15 minutes", "voipsms_ledger")
ROWS = [
    Row("accepted by this run", (sent(),), never, True, ("sent to 1 recipient",)),
    Row("all accepted before", (duplicate(), duplicate(BEN)), never, False, ("already sent", SINCE, "old1")),
    Row(
        "some accepted, some refused",
        (sent(), refused(), refused(CARA, 500, "Blocked")),
        only_any,
        True,
        ("sent to 1 recipient", "2 recipients", f"{BEN} (402 No credit)", f"{CARA} (500 Blocked)"),
    ),
    Row("some accepted before, some refused", (duplicate(), refused()), only_any, False, ("nothing was sent", BEN), ()),
    Row("all refused", (refused(ANNA), refused()), unless_none, False, ("nothing was sent", "402 No credit"), ()),
    Row("not sent", (not_sent(), not_sent(BEN)), always, False, ("nothing was sent", "refused the connection"), ()),
    Row("sent to some, not sent to others", (sent(), not_sent(BEN)), always, True, ("sent to 1", "not sent to 1 rec")),
    Row("unknown, posted by this run", (unknown(),), always, True, UNKNOWN_HELP),
    Row("unknown beside accepted", (sent(), unknown(BEN)), always, True, ("sent to 1 recipient", BEN, *UNKNOWN_HELP)),
    Row(
        "unknown of an earlier run, nothing accepted",
        (unknown(posted=False),),
        always,
        False,
        ("nothing was sent by this run", *UNKNOWN_HELP),
        (),
    ),
    Row(
        "unknown of an earlier run, others accepted",
        (sent(), unknown(BEN, posted=False)),
        lambda policy: not policy.skip_unknown,
        True,
        UNKNOWN_HELP,
    ),
    Row("another run holds it", (in_progress(),), always, False, ("in progress", SINCE, "nothing was sent"), ()),
    Row("another run holds some", (sent(), in_progress(BEN)), always, True, ("in progress", BEN, SINCE)),
    Row("other content", (different(),), always, False, ("different message", "nothing was sent"), ()),
    Row(
        "impossible numbers, others sent",
        (sent(), *(impossible(str(number)) for number in range(100, 110))),
        only_any,
        True,
        tuple(f"'{number}' is not a possible phone number" for number in range(100, 110)),
    ),
    Row("impossible numbers only", (impossible(),), unless_none, False, ("nothing was sent", "'123' is not"), ()),
    Row(
        "ledger unusable", (not_sent(reason="the ledger '/x' cannot be read (why)"),), always, False, ("/x", "why"), ()
    ),
    Row("would send", (would_send(),), never, True, ("would send to 1 recipient",)),
    Row("would send, some refused", (would_send(), impossible()), only_any, True, ("would send", "'123' is not")),
    Row("nobody", (), never, False, ("there was nothing to do",)),
]


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_mixture_of_results_has_its_sentence_under_every_policy(row: Row, policy: FailurePolicy) -> None:
    ruling = rule(row.results, KEY, policy)
    assert (ruling.failed, ruling.changed) == (row.fails(policy), row.changed)
    assert [phrase for phrase in row.has if phrase not in ruling.msg] == []
    assert [phrase for phrase in row.lacks if phrase in ruling.msg] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_message_is_a_sentence_without_a_period(row: Row) -> None:
    msg = rule(row.results, KEY, FailurePolicy()).msg
    assert not msg.endswith(".")
    assert "None" not in msg
    assert "  " not in msg
    assert "Outcome" not in msg


@pytest.mark.parametrize(
    ("results", "msg"),
    [
        ((sent(), sent(BEN)), "sent to 2 recipients"),
        ((duplicate(),), f"already sent to 1 recipient (first at {SINCE}, smsid old1)"),
        (
            (would_send(), duplicate(BEN)),
            f"would send to 1 recipient; already sent to 1 recipient (first at {SINCE}, smsid old1)",
        ),
        ((refused(),), f"refused for 1 recipient: {BEN} (402 No credit); nothing was sent by this run"),
        (
            (not_sent(), not_sent(BEN)),
            (
                f"not sent to 2 recipients, {ANNA}, {BEN}: the service refused the connection;"
                " nothing was sent by this run"
            ),
        ),
        (
            (in_progress(),),
            (
                f"in progress: another run has been sending to {ANNA} since {SINCE}; run the task again when"
                " it is over; nothing was sent by this run"
            ),
        ),
        (
            (unknown(),),
            (
                f"may have been sent to {ANNA}: the connection was reset; key {KEY}; look into the account's message"
                " log (voipsms_log_info shows it), in which it may still appear for 15 minutes, and tell the ledger"
                " what you found (voipsms_ledger, as: sent or not_sent); if it was not sent, run the task again"
            ),
        ),
    ],
    ids=["sent", "duplicate", "check mode", "refused", "not sent", "in progress", "unknown"],
)
def test_a_message_reads_well(results: Sequence[Result], msg: str) -> None:
    assert rule(results, KEY, FailurePolicy()).msg == msg


def test_a_message_about_many_names_a_few() -> None:
    many = [refused(f"+128123450{number:02}") for number in range(12)]
    msg = rule(many, KEY, FailurePolicy()).msg
    assert msg.startswith("refused for 12 recipients: +12812345000 (402 No credit), ")
    assert (msg.count("+1281"), "and 7 more" in msg) == (5, True)


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ((), "unchanged"),
        ((sent(), sent(BEN)), "sent"),
        ((duplicate(),), "duplicate"),
        ((sent(), duplicate(BEN)), "partial"),
        ((sent(), unknown(BEN)), "partial"),
        ((would_send(),), "would_send"),
        ((in_progress(),), "in_progress"),
    ],
)
def test_results_that_differ_are_partial(results: Sequence[Result], outcome: str) -> None:
    assert rule(results, KEY, FailurePolicy()).outcome == outcome


RESULTS = st.lists(
    st.fixed_dictionaries(
        {
            "to": st.sampled_from([ANNA, BEN, CARA]),
            "outcome": st.sampled_from(Outcome),
            "posted": st.booleans(),
            "smsids": st.lists(st.sampled_from(["a", "b"])).map(tuple),
            "code": st.none() | st.integers(),
            "code_desc": st.none() | st.text(),
            "first_sent_at": st.none() | st.just(SINCE),
        }
    ).map(lambda given: Result(**given))
)


CHANGING = {
    Outcome.SENT,
    Outcome.WOULD_SEND,
    Outcome.SCHEDULED,
    Outcome.WOULD_SCHEDULE,
    Outcome.CANCELLED,
    Outcome.WOULD_CANCEL,
}


@given(RESULTS, st.sampled_from(sorted(POLICIES)))
def test_no_mixture_hides_a_loss(results: list[Result], policy: str) -> None:
    ruling = rule(results, KEY, POLICIES[policy])
    outcomes = {result.outcome for result in results}
    lost = [result for result in results if result.outcome is Outcome.UNKNOWN and result.posted]
    assert ruling.changed == bool(lost or outcomes & CHANGING)
    if lost:
        assert ruling.failed
        assert "may have been sent" in ruling.msg
    if outcomes & {Outcome.NOT_SENT, Outcome.IN_PROGRESS}:
        assert ruling.failed
    if outcomes <= {Outcome.SENT, Outcome.DUPLICATE, Outcome.WOULD_SEND}:
        assert not ruling.failed
    assert ("nothing was sent" in ruling.msg) <= (not ruling.changed)


# --- What is returned besides -------------------------------------------------------------------------------------


def test_a_summary_has_the_keys_that_are_always_returned() -> None:
    found = summary([sent(sale=0.01), duplicate(BEN), refused(CARA)], KEY, FailurePolicy("all"))
    assert set(blank()) - set(found) == {"encoding", "segments", "requests", "ledger", "ledger_created"}
    assert (found["failed"], found["changed"], found["outcome"], found["key"]) == (False, True, "partial", KEY)
    assert (found["smsids"], found["failed_to"], found["cost"]) == (["sms1", "old1"], [CARA], 0.01)
    assert [result["to"] for result in found["results"]] == [ANNA, BEN, CARA]


def test_a_result_is_shown_plainly() -> None:
    shown = sent(sale=0.01, status="SENT").shown()
    assert shown == {
        "to": ANNA,
        "name": None,
        "outcome": "sent",
        "smsids": ["sms1"],
        "code": 200,
        "code_desc": None,
        "status": "SENT",
        "country": None,
        "type": None,
        "sale": 0.01,
        "delivery_date": None,
        "first_sent_at": None,
    }
    assert not isinstance(shown["outcome"], Outcome)


def test_a_name_stands_beside_the_number() -> None:
    results = [sent(), refused(BEN)._replace(name="bob")]
    assert [result.shown()["name"] for result in results] == [None, "bob"]
    assert f"refused for 1 recipient: bob ({BEN}) (402 No credit)" in rule(results, "k", FailurePolicy()).msg
    assert failed_to(results) == [BEN]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((), 0.0),
        ((duplicate(), refused()), 0.0),
        ((sent(sale=0.1), sent(BEN, sale=0.2)), 0.3),
        ((sent(sale=0), duplicate(BEN)), 0.0),
        ((sent(sale=0.1), sent(BEN)), None),
    ],
    ids=["nobody", "nothing accepted", "all known", "free of charge", "one unknown"],
)
def test_the_cost_is_the_sum_and_not_known_where_one_part_is_not(
    results: Sequence[Result], expected: Optional[float]
) -> None:
    found = cost(results)
    assert (found, type(found)) == (expected, type(expected))


def test_who_does_not_have_it_for_certain() -> None:
    results = [sent(), duplicate(BEN), would_send(CARA), refused("a"), not_sent("b"), unknown("c"), in_progress("d")]
    assert failed_to(results) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("check_mode", "changed", "created"), [(False, True, True), (True, True, True), (True, False, False)]
)
def test_a_ledger_is_created_by_a_run_or_would_be(
    check_mode: bool, changed: bool, created: bool, tmp_path: Path
) -> None:
    ledger = SqliteLedger(str(tmp_path / "ledger"), "account")
    ledger.created, ledger.missing = not check_mode, check_mode
    expected = {"ledger": str(tmp_path / "ledger"), "ledger_created": created}
    assert ledger_keys(ledger, changed=changed, check_mode=check_mode) == expected


def test_a_moment_is_utc() -> None:
    assert moment(0.9) == "1970-01-01T00:00:00Z"


# --- "What a task says", through a delivery with a ledger ---------------------------------------------------------

Step = Union[Exception, Mapping[str, Verdict], Callable[[Sequence[str]], Mapping[str, Verdict]]]


def accepted(smsid: str = "sms1") -> Verdict:
    return Verdict(Fate.ACCEPTED, code=200, smsids=(smsid,), sale=0.01)


REFUSED = Verdict(Fate.REFUSED, code=402, code_desc="No credit")
UNKNOWN = Verdict(Fate.UNKNOWN, code_desc="the connection was reset")
DOWN = NotSent("the service refused the request (HTTP 400 Bad Request)", passing=False)


class ScriptedApi:
    """Stands in for the API: plays one step a POST; an unexpected POST fails the test."""

    def __init__(self, *script: Step) -> None:
        self.posts: list[list[str]] = []
        self._script = list(script)

    def send(self, recipients: Sequence[str], *_arguments: Any, **_options: Any) -> Judgement:
        assert self._script, f"an unexpected POST to {recipients}"
        self.posts.append(list(recipients))
        step = self._script.pop(0)
        if isinstance(step, Exception):
            raise step
        verdicts = step(recipients) if callable(step) else step
        return Judgement({number: verdicts[f"+{number}"] for number in recipients})


class ForgetfulLedger(SqliteLedger):
    """Cannot write down the outcome of a claim."""

    def settle(self, *_arguments: Any) -> NoReturn:
        raise LedgerError(f"the ledger {self.name!r} cannot be written (disk full)")


@dataclass(frozen=True)
class Run:
    """The result of one task."""

    ruling: Ruling
    warnings: list[str]
    posts: list[list[str]]


class Case:
    """Tasks that share a ledger, a key and a clock that only waiting moves."""

    def __init__(self, path: Path) -> None:
        self.path = path / "ledger.sqlite3"
        self.ledger: SqliteLedger = SqliteLedger(str(self.path), Fingerprints.of(None, "key").account)
        self._now = 0.0

    def _sleep(self, seconds: float) -> None:
        self._now += seconds

    def run(
        self,
        *script: Step,
        to: tuple[str, ...] = (ANNA, BEN),
        policy: FailurePolicy = FailurePolicy(),  # noqa: B008 - it is frozen
        text: str = "hello",
        **dedupe: bool,
    ) -> Run:
        fingerprints = Fingerprints.of(None, "key")
        request = SendRequest(
            key=KEY,
            label=KEY,
            sender=None,
            text=text,
            segments=1,
            recipients=tuple(number.lstrip("+") for number in to),
            dedupe=DedupePolicy(content=fingerprints.content("", text), window=600.0, **dedupe),
            batch_size=100,
        )
        api = ScriptedApi(*script)
        deadline = Deadline(5.0, monotonic=lambda: self._now, sleep=self._sleep)
        delivery = Delivery(request, cast(Api, api), self.ledger, fingerprints, deadline, check_mode=False)
        report = delivery.run()
        return Run(rule(report.results, KEY, policy), report.warnings, api.posts)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


every_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def digits(*numbers: str) -> list[str]:
    return [number.lstrip("+") for number in numbers]


@every_policy
def test_accepted_by_this_run_then_before(case: Case, policy: FailurePolicy) -> None:
    first = case.run({ANNA: accepted("a"), BEN: accepted("b")}, policy=policy)
    assert (first.ruling.failed, first.ruling.changed, first.ruling.msg) == (False, True, "sent to 2 recipients")
    again = case.run(policy=policy)
    assert (again.ruling.failed, again.ruling.changed, again.posts) == (False, False, [])
    assert again.ruling.msg.startswith("already sent to 2 recipients (first at 20")
    assert again.ruling.msg.endswith("Z, smsid a, b)")


@every_policy
def test_some_refused_then_only_the_rest_is_posted(case: Case, policy: FailurePolicy) -> None:
    first = case.run({ANNA: accepted(), BEN: REFUSED}, policy=policy)
    assert (first.ruling.failed, first.ruling.changed) == (policy.fail_on == "any", True)
    assert f"refused for 1 recipient: {BEN} (402 No credit)" in first.ruling.msg
    again = case.run({BEN: accepted()}, policy=policy)
    assert again.posts == [digits(BEN)]
    assert not again.ruling.failed


@every_policy
def test_all_refused_then_all_are_posted_again(case: Case, policy: FailurePolicy) -> None:
    refusals = {ANNA: REFUSED, BEN: REFUSED}
    ruling = case.run(refusals, policy=policy).ruling
    assert (ruling.failed, ruling.changed) == (policy.fail_on != "none", False)
    assert "nothing was sent" in ruling.msg
    assert case.run(refusals).posts == [digits(ANNA, BEN)]


@every_policy
def test_a_whole_request_refused_leaves_no_row(case: Case, policy: FailurePolicy) -> None:
    ruling = case.run(DOWN, policy=policy).ruling
    assert (ruling.failed, ruling.changed) == (True, False)
    assert "HTTP 400 Bad Request" in ruling.msg
    assert "nothing was sent" in ruling.msg
    assert not case.run({ANNA: accepted(), BEN: accepted()}, policy=policy).ruling.failed


@every_policy
def test_unknown_by_this_run_then_by_an_earlier_one(case: Case, policy: FailurePolicy) -> None:
    """Both say the same; what differs is whether this run changed anything."""
    first = case.run({ANNA: UNKNOWN}, to=(ANNA,), policy=policy).ruling
    again = case.run(to=(ANNA,), policy=policy).ruling
    for ruling in (first, again):
        assert ruling.failed
        assert [phrase for phrase in UNKNOWN_HELP if phrase not in ruling.msg] == []
    assert (first.changed, again.changed) == (True, False)


@every_policy
def test_unknown_by_an_earlier_run_beside_one_that_is_sent(case: Case, policy: FailurePolicy) -> None:
    case.run({ANNA: UNKNOWN}, to=(ANNA,))
    found = case.run({BEN: accepted()}, policy=policy)
    assert (found.ruling.failed, found.ruling.changed) == (not policy.skip_unknown, True)
    assert (f"may have been sent to {ANNA}" in found.ruling.msg, found.posts) == (True, [digits(BEN)])


def test_unknown_by_an_earlier_run_is_sent_again_on_request(case: Case) -> None:
    case.run({ANNA: UNKNOWN}, to=(ANNA,))
    found = case.run({ANNA: accepted()}, to=(ANNA,), resend_unknown=True)
    assert (found.ruling.failed, found.ruling.msg) == (False, "sent to 1 recipient")


@every_policy
def test_another_run_holds_it(case: Case, policy: FailurePolicy) -> None:
    found: list[Run] = []

    def meanwhile(_recipients: Sequence[str]) -> Mapping[str, Verdict]:
        found.append(case.run(to=(ANNA,), policy=policy))
        return {ANNA: accepted()}

    case.run(meanwhile, to=(ANNA,))
    ruling = found[0].ruling
    assert (ruling.failed, ruling.changed, found[0].posts) == (True, False, [])
    assert ruling.msg.startswith(f"in progress: another run has been sending to {ANNA} since 20")


@every_policy
@pytest.mark.parametrize("skip", [False, True], ids=["on_different=fail", "on_different=skip"])
def test_other_content_under_the_same_key(case: Case, policy: FailurePolicy, skip: bool) -> None:
    case.run({ANNA: accepted()}, to=(ANNA,))
    posts: Sequence[Step] = [{BEN: accepted()}] if skip else []
    found = case.run(*posts, text="other", policy=policy, skip_different=skip)
    assert (found.ruling.failed, found.ruling.changed) == (not skip, skip)
    assert ("different message" in found.ruling.msg) is not skip
    assert ("nothing was sent" in found.ruling.msg) is not skip
    assert "already sent to 1 recipient" in found.ruling.msg or not skip


@every_policy
def test_an_unusable_ledger_sends_nothing_and_is_named(case: Case, policy: FailurePolicy) -> None:
    case.path.mkdir()
    found = case.run(policy=policy)
    assert (found.ruling.failed, found.ruling.changed, found.posts) == (True, False, [])
    for phrase in (str(case.path), "not a regular file", "nothing was sent"):
        assert phrase in found.ruling.msg


@every_policy
def test_an_outcome_that_could_not_be_stored(case: Case, policy: FailurePolicy) -> None:
    case.ledger = ForgetfulLedger(str(case.path), Fingerprints.of(None, "key").account)
    found = case.run({ANNA: accepted("a"), BEN: accepted("b")}, policy=policy)
    assert (found.ruling.failed, found.ruling.changed) == (False, True)
    assert len(found.warnings) == 1
    for phrase in ("ledger not updated", "smsid a, b", str(case.path), "disk full"):
        assert phrase in found.warnings[0]


def test_a_message_names_no_more_reasons_than_recipients() -> None:
    reasons = [f"different message: for +{number} at {SINCE}" for number in range(300)]
    msg = rule([not_sent(ANNA, reason) for reason in reasons], KEY, FailurePolicy()).msg
    assert " / ".join(reasons[:5]) + " / and 295 more reasons, in results; nothing" in msg
    assert len(msg) < 1000


def test_the_advice_waits_as_long_as_the_service_may_take() -> None:
    assert f"for {GRACE / 60:.0f} minutes" in CHECK_LOG


def test_a_defect_in_the_diff_hides_no_message() -> None:
    def broken(_results: Sequence[Result]) -> dict[str, object]:
        raise RuntimeError("a defect")

    found = summary([sent()], KEY, FailurePolicy(), SENDING, broken)
    assert ([one["to"] for one in found["results"]], found["changed"]) == ([ANNA], True)
    assert "internal error RuntimeError" in found["msg"]


def test_who_has_several_messages_is_counted_and_named_once() -> None:
    results = [Result(to, Outcome.NOT_SENT, code_desc="no") for to in (ANNA, BEN, ANNA, ANNA)]
    found = summary(results, KEY, FailurePolicy(), SENDING)
    assert found["msg"].startswith(f"not sent to 2 recipients, {ANNA}, {BEN}: no")
    assert (found["failed_to"], len(found["results"])) == ([ANNA, BEN], 4)
