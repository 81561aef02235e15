# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the results of the recipients into what the task returns: failed, changed, outcome, message. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .._message.outcome import PARTIAL, UNCHANGED, Outcome, Result

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

_NAMED = 5
"""Recipients that a message names before it counts the rest; ``results`` has all of them."""

CHECK_LOG = (
    "look into the account's message log (voipsms_log_info shows it), in which it may still appear for 15 minutes"
)
TELL_LEDGER = "tell the ledger what you found (voipsms_ledger, as: sent or not_sent)"

CANCELLED = frozenset({Outcome.CANCELLED, Outcome.WOULD_CANCEL})
NEW = frozenset({Outcome.SENT, Outcome.SCHEDULED, Outcome.WOULD_SEND, Outcome.WOULD_SCHEDULE})
_FROM_BEFORE = frozenset({Outcome.DUPLICATE, Outcome.ALREADY_SENT})
_GOOD = NEW | _FROM_BEFORE | CANCELLED

_CHANGING_IF_POSTED = frozenset({Outcome.UNKNOWN, Outcome.HELD})
"""Outcomes with which this run has changed something only where it has sent a request. Who is held is told so, once."""


class FailurePolicy(NamedTuple):
    """Which outcomes the user wants to be a failure. ``fail_on``: any, all, none.

    ``skip_unknown``: go on without recipients whose message may have been sent. ``fail_if_sent``: a message that has
    gone out already, and cannot be cancelled, is a failure. ``advice``: what to do about a message of unknown fate.
    ``allow_held``: a message that a limit holds back is no failure.
    """

    fail_on: str = "any"
    skip_unknown: bool = False
    fail_if_sent: bool = False
    allow_held: bool = False
    advice: str = f"{CHECK_LOG}, and {TELL_LEDGER}; if it was not sent, run the task again"


class Ruling(NamedTuple):
    """What the task reports as a whole."""

    failed: bool
    changed: bool
    outcome: str
    msg: str


def blank() -> dict[str, Any]:
    """Return the keys that every result has, with the values of a run that did nothing."""
    return {
        "changed": False,
        "results": [],
        "outcome": UNCHANGED,
        "smsids": [],
        "encoding": None,
        "segments": None,
        "cost": None,
        "requests": 0,
        "failed_to": [],
        "key": None,
        "ledger": None,
        "ledger_created": False,
    }


Difference = Callable[[Sequence[Result]], object]
"""Returns the diff of a task's results: one as Ansible compares it, or a list of them."""


def summary(
    results: Sequence[Result],
    key: str,
    policy: FailurePolicy,
    wording: Wording | None = None,
    difference: Difference | None = None,
) -> dict[str, Any]:
    """Return what a task reports about its recipients, one by one and as a whole. Raises nothing.

    ``wording``: the sentences of the message, by default those of ``SENDING``. ``difference``: makes the diff. Where an
    exception prevents that, the results and their smsids are returned nevertheless.
    """
    try:
        diff = difference(results) if difference else None
        return {**_summary(results, key, rule(results, key, policy, wording)), "diff": diff}
    except Exception as error:  # noqa: BLE001 - messages have been sent, which must not be hidden
        from .report_known import known_summary  # noqa: PLC0415 - never needed, if all is well

        return known_summary(results, key, error)


def _summary(results: Sequence[Result], key: str, ruling: Ruling) -> dict[str, Any]:
    """Return the keys of the summary that every kind of task has."""
    return {
        "failed": ruling.failed,
        "changed": ruling.changed,
        "outcome": ruling.outcome,
        "msg": ruling.msg,
        "results": [result.shown() for result in results],
        "smsids": [smsid for result in results for smsid in result.smsids],
        "cost": cost(results),
        "failed_to": failed_to(results),
        "key": key,
    }


def ledger_keys(ledger: Ledger, *, changed: bool, check_mode: bool) -> dict[str, Any]:
    """Return the ledger that was used, and whether this run created it, or a real run would."""
    return {"ledger": ledger.name, "ledger_created": ledger.missing and changed if check_mode else ledger.created}


