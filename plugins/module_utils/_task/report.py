# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what became of each recipient to what the task says: failed, changed, outcome, message, diff. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from .._message.outcome import PARTIAL, UNCHANGED, Outcome, Result

_NAMED = 5
"""Recipients that a message names before it counts the rest; all of them are in ``results``."""


LOOK = "look into the account's message log (voipsms_log_info shows it), in which it may still appear for 15 minutes"
TELL = "tell the ledger what you found (voipsms_ledger, as: sent or not_sent)"


_ACCEPTED = frozenset({Outcome.SENT, Outcome.SCHEDULED})
TAKEN_BACK = frozenset({Outcome.CANCELLED, Outcome.WOULD_CANCEL})
_HELD_BEFORE = frozenset({Outcome.DUPLICATE, Outcome.ALREADY_SENT})
NEW = _ACCEPTED | {Outcome.WOULD_SEND, Outcome.WOULD_SCHEDULE}
_GOOD = NEW | _HELD_BEFORE | TAKEN_BACK


class FailurePolicy(NamedTuple):
    """What the user wants to be a failure. ``fail_on``: any, all, none. ``skip_unknown``: leave out, go on.

    ``fail_if_sent``: a message that has gone out already, and cannot be cancelled, is a failure. ``advice``: what to
    do about a message of unknown fate.
    """

    fail_on: str = "any"
    skip_unknown: bool = False
    fail_if_sent: bool = False
    advice: str = f"{LOOK}, and {TELL}; if it was not sent, run the task again"


class Ruling(NamedTuple):
    """What the task reports as a whole."""

    failed: bool
    changed: bool
    outcome: str
    msg: str


def blank() -> dict[str, Any]:
    """The keys that are returned whatever happens, of a run that got nowhere."""
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


def summary(
    results: Sequence[Result], key: str, policy: FailurePolicy, wording: Optional[Wording] = None
) -> dict[str, Any]:
    """What a task returns about its recipients, one by one and as a whole."""
    ruling = rule(results, key, policy, wording)
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
        "diff": diff(results, key),
    }


def rule(results: Sequence[Result], key: str, policy: FailurePolicy, wording: Optional[Wording] = None) -> Ruling:
    """The whole from its parts. ``wording``: the sentences for a message, those of sending now by default."""
    failed = _failed(results, policy)
    return Ruling(
        failed=failed,
        changed=any(_has_changed(result) for result in results),
        outcome=_outcome(results),
        msg=_message(results, key, policy, wording or SENDING),
    )


def failed_to(results: Iterable[Result]) -> list[str]:
    """The recipients of whom it is not certain that the message is where it shall be."""
    return [result.to for result in results if result.outcome not in _GOOD]


def cost(results: Iterable[Result]) -> Optional[float]:
    """The sum of the prices of what this run posted, or would; None when one of them is not known."""
    charged = NEW | {Outcome.UNKNOWN}
    prices = [result.sale for result in results if result.posted and result.outcome in charged]
    known = [price for price in prices if price is not None]
    return round(float(sum(known)), 6) if len(known) == len(prices) else None


def diff(results: Iterable[Result], key: str) -> dict[str, Any]:
    """Who has had the message before, and who after."""
    results = list(results)
    had = [result.to for result in results if result.outcome in _HELD_BEFORE]
    have = [result.to for result in results if result.outcome in _HELD_BEFORE | NEW]
    return {
        "before_header": f"recipients of message {key}",
        "after_header": f"recipients of message {key}",
        "before": _lines(had),
        "after": _lines(have),
    }


def _failed(results: Sequence[Result], policy: FailurePolicy) -> bool:
    """Whether the task fails. An unknown fate that this run caused is always a failure, whatever the policy."""
    some_have_it = any(result.outcome in _GOOD for result in results)
    return any(_fails(result, policy, some_have_it=some_have_it) for result in results)


def _fails(result: Result, policy: FailurePolicy, *, some_have_it: bool) -> bool:
    if result.outcome is Outcome.REFUSED:
        return {"any": True, "all": not some_have_it, "none": False}[policy.fail_on]
    if result.outcome is Outcome.UNKNOWN and not result.posted:
        return not (policy.skip_unknown and some_have_it)
    if result.outcome is Outcome.ALREADY_SENT:
        return policy.fail_if_sent
    return result.outcome not in _GOOD


def _has_changed(result: Result) -> bool:
    return result.outcome in NEW | TAKEN_BACK or (result.outcome is Outcome.UNKNOWN and result.posted)


