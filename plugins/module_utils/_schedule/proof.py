# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide what one complete list proves about a message of the ledger, and when the next list can prove more.

A list may lag, may falsely show nothing for a while, and may leave out a message shortly before its date. So absence
proves something only when two lists, some time apart, do not show the message, and only long enough before its date. A
cancel may take effect late, so that absence proves nothing about it, and presence neither, before it is over.

Times are Unix seconds by the ledger's clock, but for ``now``. Nothing here reads a clock or a network.
"""

from __future__ import annotations

from typing import NamedTuple

from .._ledger.model import GRACE, Row, State

CONTENT_OF_CANCEL = "cancel"
"""Stands in the row of a cancel where the row of a message has the fingerprint of its content."""

_SHORTEST_PAUSE = 0.5
"""Seconds between two lists at least."""


class Graces(NamedTuple):
    """The seconds within which the service is taken to be consistent. Users set them; all three are assumed.

    ``list_grace``: longer than the list lags behind, and than it falsely shows nothing. ``cancel_grace``: within it a
    cancel takes effect after it was answered, or never. ``handover``: longer before its date than the service may
    take a message off the list.
    """

    list_grace: float = 10.0
    cancel_grace: float = 10.0
    handover: float = 900.0


USUAL_GRACES = Graces()


class Reading(NamedTuple):
    """When a complete list was read.

    ``asked_at``: before it was asked for. ``read_at``: after it was read. The service may have made the list at any
    moment between them. ``now``: the later of the ledger's clock and the service's.
    """

    asked_at: float
    read_at: float
    now: float
    graces: Graces

    def is_before_handover(self, delivers_at: float | None) -> bool:
        """Return whether a message with this date cannot have been taken off the list for its delivery."""
        return delivers_at is not None and self.now < delivers_at - self.graces.handover


def seen(row: Row, reading: Reading) -> Row:
    """Return the row of a message that the list shows; its cancel, when that is over, had no effect.

    One that was judged gone, or that a person called cancelled, is pending again by the same rule.
    """
    if not row.listed or row.absent_at is not None:
        row = row._replace(listed=True, absent_at=None)
    if may_be_stale(row, reading) or row.state not in (State.CANCELLING, State.CANCELLED):
        return row
    return row._replace(state=State.ACCEPTED, effect_by=None, confirmed=False)


def may_be_stale(row: Row, reading: Reading) -> bool:
    """Return whether the list may still show a message although its cancel has taken effect, or may yet do so."""
    return row.effect_by is not None and reading.asked_at < row.effect_by + reading.graces.list_grace


def is_cancelled_in_time(row: Row, delivers_at: float | None, graces: Graces) -> bool:
    """Return whether a cancel that the service has confirmed was over before the message could be on its way out.

    Then the message has not gone out, whatever a list shortly before its date, or after it, does not show.
    """
    if row.state is not State.CANCELLING or not row.confirmed or row.effect_by is None or delivers_at is None:
        return False
    return row.listed and row.effect_by < delivers_at - graces.handover


def unseen(row: Row, delivers_at: float | None, reading: Reading) -> Row:
    """Return the row of a message that was accepted and that the list does not show.

    Its first proof of absence is noted, and its second makes it cancelled. Of a message that no list has ever shown,
    absence proves a cancel only where the service has confirmed one.
    """
    if not can_be_missed(row) or not counts(row, delivers_at, reading):
        return row
    if row.absent_at is None:
        return row._replace(absent_at=reading.read_at)
    if not is_second(row, reading):
        return row
    # A cancel that has taken effect just now may be seen late, and the message listed for a while yet.
    return row._replace(state=State.CANCELLED, effect_by=max(row.effect_by or 0.0, reading.read_at))


def can_be_missed(row: Row) -> bool:
    """Return whether the absence of a message that was accepted can prove anything, on this list or a later one."""
    return row.listed or (row.state is State.CANCELLING and row.confirmed)


def counts(row: Row, delivers_at: float | None, reading: Reading) -> bool:
    """Return whether absence from this list counts as a proof: nothing can come late any more, and the date is far."""
    return reading.asked_at >= _settled_by(row, reading.graces) and reading.is_before_handover(delivers_at)


def is_second(row: Row, reading: Reading) -> bool:
    """Return whether absence was noted before, and long enough ago for this list to be the second proof."""
    return row.absent_at is not None and reading.asked_at >= row.absent_at + reading.graces.list_grace


def next_look_at(row: Row, reading: Reading, *, is_listed: bool) -> float:
    """Return the moment of the next list that may decide more about a message in doubt than this one.

    A message that was cancelled may vanish from the list at any moment, so it is looked for more often than one whose
    cancel no one has confirmed.
    """
    if is_listed and row.state is State.CANCELLING and not row.confirmed:
        return max(reading.read_at + _SHORTEST_PAUSE, decided_at(row, reading, is_listed=True))
    if is_listed:
        return reading.read_at + max(_SHORTEST_PAUSE, reading.graces.list_grace / 4)
    if row.absent_at is not None:
        return row.absent_at + reading.graces.list_grace
    return max(reading.read_at, _settled_by(row, reading.graces))


def decided_at(row: Row, reading: Reading, *, is_listed: bool) -> float:
    """Return the moment of the list that decides, if every list until then shows what this one shows."""
    if is_listed:
        return (row.effect_by or reading.read_at) + reading.graces.list_grace
    first = max(reading.read_at, _settled_by(row, reading.graces)) if row.absent_at is None else row.absent_at
    return first + reading.graces.list_grace


def _settled_by(row: Row, graces: Graces) -> float:
    """Return the moment from which a list that does not show a message counts as a proof.

    By then it cannot be accepted late, and the list has caught up with it. A cancel need not be waited for: what is
    gone twice is gone, whatever its answer was.
    """
    if row.state in (State.ACCEPTED, State.CANCELLING):
        return row.claimed_at + graces.list_grace
    return row.first_byte_by + GRACE + graces.list_grace