def rule(results: Sequence[Result], key: str, policy: FailurePolicy, wording: Wording | None = None) -> Ruling:
    """Judge the whole by its parts. ``wording``: the sentences of the message, by default those of ``SENDING``."""
    return Ruling(
        failed=_failed(results, policy),
        changed=any(has_changed(result) for result in results),
        outcome=_outcome(results),
        msg=_message(results, key, policy, wording or SENDING),
    )


def failed_to(results: Iterable[Result]) -> list[str]:
    """Return the recipients, each once, with a message that is not for certain in the state that the task wants."""
    return list(dict.fromkeys(result.to for result in results if result.outcome not in _GOOD))


def cost(results: Iterable[Result]) -> float | None:
    """Return the sum of the prices of what this run posted, or would; None when a price is not known."""
    charged = NEW | _CHANGING_IF_POSTED
    prices = [result.sale for result in results if result.posted and result.outcome in charged]
    known = [price for price in prices if price is not None]
    return round(float(sum(known)), 6) if len(known) == len(prices) else None


def _failed(results: Sequence[Result], policy: FailurePolicy) -> bool:
    """Tell whether the task fails. It always does when this run caused an unknown fate, under any policy."""
    some_have_it = any(result.outcome in _GOOD for result in results)
    return any(_is_failure(result, policy, some_have_it=some_have_it) for result in results)


def _is_failure(result: Result, policy: FailurePolicy, *, some_have_it: bool) -> bool:
    """Tell whether the result of one recipient fails the task."""
    if result.outcome is Outcome.REFUSED:
        return {"any": True, "all": not some_have_it, "none": False}[policy.fail_on]
    if result.outcome is Outcome.UNKNOWN and not result.posted:
        return not (policy.skip_unknown and some_have_it)
    if result.outcome is Outcome.ALREADY_SENT:
        return policy.fail_if_sent
    if result.outcome is Outcome.HELD:
        return not policy.allow_held
    return result.outcome not in _GOOD


def has_changed(result: Result) -> bool:
    """Tell whether this run changed something for a recipient, or may have."""
    return result.outcome in NEW | CANCELLED or (result.outcome in _CHANGING_IF_POSTED and result.posted)


def _outcome(results: Sequence[Result]) -> str:
    """Return the outcome that all recipients share, ``partial``, or ``unchanged`` without any."""
    outcomes = {result.outcome.value for result in results}
    if not outcomes:
        return UNCHANGED
    return outcomes.pop() if len(outcomes) == 1 else PARTIAL


def _message(results: Sequence[Result], key: str, policy: FailurePolicy, wording: Wording) -> str:
    """Return a clause for each kind of outcome, good ones first; if anyone lacks the message, whether any was sent."""
    by_outcome: dict[Outcome, list[Result]] = {outcome: [] for outcome in Outcome}
    for result in results:
        by_outcome[result.outcome].append(result)
    sentences = wording.sentences.items()
    clauses = [sentence(by_outcome[outcome], key, policy) for outcome, sentence in sentences if by_outcome[outcome]]
    if failed_to(results) and not any(has_changed(result) for result in results):
        clauses.append(wording.nothing)
    return "; ".join(clauses) or "there was nothing to do"