def _outcome(results: Sequence[Result]) -> str:
    outcomes = {result.outcome.value for result in results}
    if not outcomes:
        return UNCHANGED
    return outcomes.pop() if len(outcomes) == 1 else PARTIAL


def _message(results: Sequence[Result], key: str, policy: FailurePolicy, wording: Wording) -> str:
    """One sentence a kind of outcome, what went well first; where somebody goes without, whether anything was sent."""
    concerned: dict[Outcome, list[Result]] = {outcome: [] for outcome in Outcome}
    for result in results:
        concerned[result.outcome].append(result)
    sentences = wording.sentences.items()
    clauses = [sentence(concerned[outcome], key, policy) for outcome, sentence in sentences if concerned[outcome]]
    if failed_to(results) and not any(_has_changed(result) for result in results):
        clauses.append(wording.nothing)
    return "; ".join(clauses) or "there was nothing to do"


def _sent(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    return f"sent to {how_many(results)}"


def _would_send(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    return f"would send to {how_many(results)}"


def _duplicate(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    first = min((result.first_sent_at for result in results if result.first_sent_at), default=None)
    smsids = [smsid for result in results for smsid in result.smsids]
    return f"already sent to {how_many(results)}" + (f" (first at {first}{_ids(smsids)})" if first else "")


def _refused(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Those whom the service refused, and every number that cannot be, since only the user can mend those."""
    by_service = [result for result in results if result.code is not None]
    impossible = [result.code_desc or result.to for result in results if result.code is None]
    by_code = [named(by_service, why)] if by_service else []
    return f"refused for {how_many(results)}: {'; '.join([*by_code, *impossible])}"


def _not_sent(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    return f"not sent to {how_many(results)}, {named(results, number_of)}: {reasons_of(results)}"


def _unknown(results: Sequence[Result], key: str, policy: FailurePolicy) -> str:
    return f"may have been sent to {named(results, number_of)}: {reasons_of(results)}; key {key}; {policy.advice}"


def in_progress(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Whom another run has in hand."""
    return f"in progress: another run has been sending to {named(results, _since)}; run the task again when it is over"


class Wording(NamedTuple):
    """How a kind of task speaks of each outcome, in this order, and what it says when it did nothing it should."""

    sentences: Mapping[Outcome, Callable[[Sequence[Result], str, FailurePolicy], str]]
    nothing: str


SENDING = Wording(
    nothing="nothing was sent by this run",
    sentences={
        Outcome.SENT: _sent,
        Outcome.WOULD_SEND: _would_send,
        Outcome.DUPLICATE: _duplicate,
        Outcome.REFUSED: _refused,
        Outcome.NOT_SENT: _not_sent,
        Outcome.UNKNOWN: _unknown,
        Outcome.IN_PROGRESS: in_progress,
    },
)


def reasons_of(results: Sequence[Result]) -> str:
    """Why it went so, each reason once, and no more of them than one reads."""
    reasons = list(dict.fromkeys(result.code_desc or "no reason given" for result in results))
    more = f" / and {len(reasons) - _NAMED} more reasons, in results" if len(reasons) > _NAMED else ""
    return " / ".join(reasons[:_NAMED]) + more


def named(results: Sequence[Result], shown: Callable[[Result], str]) -> str:
    """The first recipients, and how many more there are."""
    first = ", ".join(shown(result) for result in results[:_NAMED])
    return first + (f" and {len(results) - _NAMED} more" if len(results) > _NAMED else "")


def number_of(result: Result) -> str:
    """A recipient, for ``named``."""
    return result.to


def _since(result: Result) -> str:
    return f"{result.to} since {result.first_sent_at}" if result.first_sent_at else result.to


def why(result: Result) -> str:
    """A recipient and what the service said of it, for ``named``."""
    said = " ".join(str(part) for part in (result.code, result.code_desc) if part is not None)
    return f"{result.to} ({said})" if said else result.to


def _ids(smsids: Sequence[str]) -> str:
    if not smsids:
        return ""
    more = f" and {len(smsids) - _NAMED} more" if len(smsids) > _NAMED else ""
    return f", smsid {', '.join(smsids[:_NAMED])}{more}"


def how_many(results: Sequence[Result]) -> str:
    """Recipients, counted."""
    return f"{len(results)} recipient{'s' if len(results) != 1 else ''}"


def _lines(numbers: Iterable[str]) -> str:
    return "".join(f"{number}\n" for number in numbers)
