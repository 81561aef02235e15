# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was sent before: the states of a row, the pure transitions between them, and the interface of a ledger.

Times are Unix seconds (UTC) of the ledger's own clock. Nothing in here reads a clock, a file or a network.
A store keeps the rows and runs these functions inside its transactions; it decides nothing by itself.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

from .._core.errors import VoipsmsError
from .._message.outcome import Fate

NO_LEDGER = "none"
"""The value of ``ledger`` that remembers nothing beyond the task, and the name of what then stands for one."""

GRACE = 900.0
"""Seconds after the latest first byte in which the service may still accept a request whose answer was lost."""

SETTLE_MARGIN = 30.0
"""Seconds that a run has left, after its last byte, to write down what came of a claim."""

KEPT = 30 * 86400.0
"""Seconds that a row is kept at the least, so that a longer window may still be asked for later."""


PURGED_AT_ONCE = 10
"""Rows, besides as many as it adds, that one claim deletes at the most. Each lies elsewhere in the file: a hundred made
a claim in a large ledger take 2.5 times as long, ten take a fourth more. What a long pause has left goes all the same.
"""

_DOUBTS = 2
"""Attempts of unknown fate that a new attempt remembers below it."""


class LedgerError(VoipsmsError):
    """The ledger cannot be read or written. The sentence names the ledger, the reason and what to do."""


class State(str, Enum):
    """What the ledger holds of one message to one recipient."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Claimability(Enum):
    """What a row means for a task that wants to send now."""

    FREE = "free"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    IN_PROGRESS = "in progress"
    DIFFERENT = "different"


class Row(NamedTuple):
    """One row of the ledger: one key, one recipient, the newest attempt, and the fact that it replaced, if any.

    ``claimed_at``: from when its window runs; the claim, and once it is accepted, the acceptance.
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


class Schedule(NamedTuple):
    """What a row holds besides when its message waits for a date.

    ``date``: wall time of the account, as it goes over the wire. ``delivers_at``: the same as Unix seconds; where the
    account's zone is not known, the earliest moment that it can mean. ``name``: the fingerprint of what the message
    belongs to, or empty.
    """

    date: str
    delivers_at: float
    name: str = ""


class DedupePolicy(NamedTuple):
    """How a task reads the rows of its key.

    ``window``: seconds for which an accepted row makes the same message a duplicate, counted from its claim.
    ``until``: for a scheduled message, the moment (Unix seconds) until which it does, instead.
    """

    content: str
    window: float
    until: float | None = None
    force: bool = False
    resend_unknown: bool = False
    skip_different: bool = False