def _sent(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Say to how many recipients this run sent."""
    return f"sent to {how_many(results)}"


def _would_send(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Say to how many recipients a real run would send."""
    return f"would send to {how_many(results)}"


def _duplicate(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Say how many recipients have the message already, and since when."""
    first = min((result.first_sent_at for result in results if result.first_sent_at), default=None)
    smsids = [smsid for result in results for smsid in result.smsids]
    return f"already sent to {how_many(results)}" + (f" (first at {first}{_ids(smsids)})" if first else "")


def _refused(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Name some recipients that the service refused, and every impossible number, which only the user can correct."""
    by_service = [result for result in results if result.code is not None]
    impossible = [result.code_desc or result.to for result in results if result.code is None]
    by_code = [named(by_service, with_code)] if by_service else []
    return f"refused for {how_many(results)}: {'; '.join([*by_code, *impossible])}"


def _not_sent(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Say to whom nothing was sent, and why."""
    return f"not sent to {how_many(results)}, {named(results, number_of)}: {reasons_of(results)}"


def held_back(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Say whose message a limit holds back, and that it will not be sent by itself."""
    return (
        f"held for {how_many(results)}, {named(results, number_of)}: {reasons_of(results)}; what is held is not sent"
        " later by itself: run the task again then, if it still matters"
    )


def held_warnings(results: Sequence[Result], policy: FailurePolicy) -> list[str]:
    """Return the warning of a task that does not fail although a limit holds messages back."""
    of_limit = [result for result in results if result.outcome is Outcome.HELD]
    return [held_back(of_limit, "", policy)] if of_limit and policy.allow_held else []


def _unknown(results: Sequence[Result], key: str, policy: FailurePolicy) -> str:
    """Say who may have the message, why that is not known, and what to do about it."""
    return f"may have been sent to {named(results, number_of)}: {reasons_of(results)}; key {key}; {policy.advice}"


def in_progress(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Say which recipients another run has claimed."""
    return f"in progress: another run has been sending to {named(results, _since)}; run the task again when it is over"


Sentence = Callable[[Sequence[Result], str, FailurePolicy], str]
"""Writes the clause about the results of one outcome, from the key of the message and the policy of the task."""


class Wording(NamedTuple):
    """The sentence of a kind of task for each outcome, in this order, and the one for a run that changed nothing."""

    sentences: Mapping[Outcome, Sentence]
    nothing: str


SENDING = Wording(
    nothing="nothing was sent by this run",
    sentences={
        Outcome.SENT: _sent,
        Outcome.WOULD_SEND: _would_send,
        Outcome.DUPLICATE: _duplicate,
        Outcome.REFUSED: _refused,
        Outcome.NOT_SENT: _not_sent,
        Outcome.HELD: held_back,
        Outcome.UNKNOWN: _unknown,
        Outcome.IN_PROGRESS: in_progress,
    },
)


def reasons_of(results: Sequence[Result]) -> str:
    """Return the different reasons of these results, as many as a reader can take in."""
    reasons = list(dict.fromkeys(result.code_desc or "no reason given" for result in results))
    more = f" / and {len(reasons) - _NAMED} more reasons, in results" if len(reasons) > _NAMED else ""
    return " / ".join(reasons[:_NAMED]) + more


def named(results: Sequence[Result], shown: Callable[[Result], str]) -> str:
    """Return the first recipients, each once as ``shown`` writes it, and how many more there are."""
    recipients = list(dict.fromkeys(map(shown, results)))
    first = ", ".join(recipients[:_NAMED])
    return first + (f" and {len(recipients) - _NAMED} more" if len(recipients) > _NAMED else "")


def number_of(result: Result) -> str:
    """Return the recipient, for ``named``."""
    return result.label


def _since(result: Result) -> str:
    """Return the recipient and when another run began to send, for ``named``."""
    return f"{result.label} since {result.first_sent_at}" if result.first_sent_at else result.label


def with_code(result: Result) -> str:
    """Return the recipient and the service's code and reason, for ``named``."""
    return f"{result.label}{reason_in_brackets(result)}"


def reason_in_brackets(result: Result) -> str:
    """Return the service's code and reason as the end of a clause; nothing without any."""
    parts = " ".join(str(part) for part in (result.code, result.code_desc) if part is not None)
    return f" ({parts})" if parts else ""


def date_of(result: Result) -> str:
    """Return the delivery date to the minute, as tasks write it; the service's own answers have seconds."""
    return result.delivery_date[:16] if result.delivery_date else "a date that is not known"


def _ids(smsids: Sequence[str]) -> str:
    """Return the first identifiers as the end of a clause; nothing without any."""
    if not smsids:
        return ""
    more = f" and {len(smsids) - _NAMED} more" if len(smsids) > _NAMED else ""
    return f", smsid {', '.join(smsids[:_NAMED])}{more}"


def how_many(results: Sequence[Result]) -> str:
    """Return the number of recipients, with the noun; one who has several messages counts once."""
    count = len({result.to for result in results})
    return f"{count} recipient{'s' if count != 1 else ''}"
