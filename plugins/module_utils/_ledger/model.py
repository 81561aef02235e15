# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the rows of a ledger, and the pure transitions between their states.

Times are Unix seconds (UTC) by the ledger's own clock. Nothing here reads a clock, a file or a network.
A store keeps the rows and runs these functions inside its transactions; it makes no decision of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from .._core.errors import VoipsmsError
from .._message.outcome import Fate

if TYPE_CHECKING:
    from .limits import Hold, Limits

NO_LEDGER = "none"
"""The value of ``ledger`` that remembers nothing beyond the task, and the name of the ledger used instead."""

GRACE = 900.0
"""Seconds after the latest first byte in which the service may still accept a request whose answer was lost."""

AHEAD = 600.0
"""Seconds by which a row may lie ahead of the ledger's clock; if it is more, the clock was wrong when it was written.

Until then such a row holds for so much longer: what was accepted makes duplicates, and a run is at work. A row that
lies further ahead reads as unknown, so that a person can resolve it: otherwise it would hold for as long as the clock
was wrong by, which may be years.
"""

SETTLE_MARGIN = 30.0
"""Seconds that a run has left, after its last byte, to record the result of a claim."""

KEPT = 30 * 86400.0
"""Seconds for which a row is kept at least, so that a later task may ask for a longer window."""

PURGED_AT_ONCE = 10
"""Expired rows that one claim deletes at most, in addition to as many as it adds.

Each lies elsewhere in the file: deleting a hundred made a claim in a large ledger take 2.5 times as long, deleting ten
takes a quarter more. That is enough to work off what a long pause has left.
"""

NEVER = 253370764800.0
"""The year 9999 in Unix seconds: a moment that never comes, which people can still read as a date."""

_DOUBTS = 2
"""Earlier attempts of unknown fate that a new attempt remembers."""


class LedgerError(VoipsmsError):
    """The ledger cannot be read or written. The sentence names the ledger, the reason and what to do."""

    @classmethod
    def not_used(cls, name: str, reason: str) -> LedgerError:
        """Return the error of a ledger that cannot be trusted; ``name`` is the ledger's, as people know it."""
        return cls(f"the ledger {name!r} is not used: {reason}")


