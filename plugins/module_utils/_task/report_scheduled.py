# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report on scheduled messages: the sentence of each outcome. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .._message.outcome import Outcome, Result
from . import report
from .report import (
    FailurePolicy,
    Wording,
    date_of,
    how_many,
    in_progress,
    ledger_keys,
    named,
    number_of,
    reasons_of,
    summary,
    with_code,
)
from .report_diff import pending_diff

if TYPE_CHECKING:
    from .._ledger.interface import Ledger


def _with_dates(words: str) -> Callable[[Sequence[Result], str, FailurePolicy], str]:
    """Return the function that writes the sentence of an outcome that has dates."""

    def sentence(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
        return f"{words} {how_many(results)}, at {_dates(results)}"

    return sentence


def _not_scheduled(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Say for whom nothing was scheduled, and why."""
    return f"not scheduled for {how_many(results)}, {named(results, number_of)}: {reasons_of(results)}"


def _unknown(results: Sequence[Result], key: str, _policy: FailurePolicy) -> str:
    """Say for whom a message may be pending, why that is not known, and what to do about it."""
    known = f"; key {key}" if key else ""
    return (
        f"may have been scheduled, or still be pending, for {named(results, number_of)}: {reasons_of(results)}{known};"
        " look into the list of scheduled messages of the account, and run the task again"
    )


def _refused(results: Sequence[Result], _key: str, _policy: FailurePolicy) -> str:
    """Name some recipients that the service refused, with its codes."""
    return f"refused for {how_many(results)}: {named(results, with_code)}"


SCHEDULING = Wording(
    nothing="nothing was changed by this run",
    sentences={
        Outcome.SCHEDULED: _with_dates("scheduled for"),
        Outcome.WOULD_SCHEDULE: _with_dates("would schedule for"),
        Outcome.DUPLICATE: _with_dates("already scheduled for"),
        Outcome.CANCELLED: _with_dates("cancelled for"),
        Outcome.WOULD_CANCEL: _with_dates("would cancel for"),
        Outcome.ALREADY_SENT: _with_dates("already sent to"),
        Outcome.REFUSED: _refused,
        Outcome.NOT_SENT: _not_scheduled,
        Outcome.UNKNOWN: _unknown,
        Outcome.IN_PROGRESS: in_progress,
    },
)


def blank() -> dict[str, Any]:
    """Return the keys that every result has, with the values of a run that did nothing."""
    return {**report.blank(), "delivery_date": None, "delivery_at": None}


def scheduling_summary(
    results: Sequence[Result], key: str, policy: FailurePolicy, ledger: Ledger, *, check_mode: bool
) -> dict[str, Any]:
    """Return what a task on scheduled messages reports about its recipients and its ledger."""
    reported = summary(results, key, policy, SCHEDULING, pending_diff)
    return {**reported, **ledger_keys(ledger, changed=reported["changed"], check_mode=check_mode)}


def _dates(results: Sequence[Result]) -> str:
    """Return the different dates of these results, in order."""
    return ", ".join(sorted({date_of(result) for result in results}))
