# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn verdicts and ledger rows into results of recipients. Pure."""

from __future__ import annotations

from .._api.evidence import Verdict
from .._ledger.model import Claimability, Row, State
from .._message.display import printable
from .._message.outcome import Fate, Outcome, Result, moment

_OUTCOMES = {
    Fate.REFUSED: Outcome.REFUSED,
    Fate.UNKNOWN: Outcome.UNKNOWN,
    Fate.NOT_SENT: Outcome.NOT_SENT,
}


def not_sent(number: str, reason: str) -> Result:
    """Return the result of a recipient to whom no request has left."""
    return Result(f"+{number}", Outcome.NOT_SENT, code_desc=reason)


def result_of_verdict(number: str, verdict: Verdict, accepted: Outcome) -> Result:
    """Return the result of this run's own request. ``accepted``: the outcome when the service has accepted it."""
    return Result(
        to=f"+{number}",
        outcome=_OUTCOMES.get(verdict.fate, accepted),
        posted=True,
        smsids=verdict.smsids,
        code=verdict.code,
        code_desc=verdict.code_desc,
        status=verdict.status,
        country=verdict.country,
        type=verdict.type,
        sale=verdict.sale,
        delivery_date=verdict.delivery_date,
    )


def result_of_row(number: str, row: Row, claimability: Claimability, now: float) -> Result:
    """Return the result of a recipient whom this run leaves alone, because of another run's row.

    ``now``: Unix seconds by the ledger's clock.
    """
    if row.is_damaged:
        return Result(f"+{number}", Outcome.UNKNOWN, code_desc="its row in the ledger is damaged")
    to, since = f"+{number}", moment(row.claimed_at)
    if claimability is Claimability.ACCEPTED:
        return Result(to, Outcome.DUPLICATE, smsids=row.smsids, first_sent_at=since)
    if claimability is Claimability.DIFFERENT:
        reason = (
            f"different message: another text or sender was used for +{number} under this idempotency_key at {since};"
            " give the new message a key of its own, or set on_different=skip"
        )
        return Result(to, Outcome.NOT_SENT, code_desc=reason, first_sent_at=since)
    if claimability is Claimability.UNKNOWN and row.is_ahead(now):
        what = "accepted" if row.state is State.ACCEPTED else "claimed"
        reason = f"the ledger has it {what} at {since}, which lies ahead: a clock is wrong, or was"
        return Result(to, Outcome.UNKNOWN, smsids=row.smsids, code_desc=reason, first_sent_at=since)
    if claimability is Claimability.IN_PROGRESS:
        return Result(to, Outcome.IN_PROGRESS, code_desc=f"claimed by {printable(row.origin)}", first_sent_at=since)
    reason = f"the run that sent it at {since} ({printable(row.origin)}) ended without a result"
    return Result(to, Outcome.UNKNOWN, smsids=row.smsids, code_desc=reason, first_sent_at=since)
