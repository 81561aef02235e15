# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plausible rules for scheduled messages, each wrong in one place. A search that passes them proves nothing."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    ABSENT_TRUE,
    AT_MOST_ONE,
    PRESENT_TRUE,
    Bounds,
    Claim,
    Message,
    Rules,
    Task,
    Times,
)
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT

_FIRST = (Task.FIRST,)
_BY_SMSID = (Task.FIRST, Task.CANCEL)
_INSTANT = Times(lag=0, cancel_lag=0, grace=0)


class Broken(Rules):
    """``breaks``: the invariant that the search must find broken, within these bounds."""

    breaks = PRESENT_TRUE
    bounds = Bounds(runs=1)
    truth = Times(grace=1)

    def __init__(self) -> None:
        super().__init__(self.truth)


class NoClaim(Broken):
    """The ledger notes a cancel when its answer has come."""

    name = "no claim before the DELETE"
    claims_first = False


class OneLook(Broken):
    """What one complete list does not show is gone."""

    name = "one look is proof"
    breaks = AT_MOST_ONE
    bounds = Bounds(tasks=_FIRST, runs=1)

    def is_proof(self, absent: int) -> bool:
        return True


class CountsYoung(Broken):
    """A message that lists need not show yet counts as absent."""

    name = "the absence of a young message counts"
    breaks = ABSENT_TRUE

    def counts_absence(self, message: Message, due: int) -> bool:
        return self.is_effect_over(message) and due > self.handover

    def is_grown(self, message: Message) -> bool:
        return True


class ShortListGrace(Broken):
    """LIST_GRACE is as long as the list lags, and not longer."""

    name = "LIST_GRACE is one tick short"
    breaks = AT_MOST_ONE
    bounds = Bounds(tasks=_FIRST, runs=1)

    def __init__(self) -> None:
        super().__init__()
        self.list_grace -= 1


class ShortCancelLag(Broken):
    """A confirmed cancel takes effect one tick after the rules think that it has."""

    name = "CANCEL_LAG is one tick short"

    def __init__(self) -> None:
        super().__init__()
        self.cancel_lag -= 1


class ShortGrace(Broken):
    """A cancel whose answer is lost takes effect one tick after the rules think that it has."""

    name = "GRACE is one tick short"
    truth = Times(grace=2, cancel_lag=0)

    def __init__(self) -> None:
        super().__init__()
        self.grace -= 1


class NoHandover(Broken):
    """A message that the service has taken off the list before its date counts as absent."""

    name = "HANDOVER is left out"
    breaks = AT_MOST_ONE
    bounds = Bounds(tasks=_FIRST, runs=1, near=True)

    def __init__(self) -> None:
        super().__init__()
        self.handover = 0


class KeepsClaimed(Broken):
    """A listed message is kept, although its cancel may still take effect."""

    name = "a claimed smsid is kept again"

    def keeps(self, message: Message, shown: bool, has_list: bool, due: int) -> bool:
        if message.claim is Claim.CANCELLING and shown:
            return True
        return super().keeps(message, shown, has_list, due)


class RevivesEarly(Broken):
    """A message that is listed after the last effect of its cancel is kept, though lists lag behind."""

    name = "a claimed smsid is kept as soon as its cancel is over"

    def is_effect_over(self, message: Message) -> bool:
        return message.claim is Claim.NONE or message.effect < 0


class RevivesResolved(Broken):
    """What a person has resolved as cancelled is kept as soon as it is listed, though lists lag behind."""

    name = "a resolved smsid is kept as soon as it is listed"
    bounds = Bounds(runs=1, messages=1, near=True)

    def is_effect_over(self, message: Message) -> bool:
        return message.claim is Claim.GONE or super().is_effect_over(message)


class Shortens(Broken):
    """The answer to a repeated cancel ends the wait for an earlier one that was lost."""

    name = "a repeated cancel ends the wait for the first"
    truth = Times(grace=2, cancel_lag=0)

    def answered(self, message: Message, first: bool) -> Message:
        return super().answered(message, first=True)


class NoRevision(Broken):
    """A cancel that was planned before another run has kept the message finds the row as it was."""

    name = "no revision"
    bounds = Bounds(_BY_SMSID, messages=1)
    truth = _INSTANT
    has_revision = False


class MonotonicAlone(Broken):
    """A run that was suspended has all its time left."""

    name = "the monotonic clock alone"
    bounds = Bounds(messages=1)
    truth = _INSTANT
    checks_wall = False


class StaleList(Broken):
    """A list is judged by rows that another run has changed since it was asked for."""

    name = "rows are read after the list"
    breaks = ABSENT_TRUE
    bounds = Bounds(_BY_SMSID, messages=1)
    truth = _INSTANT
    compares = False


class TrustsList(Broken):
    """A message that the second look shows is ok, although another run has claimed its cancel meanwhile."""

    name = "the rows are not read again before the report"
    bounds = Bounds(_BY_SMSID, messages=1)
    truth = _INSTANT
    rereads = False


class NotedAsAsked(Broken):
    """A first absence counts from when the list was asked for, though the service may answer later."""

    name = "an absence is noted as of the request"
    breaks = AT_MOST_ONE
    bounds = Bounds(tasks=_FIRST, runs=1)
    truth = Times(grace=1, deadline=2)

    def noted(self, asked: int) -> int:
        return asked


class JudgedLate(Broken):
    """A list proves what it would prove if it had been asked for when it is judged."""

    name = "a list is judged by the time of its judgement"
    breaks = AT_MOST_ONE
    bounds = Bounds(tasks=_FIRST, runs=1)
    truth = Times(grace=1, deadline=2)

    def as_asked(self, message: Message, asked: int) -> Message:
        return message


class NeverBack(Broken):
    """What was ever claimed is never kept again, though it is listed for ever."""

    name = "a claimed smsid stays claimed"
    breaks = NO_WAY_OUT
    truth = _INSTANT

    def is_effect_over(self, message: Message) -> bool:
        return message.claim is Claim.NONE


VARIANTS: tuple[type[Broken], ...] = (
    NoClaim,
    OneLook,
    CountsYoung,
    ShortListGrace,
    ShortCancelLag,
    ShortGrace,
    NoHandover,
    KeepsClaimed,
    RevivesEarly,
    RevivesResolved,
    Shortens,
    NoRevision,
    MonotonicAlone,
    StaleList,
    TrustsList,
    NotedAsAsked,
    JudgedLate,
    NeverBack,
)