class State(str, Enum):
    """The state of one message to one recipient in the ledger."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CANCELLING = "cancelling"
    """A cancel of the message was claimed, and its effect is not certain."""
    CANCELLED = "cancelled"


class Claimability(Enum):
    """What a row means for a task that wants to send its message now."""

    FREE = "free"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    IN_PROGRESS = "in progress"
    DIFFERENT = "different"


Identity = tuple[str, str]
"""The key and the recipient of a row."""


class Row(NamedTuple):
    """One row of the ledger: one key, one recipient, the newest attempt, and the earlier fact that it covers, if any.

    ``claimed_at``: the start of its window, which is the claim, and later the acceptance. ``first_byte_by``: the
    latest moment at which the first byte of its request may leave. ``lease_until``: the moment after which its run is
    taken to have ended. ``keep_until``: the moment after which the row may be deleted. ``previous``: the covered fact.

    ``revision``: raised by a run that keeps or adopts a scheduled message, so that a cancel planned before finds
    another row. ``absent_at``: when a complete list was asked for that did not show the message; a list that shows it
    clears this. ``effect_by``: the latest moment at which a claimed cancel may still take effect. ``confirmed``:
    whether the service confirmed a cancel.

    A cancel is claimed by smsid, in a row of its own whose key is ``Fingerprints.cancel_key`` and whose recipient is
    empty, and in the rows of its message.
    """

    key: str
    recipient: str
    masked: str
    label: str
    content: str
    state: State
    attempt: int
    owner: str
    origin: str
    claimed_at: float
    first_byte_by: float
    lease_until: float
    keep_until: float
    smsids: tuple[str, ...] = ()
    previous: Row | None = None
    name: str = ""
    date: str | None = None
    delivers_at: float | None = None
    listed: bool = False
    revision: int = 0
    absent_at: float | None = None
    effect_by: float | None = None
    confirmed: bool = False

    @property
    def is_damaged(self) -> bool:
        """Whether the row stands for one that cannot be read; the fingerprint of a content is never empty."""
        return not self.content

    def is_at_work(self, now: float) -> bool:
        """Return whether a run is taken to be sending this message at ``now`` (Unix seconds by the ledger's clock)."""
        return self.state is State.SENDING and now < self.lease_until and not self.is_ahead(now)

    def is_ahead(self, now: float) -> bool:
        """Return whether the row lies so far ahead that the clock was wrong, or is: its times are not certain then.

        A scheduled message that was accepted has a date of its own, whenever that happened.
        """
        return self.claimed_at > now + AHEAD and (self.state is State.SENDING or self.date is None)


class Schedule(NamedTuple):
    """The additional columns of a row whose message waits for a date.

    ``date``: wall time of the account, as it is sent to the service. ``delivers_at``: the same as Unix seconds; where
    the account's zone is not known, the earliest moment that it can mean. ``name``: the fingerprint of what the message
    belongs to, or empty.
    """

    date: str
    delivers_at: float
    name: str = ""


class DedupePolicy(NamedTuple):
    """The rules by which a task judges the rows of its key.

    ``window``: seconds for which an accepted row makes the same message a duplicate, counted from ``claimed_at``.
    ``until``: replaces the window with a fixed end (Unix seconds), for what is about a date.
    """

    content: str
    window: float
    until: float | None = None
    force: bool = False
    resend_unknown: bool = False
    skip_different: bool = False


class Claim(NamedTuple):
    """A request to be the only run that sends one message to some recipients.

    ``recipients``: fingerprint of a recipient → the masked number that people may read. ``start_within``: seconds
    from now within which the first byte may leave; ``finish_within``: seconds from now after which no request of this
    run is under way any more. ``owner``: a random id, since process ids repeat. ``origin``: the run as people know it.
    ``limits``: how many messages may be sent, None for any number.
    """

    key: str
    label: str
    dedupe: DedupePolicy
    recipients: Mapping[str, str]
    owner: str
    origin: str
    start_within: float
    finish_within: float
    schedule: Schedule | None = None
    limits: Limits | None = None


class Claimed(NamedTuple):
    """The result of a claim: the recipients won, and for each of the others the row or the limit that prevents it.

    ``at``: the moment, by the ledger's clock, at which this was true.
    """

    won: frozenset[str]
    lost: Mapping[str, Row]
    at: float
    held: Mapping[str, Hold] = MappingProxyType({})


@dataclass(frozen=True)
class Fingerprints:
    """Keyed hashes of everything that must not appear in a ledger as plain text.

    The hash key is derived from the account's name. By default that name is derived from the API key, which is not in
    the ledger: someone who copies only the file cannot test numbers or texts against it.
    """

    account: str
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, ledger_account: str | None, api_key: str, *, rehearsal: str | None = None) -> Fingerprints:
        """Return the fingerprints of an account, which the user named or which is derived from the API key.

        ``rehearsal``: the service is on this machine, and this run of it, which is empty where it has no identifier.
        A playbook tried on a sandbox under the real account's name must not make the real message a duplicate
        afterwards, nor one of another run of the sandbox, which knows nothing of it. None: it is elsewhere.
        """
        name = ledger_account or f"api-{hashlib.sha256(api_key.encode(errors='surrogatepass')).hexdigest()[:32]}"
        purpose = "ledger" if rehearsal is None else f"rehearsal {rehearsal}".rstrip()
        secret = hashlib.sha256(f"voipsms {purpose}\0{name}".encode(errors="surrogatepass")).digest()
        return cls(account=_keyed(secret, "account", name), _secret=secret)

    def key(self, key: str) -> str:
        """Return the fingerprint of an idempotency key."""
        return _keyed(self._secret, "key", key)

    def shown_key(self, key: str, label: str) -> str:
        """Return a key as people see it: a user's own (``label``), or what the ledger keeps of a hash.

        So a listing of the ledger shows the key that the task returned, and either can be given.
        """
        return label or self.key(key)

    def cancel_key(self, smsid: str) -> str:
        """Return the key of the row in which the cancel of a message is claimed."""
        return _keyed(self._secret, "cancel", smsid)

    def question(self, key: str) -> str:
        """Return the fingerprint of the key of a question."""
        return _keyed(self._secret, "question", key)

    def recipient(self, digits: str) -> str:
        """Return the fingerprint of a recipient; ``digits`` are those of its E.164 number."""
        return _keyed(self._secret, "recipient", digits)

    def name(self, name: str) -> str:
        """Return the fingerprint of the name to which scheduled messages belong."""
        return _keyed(self._secret, "name", name)

    def content(self, *parts: str) -> str:
        """Return the fingerprint of a message's text and sender."""
        return _keyed(self._secret, "content", *parts)


def key_of(*parts: str) -> str:
    """Return the key of a message without an ``idempotency_key``: a hash that reveals nothing of its parts.

    Each part is hashed with its length, so that moving a character from one part to the next gives another key.
    """
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode(errors="surrogatepass")
        digest.update(b"%d:%s" % (len(encoded), encoded))
    return digest.hexdigest()[:40]


def state_at(row: Row, now: float) -> State:
    """Return the state of a row at ``now``, which is what sending, showing and resolving go by.

    Unknown is, too, a row whose run did not report in time, and one that only a wrong clock can have written.
    """
    if row.state is State.SENDING and row.is_at_work(now):
        return State.SENDING
    if row.state is State.SENDING or (row.state is State.ACCEPTED and row.is_ahead(now)):
        return State.UNKNOWN
    return row.state


