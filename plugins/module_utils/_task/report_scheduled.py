# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How tasks on scheduled messages report: their sentences, and the pending messages before and after. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .._message.outcome import Outcome, Result
from .report import NEW, TAKEN_BACK, FailurePolicy, Wording, how_many, in_progress, named, number_of, reasons_of, why


def _at_their_dates(words: str) -> Callable[[Sequence[Result], str, FailurePolicy], str]:
    """The sentence of an outcome that comes with dates."""

    def sentence(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
        return f"{words} {how_many(results)}, at {_dates(results)}"

    return sentence


def _not_scheduled(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    return f"not scheduled for {how_many(results)}, {named(results, number_of)}: {reasons_of(results)}"


def _doubtful(results: Sequence[Result], key: str, _policy: FailurePolicy) -> str:
    known = f"; key {key}" if key else ""
    return (
        f"may have been scheduled, or still be pending, for {named(results, number_of)}: {reasons_of(results)}{known};"
        " look into the list of scheduled messages of the account, and run the task again"
    )


def _objected(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    return f"refused for {how_many(results)}: {named(results, why)}"


SCHEDULING = Wording(
    nothing="nothing was changed by this run",
    sentences={
        Outcome.SCHEDULED: _at_their_dates("scheduled for"),
        Outcome.WOULD_SCHEDULE: _at_their_dates("would schedule for"),
        Outcome.DUPLICATE: _at_their_dates("already scheduled for"),
        Outcome.CANCELLED: _at_their_dates("cancelled for"),
        Outcome.WOULD_CANCEL: _at_their_dates("would cancel for"),
        Outcome.ALREADY_SENT: _at_their_dates("already sent to"),
        Outcome.REFUSED: _objected,
        Outcome.NOT_SENT: _not_scheduled,
        Outcome.UNKNOWN: _doubtful,
        Outcome.IN_PROGRESS: in_progress,
    },
)


def calendar_diff(results: Iterable[Result]) -> dict[str, str]:
    """The pending messages before and after, one a line, by date."""
    results = list(results)
    before = [result for result in results if result.outcome in TAKEN_BACK | {Outcome.DUPLICATE}]
    after = [result for result in results if result.outcome in NEW | {Outcome.DUPLICATE}]
    header = "pending messages"
    return {"before_header": header, "after_header": header, "before": _entries(before), "after": _entries(after)}


def _entries(results: Iterable[Result]) -> str:
    return "".join(sorted(f"{_date(result)}  {result.to}  {result.text or ''}".rstrip() + "\n" for result in results))


def _dates(results: Sequence[Result]) -> str:
    return ", ".join(sorted({_date(result) for result in results}))


def _date(result: Result) -> str:
    """The date to the minute, as tasks write it; the service's own answers have seconds."""
    return result.delivery_date[:16] if result.delivery_date else "a date that is not known"
