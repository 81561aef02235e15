# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Return the results of recipients to whom nothing was sent: all of a refused task, or those that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable

from .._message.outcome import Outcome, Result
from .._people.recipients import Recipient, Unread

_REFUSED = "nothing was sent to anybody, since the task was refused"


def not_sent_results(recipients: Iterable[Recipient]) -> tuple[Result, ...]:
    """Return the results of a refused task, since a rescue may want to reach its recipients in another way."""
    return tuple(
        Result(f"+{recipient.digits}", Outcome.NOT_SENT, code_desc=_REFUSED, name=recipient.name or None)
        for recipient in recipients
    )


def unread_results(recipients: Iterable[Unread]) -> tuple[Result, ...]:
    """Return the refused results of recipients that cannot be read."""
    return tuple(
        Result(recipient.given, Outcome.REFUSED, code_desc=recipient.sentence, name=recipient.name or None)
        for recipient in recipients
    )