def claimability(row: Row | None, dedupe: DedupePolicy, now: float) -> Claimability:
    """Return what a row means at ``now`` for a task with this policy."""
    state = None if row is None else state_at(row, now)
    if row is None or state in (State.REFUSED, State.CANCELLED):
        return Claimability.FREE
    # The clock may have been set back while its run is at work. Until a person restarts its lease, no one can tell.
    is_claimed_ahead = row.state is State.SENDING and row.is_ahead(now)
    may_be_at_work = state is State.SENDING or is_claimed_ahead
    if not may_be_at_work and (dedupe.force or now >= _holds_until(row, dedupe)):
        return Claimability.FREE
    if row.content != dedupe.content and not row.is_damaged and not dedupe.skip_different and not dedupe.force:
        return Claimability.DIFFERENT
    if state in (State.UNKNOWN, State.CANCELLING):
        # Accepted ahead: it certainly was sent, so only ``force`` sends it again.
        may_resend = dedupe.resend_unknown and not is_claimed_ahead and row.state is not State.ACCEPTED
        return Claimability.FREE if may_resend else Claimability.UNKNOWN
    return Claimability.IN_PROGRESS if state is State.SENDING else Claimability.ACCEPTED


def state_of(row: Row | None, now: float) -> str:
    """Return the state of a row as people see it."""
    return "absent" if row is None else state_at(row, now).value


def is_claimable(row: Row | None, claim: Claim, now: float) -> bool:
    """Return whether a claim may have a row at ``now``."""
    return claimability(row, claim.dedupe, now) is Claimability.FREE


def purge_limit(claim: Claim) -> int:
    """Return how many expired rows are deleted with a claim: more than it adds, so that they never pile up."""
    return PURGED_AT_ONCE + len(claim.recipients)


def claimed(row: Row | None, claim: Claim, recipient: str, now: float) -> Row:
    """Return the row of a won claim. It keeps the fact that it covers, in case nothing is sent."""
    return Row(
        key=claim.key,
        recipient=recipient,
        masked=claim.recipients[recipient],
        label=claim.label,
        content=claim.dedupe.content,
        state=State.SENDING,
        attempt=1 if row is None else row.attempt + 1,
        owner=claim.owner,
        origin=claim.origin,
        claimed_at=now,
        first_byte_by=now + claim.start_within,
        lease_until=now + claim.finish_within + SETTLE_MARGIN,
        keep_until=_keep_until(row, claim, now),
        previous=_fact(row, now),
        **_scheduled(claim.schedule),
    )


def claimed_by(claim: Claim, rows: Mapping[str, Row], recipients: Iterable[str], now: float) -> dict[str, Row]:
    """Return the rows of a won claim by recipient; ``rows``: those that are stored.

    Where none is stored they differ in the recipient alone, and the rest is made once.
    """
    won: dict[str, Row] = {}
    rest: list[Any] | None = None
    for recipient in recipients:
        if recipient in rows:
            won[recipient] = claimed(rows[recipient], claim, recipient, now)
            continue
        if rest is None:
            _key, _recipient, _masked, *rest = claimed(None, claim, recipient, now)
        won[recipient] = Row(claim.key, recipient, claim.recipients[recipient], *rest)
    return won


def settled(row: Row, fate: Fate, smsids: tuple[str, ...], now: float) -> Row | None:
    """Return the row after an attempt, or None when no row is left.

    The covered fact returns when the attempt sent nothing: a refused second message does not undo that the first was
    accepted, and does not prove that a first of unknown fate was not. The window of an accepted message starts anew,
    since the attempts may have taken longer than the window.
    """
    if fate is Fate.ACCEPTED:
        since = max(row.claimed_at, now)
        keep_until = row.keep_until + since - row.claimed_at
        return row._replace(state=State.ACCEPTED, smsids=smsids, previous=None, claimed_at=since, keep_until=keep_until)
    if fate is Fate.UNKNOWN:
        return row._replace(state=State.UNKNOWN, smsids=smsids)
    if row.previous is not None:
        return row.previous._replace(attempt=row.attempt)
    return None if fate is Fate.NOT_SENT else row._replace(state=State.REFUSED)


def damaged(key: str, recipient: str, masked: str, label: str) -> Row:
    """Return the row in place of one that is damaged: it is unknown, without an end, until a person resolves it.

    The arguments are as they can be read. Of the other columns, none can be believed.
    """
    return Row(
        key=key,
        recipient=recipient,
        masked=masked or "a recipient that cannot be read",
        label=label,
        content="",
        state=State.UNKNOWN,
        attempt=1,
        owner="",
        origin="",
        claimed_at=0.0,
        first_byte_by=NEVER,
        lease_until=0.0,
        keep_until=NEVER,
    )


