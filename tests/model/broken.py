# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plausible rules, each wrong in one place. A search that passes them proves nothing."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Claimability, State
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.tests.model.protocol import (
    ONCE,
    ONE_AT_WORK,
    TRUE_SUCCESS,
    UNKNOWN_FAILS,
    Became,
    Bounds,
    Entry,
    FailurePolicy,
    Rules,
    Run,
    Times,
)
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT

_PLAIN = (FailurePolicy.PLAIN,)
_RESEND = (FailurePolicy.PLAIN, FailurePolicy.RESEND)


class Broken(Rules):
    """``breaks``: the invariant that the search must find broken, within these bounds."""

    breaks = ONCE
    bounds = Bounds(runs=1, policies=_PLAIN)
    times = Times()

    def __init__(self) -> None:
        super().__init__(self.times)


class LeaseFrees(Broken):
    """The end of a lease makes a row unclaimed, as an expiry of other idempotency layers does."""

    name = "the end of a lease releases the row"
    times = Times(window=4)

    def claimability(self, entry: Entry | None, policy: FailurePolicy) -> Claimability:
        claimability = super().claimability(entry, policy)
        over = entry is not None and entry.state is State.SENDING and entry.lease_until <= 0
        return Claimability.FREE if over else claimability


class AheadFrees(Broken):
    """A run whose claim lies ahead is believed to be over, as one that did not report in time."""

    name = "a claim that lies ahead is sent again on demand"
    breaks = ONE_AT_WORK
    bounds = Bounds(runs=2, policies=_RESEND)
    times = Times(window=1, jumps=1, ahead=0)

    def claimability(self, entry: Entry | None, policy: FailurePolicy) -> Claimability:
        is_ahead = entry is not None and entry.state is State.SENDING and entry.claimed_at > 0
        return (
            Claimability.FREE if is_ahead and policy is not FailurePolicy.PLAIN else super().claimability(entry, policy)
        )


class ErrorDeletes(Broken):
    """A row is deleted when there was an error, whatever had left by then."""

    name = "an error after the first byte deletes the row"

    def settled(self, entry: Entry, fate: Became) -> Entry | None:
        return None if fate is Became.UNKNOWN else super().settled(entry, fate)


class ShortGrace(Broken):
    """GRACE is one tick shorter than the service may take, and its log."""

    name = "GRACE is one tick short"
    times = Times(grace=Times().grace - 1)


class WindowFromClaim(Broken):
    """The window of a message of unknown fate begins with its claim."""

    name = "the window of an unknown message begins with its claim"

    def claimability(self, entry: Entry | None, policy: FailurePolicy) -> Claimability:
        claimability = super().claimability(entry, policy)
        if entry is None or claimability is not Claimability.UNKNOWN or entry.state is State.ACCEPTED:
            return claimability
        holds_until = max(entry.claimed_at + self.times.window, entry.first_byte_by + self.times.grace)
        return Claimability.FREE if holds_until <= 0 else claimability


class ClaimAfterPost(Broken):
    """The ledger notes a message when it has been sent."""

    name = "the claim follows the POST"
    claims_first = False


class NoOwner(Broken):
    """Any run settles the row, even when another run owns it meanwhile."""

    name = "a row is settled by a run that does not own it"
    breaks = ONE_AT_WORK
    bounds = Bounds(runs=2, policies=_PLAIN)

    def owns(self, entry: Entry, owner: int) -> bool:
        return True


class LateByte(Broken):
    """A request that was held up begins anyway."""

    name = "the first byte leaves at any time"
    breaks = ONE_AT_WORK
    bounds = Bounds(runs=2, policies=_RESEND)

    def permits(self, run: Run) -> bool:
        return True


class ForgetsCovered(Broken):
    """A new attempt that fails leaves nothing of what was there before."""

    name = "an attempt forgets what it covers"
    bounds = Bounds(runs=1, policies=tuple(FailurePolicy))

    def claimed(self, entry: Entry | None, policy: FailurePolicy, owner: int, start: int, left: int) -> Entry | None:
        return super().claimed(None, policy, owner, start, left)


class OverrulesRuns(Broken):
    """A person is believed about a run that is still at work."""

    name = "a person overrules a run at work"

    def resolved(self, entry: Entry, *, sent: bool) -> tuple[Entry | None, bool] | None:
        idle = entry._replace(lease_until=0) if entry.state is State.SENDING else entry
        resolved = super().resolved(idle, sent=sent)
        # A person who is so early cannot be asked to look again.
        return resolved if resolved is None else (resolved[0], False)


class NeverFree(Broken):
    """What is unknown stays unknown for ever."""

    name = "an unknown row never becomes unclaimed"
    breaks = NO_WAY_OUT

    def claimability(self, entry: Entry | None, policy: FailurePolicy) -> Claimability:
        if entry is not None and entry.state is State.UNKNOWN:
            return Claimability.UNKNOWN
        return super().claimability(entry, policy)

    def is_over(self, entry: Entry) -> bool:
        return entry.state is not State.UNKNOWN and super().is_over(entry)


class CountsUnknown(Broken):
    """What may have been sent counts as sent."""

    name = "an unknown fate is a success"
    breaks = UNKNOWN_FAILS

    def succeeds(self, outcome: Outcome, *, posted: bool, skip: bool, others: bool) -> bool:
        return outcome is Outcome.UNKNOWN or super().succeeds(outcome, posted=posted, skip=skip, others=others)


class BelievesUnknown(Broken):
    """A message of unknown fate makes the next run's a duplicate."""

    name = "an unknown row makes duplicates"
    breaks = TRUE_SUCCESS

    def outcome(self, entry: Entry, claimability: Claimability) -> Outcome:
        outcome = super().outcome(entry, claimability)
        return Outcome.DUPLICATE if outcome is Outcome.UNKNOWN else outcome


class Settles(Broken):
    """The window runs from the claim, although getting through may take longer than it."""

    name = "the window of an accepted message begins with its claim"

    def settled(self, entry: Entry, fate: Became) -> Entry | None:
        settled = super().settled(entry, fate)
        return settled if settled is None else settled._replace(claimed_at=entry.claimed_at)


VARIANTS: tuple[type[Broken], ...] = (
    LeaseFrees,
    AheadFrees,
    ErrorDeletes,
    ShortGrace,
    WindowFromClaim,
    ClaimAfterPost,
    NoOwner,
    LateByte,
    ForgetsCovered,
    OverrulesRuns,
    NeverFree,
    CountsUnknown,
    BelievesUnknown,
    Settles,
)
