# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say of messages that a limit holds back why it does, and tell their recipients once that there were more.

The notice is a message of its own, with the claim, the row and the window of any other one: so there is at most one for
each recipient in the span of the limit, whatever number of runs hold messages back. It is not counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._ledger.limits import Hold, Limit
from .._ledger.model import DedupePolicy, Fingerprints
from .._message import dates
from .._message.outcome import Outcome, Report, Result, moment
from .request import SendRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOLD = frozenset({Outcome.SENT, Outcome.WOULD_SEND})
_NOT_TOLD = frozenset({Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NOT_SENT})
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def held_result(number: str, hold: Hold) -> Result:
    """Return the result of a recipient whose message is held back."""
    whose = "of this account" if hold.is_account else "to one recipient"
    reason = f"more than {_shown(hold.limit)} {whose}; further ones are not sent before {moment(hold.until)}"
    return Result(f"+{number}", Outcome.HELD, code_desc=reason)


def notices(request: SendRequest, holds: Mapping[str, Hold], fingerprints: Fingerprints) -> Iterator[SendRequest]:
    """Yield the requests that tell recipients of a limit of theirs, one for each text; a limit of the account has none.

    The key is the same for every message that a limit of such a span holds back, whatever run holds it.
    """
    pool = request.limits.pool if request.limits else ""
    groups: dict[tuple[str, float], list[str]] = {}
    for number, hold in holds.items():
        if not hold.is_account:
            text = (
                f"More than {_shown(hold.limit)}; further ones are not sent before"
                f" {_until(hold.until, request.account_timezone)}."
            )
            groups.setdefault((text, hold.limit.seconds), []).append(number)
    for (text, seconds), numbers in groups.items():
        dedupe = DedupePolicy(
            content=fingerprints.content(request.sender or "", text),
            window=seconds,
            skip_different=True,  # the time differs, and it is the same notice
        )
        label = f"limit reached {pool}".strip()
        yield request._replace(
            # No key of a user's own is like it, since theirs are printable.
            key=f"\0{label}",
            label=label,
            text=text,
            segments=1,
            recipients=tuple(numbers),
            dedupe=dedupe,
            limits=None,
            resend_absent=False,
        )


def told_result(result: Result, notice: Result) -> Result:
    """Return the result of who is held, with what this run has sent, or would, to tell them so."""
    is_told = notice.outcome in _TOLD or (notice.outcome is Outcome.UNKNOWN and notice.posted)
    return result._replace(posted=True, sale=notice.sale) if is_told else result


def notice_warnings(report: Report) -> list[str]:
    """Return the warnings about notices: also that one has been sent, or that one may have been or was not."""
    told = [result.label for result in report.results if result.outcome is Outcome.SENT]
    foretold = [result.label for result in report.results if result.outcome is Outcome.WOULD_SEND]
    doubted = [result for result in report.results if result.outcome in _NOT_TOLD and result.posted]
    return [
        *report.warnings,
        *([f"told {', '.join(told)} that a limit is reached"] if told else []),
        *([f"would tell {', '.join(foretold)} that a limit is reached"] if foretold else []),
        *(
            f"the notice to {result.label} about the limit is {result.outcome.value}: {result.code_desc}"
            for result in doubted
        ),
    ]


def _shown(limit: Limit) -> str:
    """Return a limit for people, such as ``12 messages in 1 hour``."""
    messages = f"{limit.number} message{'' if limit.number == 1 else 's'}"
    return f"{messages} in {span(limit.seconds)}"


def span(seconds: float) -> str:
    """Return a span for people, in the largest unit of which it is a whole number."""
    unit, name = next((unit, name) for unit, name in _UNITS if seconds % unit == 0)
    count = int(seconds // unit)
    return f"{count} {name}{'' if count == 1 else 's'}"


def _until(seconds: float, zone_name: str | None) -> str:
    """Return the first whole minute after a moment, in the zone of the account where it is known, else in UTC."""
    zone = dates.zone(zone_name, "account_timezone") if zone_name else dt.timezone.utc
    now = dt.datetime.now(zone)
    at = dt.datetime.fromtimestamp(seconds, zone) + dt.timedelta(seconds=59.999)
    day = "" if at.date() == now.date() else f"{at:%Y-%m-%d} "
    return f"{day}{at:%H:%M}" + ("" if zone_name else " UTC")
