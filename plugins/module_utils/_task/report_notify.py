# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report who was told of an event, who is told later, and who is not. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .._message.outcome import Outcome, Result
from .._message.text import measure
from .._people.audience import Audience
from . import report
from .report import SENDING, FailurePolicy, Sentence, Wording, held_warnings, ledger_keys, summary
from .report_diff import message_diff, pending_diff
from .report_scheduled import SCHEDULING

if TYPE_CHECKING:
    from .notify_options import NotifyOptions

_KEYS = ("changed", "outcome", "smsids", "cost", "requests", "failed_to", "key", "ledger", "ledger_created")
_LATER = frozenset({Outcome.SCHEDULED, Outcome.WOULD_SCHEDULE, Outcome.ALREADY_SENT})
_EITHER = frozenset({Outcome.DUPLICATE, Outcome.UNKNOWN})


def blank() -> dict[str, Any]:
    """Return the keys that every result has, with the values of a run that did nothing."""
    known = report.blank()
    lists: dict[str, Any] = {name: [] for name in ("results", "now", "later", "dropped")}
    return {**{name: known[name] for name in _KEYS}, **lists, "text": None, "texts": {}, "segments": None}


def notify_summary(
    results: Sequence[Result], options: NotifyOptions, cleaned: Callable[[str], str], *, check_mode: bool
) -> dict[str, Any]:
    """Return what a task reports about everyone whom it tells. ``cleaned``: returns a text without credentials.

    Nothing that has happened to a message fails the task where that is not required; it is a warning then.
    """
    results = [result if result.text is None else result._replace(text=cleaned(result.text)) for result in results]
    key = options.event.key
    policy = FailurePolicy(allow_held=options.allow_held)
    reported = summary(results, key, policy, NOTIFYING, partial(notify_diff, key))
    msg = "; ".join([reported["msg"] if results else "there is no one to tell", *_dropped(options.audience)])
    is_failed = reported["failed"] and options.required
    return {
        **reported,
        **options.audience.as_dict(),
        **ledger_keys(options.ledger, changed=reported["changed"], check_mode=check_mode),
        "results": [shown(result) for result in results],
        "text": cleaned(options.texts.default),
        "texts": {language: cleaned(text) for language, text in options.texts.by_language.items()},
        "segments": max(measure(text).segments for text in options.texts_in_use),
        "msg": msg,
        "failed": is_failed,
        "warnings": [f"{options.event.word}: {msg}"]
        if reported["failed"] and not is_failed
        else held_warnings(results, policy),
    }


def refused_summary(results: Sequence[Result]) -> dict[str, Any]:
    """Return what is known of a task that was refused: who is not told."""
    reported = summary(results, "", FailurePolicy(), NOTIFYING)
    known = {name: reported[name] for name in ("outcome", "failed_to")}
    return {**known, "results": [shown(result) for result in results]}


def shown(result: Result) -> dict[str, Any]:
    """Return the result of a person as the task returns it."""
    return {
        "name": result.name,
        "to": result.to,
        "outcome": result.outcome.value,
        "smsids": list(result.smsids),
        "delivery_date": result.delivery_date,
        "reason": result.code_desc or None,
    }


def _is_scheduled(result: Result) -> bool:
    """Tell whether a result is about a scheduled message, and not about one that is sent at once."""
    return result.outcome in _LATER or (result.outcome in _EITHER and result.delivery_date is not None)


def notify_diff(key: str, results: Sequence[Result]) -> object:
    """Return the diff: one for each text that is sent at once, and one for what is pending; alone where it is one."""
    by_text: dict[str, list[Result]] = {}
    scheduled = [result for result in results if _is_scheduled(result)]
    for result in results:
        if result not in scheduled:
            by_text.setdefault(result.text or "", []).append(result)
    sides = [message_diff(group, label=key, text=text) for text, group in by_text.items() if text]
    sides += [pending_diff(scheduled)] if scheduled else []
    return sides[0] if len(sides) == 1 else sides or message_diff([], label=key, text="")


def _dropped(audience: Audience) -> list[str]:
    """Return a clause about those who have quiet hours and are not told."""
    return [f"not told, because of quiet hours: {', '.join(audience.dropped)}"] if audience.dropped else []


def _by_kind(outcome: Outcome) -> Sentence:
    """Return the sentence of an outcome that messages sent at once and scheduled ones have."""
    now, later = SENDING.sentences[outcome], SCHEDULING.sentences[outcome]

    def sentence(results: Sequence[Result], key: str, policy: FailurePolicy) -> str:
        scheduled = [result for result in results if _is_scheduled(result)]
        others = [result for result in results if result not in scheduled]
        # A scheduled message has a key of its own; the key of the event would not find it in the ledger.
        clauses = [now(others, key, policy)] if others else []
        return "; ".join([*clauses, *([later(scheduled, "", policy)] if scheduled else [])])

    return sentence


NOTIFYING = Wording(
    nothing="nothing was sent or scheduled by this run",
    sentences={
        Outcome.SENT: SENDING.sentences[Outcome.SENT],
        Outcome.WOULD_SEND: SENDING.sentences[Outcome.WOULD_SEND],
        Outcome.SCHEDULED: SCHEDULING.sentences[Outcome.SCHEDULED],
        Outcome.WOULD_SCHEDULE: SCHEDULING.sentences[Outcome.WOULD_SCHEDULE],
        Outcome.DUPLICATE: _by_kind(Outcome.DUPLICATE),
        Outcome.ALREADY_SENT: SCHEDULING.sentences[Outcome.ALREADY_SENT],
        Outcome.REFUSED: SENDING.sentences[Outcome.REFUSED],
        Outcome.NOT_SENT: SENDING.sentences[Outcome.NOT_SENT],
        Outcome.HELD: SENDING.sentences[Outcome.HELD],
        Outcome.UNKNOWN: _by_kind(Outcome.UNKNOWN),
        Outcome.IN_PROGRESS: SENDING.sentences[Outcome.IN_PROGRESS],
    },
)