def fact_row(key: str, name: str, content: str, *, now: float, until: float, label: str = "", attempt: int = 1) -> Row:
    """Return a row that remembers a fact about a name and stands for no message, since it has no date.

    ``name``: a fingerprint, which is the recipient, too. ``until``: the moment (Unix seconds) up to which the fact
    matters; it is kept as much longer as the messages of the name are.
    """
    return Row(
        key=key,
        recipient=name,
        masked="",
        label=label,
        content=content,
        state=State.ACCEPTED,
        attempt=attempt,
        owner="",
        origin="",
        claimed_at=now,
        first_byte_by=now,
        lease_until=now,
        keep_until=max(now, until) + KEPT + GRACE,
        name=name,
    )


def is_given_up(before: Row | None, after: Row | None) -> bool:
    """Return whether a change says of an attempt that may have been sent that it was not."""
    if before is None or before.state not in (State.SENDING, State.UNKNOWN) or not before.owner:
        return False
    return after is None or after.owner != before.owner or after.state is State.REFUSED


def amended(rows: Mapping[Identity, Row], changes: Iterable[tuple[Row | None, Row | None]]) -> dict[Identity, Row]:
    """Return all rows, by key and recipient, after the changes of ``Ledger.amend``."""
    amended_rows = dict(rows)
    for before, after in changes:
        row = before or after
        if row is None or amended_rows.get((row.key, row.recipient)) != before:
            continue
        if after is None:
            del amended_rows[row.key, row.recipient]
        else:
            amended_rows[row.key, row.recipient] = after
    return amended_rows


def _holds_until(row: Row, dedupe: DedupePolicy) -> float:
    """Return the moment until which an accepted row makes duplicates, or one of unknown fate prevents a claim.

    After its window even an accepted message may be sent again. The window of an unknown one starts when the service
    can no longer accept it: if it started at the claim, it could end moments after the service accepted the message.
    The window of one whose cancel was claimed does not start before that cancel can have no effect any more.
    """
    if row.state is State.ACCEPTED:
        return row.claimed_at + dedupe.window if dedupe.until is None else dedupe.until
    decided_at = row.first_byte_by + GRACE
    if row.effect_by is not None:
        decided_at = max(decided_at, row.effect_by)
    return decided_at + dedupe.window if dedupe.until is None else max(decided_at, dedupe.until)


def _keep_until(row: Row | None, claim: Claim, now: float) -> float:
    """Return when no task can need the row any more: after its window, which may start as late as the acceptance.

    It is kept for no shorter time than the row that it replaces: a task with a longer window may run again. The key of
    a scheduled message has its date, and so the same end for every task.
    """
    keep_until = max(now + claim.start_within + max(claim.dedupe.window, KEPT), claim.dedupe.until or 0.0) + GRACE
    if row is None or row.is_damaged or claim.dedupe.until is not None:
        return keep_until
    return max(keep_until, now + row.keep_until - row.claimed_at)


def _scheduled(schedule: Schedule | None) -> dict[str, Any]:
    """Return the columns that only a scheduled message has."""
    if schedule is None:
        return {}
    return {"name": schedule.name, "date": schedule.date, "delivers_at": schedule.delivers_at}


def _fact(row: Row | None, now: float) -> Row | None:
    """Return what a new attempt must remember: that a message was, or may have been, accepted before.

    Doubts may cover each other, and below them the last message that was certainly accepted. Settling one doubt must
    not lose the others. The oldest doubts are dropped, so that a row does not grow with every repetition.
    """
    facts = list(_facts(row, now))
    certain = [fact for fact in facts if fact.state is State.ACCEPTED]
    doubts = [fact for fact in facts if fact.state is not State.ACCEPTED]
    covered = None
    for fact in (*certain, *reversed(doubts[:_DOUBTS])):
        covered = fact._replace(previous=covered)
    return covered


def _facts(row: Row | None, now: float) -> Iterator[Row]:
    """Yield a row and what it covers, down to the first that was certainly accepted."""
    while row is not None and row.state not in (State.REFUSED, State.CANCELLED) and now < row.keep_until:
        if row.state is State.ACCEPTED:
            yield row
            return
        yield row if row.state is State.CANCELLING else row._replace(state=State.UNKNOWN)
        row = row.previous


def _keyed(secret: bytes, kind: str, *parts: str) -> str:
    """Return a keyed hash (HMAC-SHA-256, RFC 2104) of one or more parts, in 40 hexadecimal digits."""
    return hmac.digest(secret, f"{kind}\0{key_of(*parts)}".encode(), "sha256").hex()[:40]