class Claim(NamedTuple):
    """A wish to send one message to some recipients now.

    ``recipients``: fingerprint of a recipient → the masked number that people may read. ``start_within``: seconds
    from now in which the first byte may leave; ``finish_within``: seconds from now after which nothing of this
    run is under way any more. ``owner``: a random id, since process ids repeat. ``origin``: for people only.
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


class Claimed(NamedTuple):
    """What a claim brought: the recipients that are now ours, and the rows that stand in the way of the others.

    ``at``: the moment, by the ledger's clock, at which all of this was so.
    """

    won: frozenset[str]
    lost: Mapping[str, Row]
    at: float


@dataclass(frozen=True)
class Fingerprints:
    """Keyed hashes of what must not stand in a ledger in the clear.

    The hash key is made from the account's name. By default that comes from the API key, which is not in the
    ledger, so whoever copies the file alone cannot try out numbers or texts against it.
    """

    account: str
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, ledger_account: str | None, api_key: str, *, rehearsal: bool = False) -> Fingerprints:
        """The fingerprints of an account, named by the user or derived from the API key.

        ``rehearsal``: the service is on this machine. Whoever tries a playbook on a sandbox with the account of
        everyday use must not find the real message swallowed afterwards as a duplicate.
        """
        name = ledger_account or f"api-{hashlib.sha256(api_key.encode(errors='surrogatepass')).hexdigest()[:32]}"
        purpose = b"voipsms rehearsal\0" if rehearsal else b"voipsms ledger\0"
        secret = hashlib.sha256(purpose + name.encode(errors="surrogatepass")).digest()
        return cls(account=_keyed(secret, "account", name), _secret=secret)

    def key(self, key: str) -> str:
        """The fingerprint of an idempotency key."""
        return _keyed(self._secret, "key", key)

    def recipient(self, digits: str) -> str:
        """The fingerprint of a recipient, given in E.164 digits."""
        return _keyed(self._secret, "recipient", digits)

    def name(self, name: str) -> str:
        """The fingerprint of what scheduled messages belong to."""
        return _keyed(self._secret, "name", name)

    def content(self, *parts: str) -> str:
        """The fingerprint of what a message says and who says it."""
        return _keyed(self._secret, "content", *parts)


class Ledger(Protocol):
    """Where rows are kept, for one account. Each method is one transaction, and raises ``LedgerError``."""

    name: str
    """The ledger as people know it: a path, or ``none``. Never with a credential."""
    created: bool
    """True when this run made the ledger: it remembers nothing of earlier runs."""
    missing: bool
    """True when there was none to read."""

    def now(self) -> float:
        """The ledger's clock, in Unix seconds."""

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """The rows of a key. Reads only: never creates a ledger, never changes a row."""

    def claim(self, claim: Claim) -> Claimed:
        """Commit ``sending`` for every recipient that is free by the claim's terms."""

    def settle(self, key: str, owner: str, fates: Mapping[str, tuple[Fate, tuple[str, ...]]]) -> list[str]:
        """Commit what came of a claim; return the recipients whose claim somebody else has taken over meanwhile."""

    def scheduled(self) -> list[Row]:
        """Every row of a scheduled message. Reads only, as ``rows`` does."""

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Every row of some recipients, whatever its key. Reads only, as ``rows`` does."""

    def newest(self, takes: Callable[[Row], bool], most: int) -> list[Row]:
        """The newest of the rows that are taken, at most so many, the newest first. Reads only, as ``rows`` does."""

    def amend(self, changes: Iterable[tuple[Row | None, Row | None]]) -> None:
        """Commit what was learned apart from a claim: pairs of a row as it was read, and as it shall be.

        None stands for no row. A row that is no longer as it was read stays as it is: whoever changed it knows more.
        """


def key_of(*parts: str) -> str:
    """The key of a message without an ``idempotency_key``: a hash that shows nothing of its parts.

    Each part goes in with its length, so that moving a character from one part to the next makes another key.
    """
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode(errors="surrogatepass")
        digest.update(b"%d:%s" % (len(encoded), encoded))
    return digest.hexdigest()[:40]


def claimability(row: Row | None, dedupe: DedupePolicy, now: float) -> Claimability:
    """What a row means for a task with these terms at this moment."""
    if row is None or row.state in (State.REFUSED, State.CANCELLED):
        return Claimability.FREE
    at_work = row.state is State.SENDING and now < row.lease_until
    if not at_work and (dedupe.force or now >= _holds_until(row, dedupe)):
        return Claimability.FREE
    if row.content != dedupe.content and not dedupe.skip_different and not dedupe.force:
        return Claimability.DIFFERENT
    if at_work:
        return Claimability.IN_PROGRESS
    if row.state is State.ACCEPTED and not _is_from_the_future(row, dedupe, now):
        return Claimability.ACCEPTED
    return Claimability.FREE if dedupe.resend_unknown else Claimability.UNKNOWN


def state_of(row: Row | None, now: float) -> str:
    """What people read of a row: a run that did not report in time has left its message unknown."""
    if row is None:
        return "absent"
    over = row.state is State.SENDING and now >= row.lease_until
    return State.UNKNOWN.value if over else row.state.value


def is_free(row: Row | None, claim: Claim, now: float) -> bool:
    """Whether a claim may have a row at this moment."""
    return claimability(row, claim.dedupe, now) is Claimability.FREE


def purged_at_most(claim: Claim) -> int:
    """How many rows that nobody can ask for any more are deleted with a claim: so they never become more and more."""
    return PURGED_AT_ONCE + len(claim.recipients)


def claimed(row: Row | None, claim: Claim, recipient: str, now: float) -> Row:
    """The row that a claim writes over a free one. A fact that it covers is kept, in case nothing comes of it."""
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
        keep_until=_keep_until(claim, now),
        previous=_fact(row, now),
        **_scheduled(claim.schedule),
    )


def settled(row: Row, fate: Fate, smsids: tuple[str, ...], now: float) -> Row | None:
    """The row after an attempt; None when no row is left.

    What was covered comes back when the attempt brought nothing: a refused second message does not undo that the
    first was accepted, and does not prove that a first of unknown fate was not. The window of an accepted message
    begins anew: getting through may have taken longer than it.
    """
    if fate is Fate.ACCEPTED:
        since = max(row.claimed_at, now)
        kept = row.keep_until + since - row.claimed_at
        return row._replace(state=State.ACCEPTED, smsids=smsids, previous=None, claimed_at=since, keep_until=kept)
    if fate is Fate.UNKNOWN:
        return row._replace(state=State.UNKNOWN, smsids=smsids)
    if row.previous is not None:
        return row.previous._replace(attempt=row.attempt)
    return None if fate is Fate.NOT_SENT else row._replace(state=State.REFUSED)


def amended(
    rows: Mapping[tuple[str, str], Row], changes: Iterable[tuple[Row | None, Row | None]]
) -> dict[tuple[str, str], Row]:
    """All rows, by key and recipient, after what ``Ledger.amend`` is told; what is not as it was read stays."""
    after = dict(rows)
    for before, wanted in changes:
        row = before or wanted
        if row is None or after.get((row.key, row.recipient)) != before:
            continue
        if wanted is None:
            del after[row.key, row.recipient]
        else:
            after[row.key, row.recipient] = wanted
    return after


def _holds_until(row: Row, dedupe: DedupePolicy) -> float:
    """Until when an accepted row makes duplicates, and one of unknown fate stands in the way.

    After its window even an accepted message may be sent again. The window of an unknown one begins when the service
    can no longer accept it: begun at its claim, it could be over moments after the service did.
    """
    if row.state is State.ACCEPTED:
        return row.claimed_at + dedupe.window if dedupe.until is None else dedupe.until
    decided = row.first_byte_by + GRACE
    return decided + dedupe.window if dedupe.until is None else max(decided, dedupe.until)


def _keep_until(claim: Claim, now: float) -> float:
    """As long as anybody may still ask: past the window, which may begin as late as the service may accept."""
    return max(now + claim.start_within + max(claim.dedupe.window, KEPT), claim.dedupe.until or 0.0) + GRACE


def _scheduled(schedule: Schedule | None) -> dict[str, Any]:
    """The columns that only a scheduled message has."""
    if schedule is None:
        return {}
    return {"name": schedule.name, "date": schedule.date, "delivers_at": schedule.delivers_at}


def _is_from_the_future(row: Row, dedupe: DedupePolicy, now: float) -> bool:
    """Whether a row lies more than a window ahead, so that no clock can have it within one: that is a wrong clock.

    Taken for a duplicate, it would swallow the message for as long as the clock was wrong by. A scheduled message
    holds until a moment of its own, whenever it was claimed.
    """
    return dedupe.until is None and row.claimed_at > now + dedupe.window


def _fact(row: Row | None, now: float) -> Row | None:
    """What a new attempt must not forget: that a message was, or may have been, accepted before.

    Doubts may cover each other, and the last message that certainly was accepted; the end of one doubt must not be
    the end of what lies below. The oldest doubts are dropped, so that a row does not grow with every repetition.
    """
    facts = list(_facts(row, now))
    certain = [fact for fact in facts if fact.state is State.ACCEPTED]
    doubts = [fact for fact in facts if fact.state is not State.ACCEPTED]
    covered = None
    for fact in (*certain, *reversed(doubts[:_DOUBTS])):
        covered = fact._replace(previous=covered)
    return covered


def _facts(row: Row | None, now: float) -> Iterator[Row]:
    """A row and what it covers, down to the first that certainly was accepted."""
    while row is not None and row.state not in (State.REFUSED, State.CANCELLED) and now < row.keep_until:
        if row.state is State.ACCEPTED:
            yield row
            return
        yield row._replace(state=State.UNKNOWN)
        row = row.previous


def _keyed(secret: bytes, kind: str, *parts: str) -> str:
    """A keyed hash (HMAC-SHA-256, RFC 2104) of one or more parts, in 40 hexadecimal digits."""
    return hmac.digest(secret, f"{kind}\0{key_of(*parts)}".encode(), "sha256").hex()[:40]
