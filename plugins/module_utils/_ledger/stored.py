# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claim, settle and amend rows, whatever keeps them: the transitions of every ledger, over one change of its store."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .model import Claim, Claimed, Row, amended, is_claimable, is_given_up, purge_limit
from .own_claims import SENT, Fates, OwnClaims, Settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Optional

    from .._message.outcome import Fate
    from .limits import Hold, Limits, Tally
    from .model import Identity
    from .own_claims import Settlement
    from .question import DecideQuestion, Opening, OtherQuestions, Question

    Decide = Callable[[Mapping[Identity, Row], float], Mapping[Identity, Optional[Row]]]
    """From the stored rows and the time to the rows to write; None removes one."""


class Changed(NamedTuple):
    """The identities of the rows written, the rows that stay as they are, and the moment of that decision."""

    written: set[Identity]
    rows: dict[Identity, Row]
    at: float


class StoredLedger(ABC):
    """The transitions of ``Ledger`` over the rows of a store, which only has to read and to ``change`` them."""

    def __init__(self) -> None:
        """Start without claims of this process."""
        self.created = False
        self.missing = False
        self._own_claims = OwnClaims()
        self._limited: set[tuple[str, str]] = set()
        """The claims of this process that have taken places: key and owner."""
        self._foreseen: dict[str, list[float]] = {}
        """The places that ``foresee`` has counted, by scope, the newest first."""
        self._foreseen_lock = threading.Lock()

    @abstractmethod
    def now(self) -> float:
        """Return the time by the ledger's clock, in Unix seconds."""

    @abstractmethod
    def change(
        self,
        identities: Iterable[Identity],
        decide: Decide,
        *,
        purge: int = 0,
        is_whole: bool = False,
        tally: Tally | None = None,
    ) -> Changed:
        """Read rows, let ``decide`` say what becomes of them, and commit that in one transaction.

        A store that finds a row changed meanwhile by another run leaves it alone, and decides on it again. ``purge``:
        expired rows to delete as well, at most; only a claim does. ``is_whole``: all rows are still as they were read
        when any is written. ``tally``: the places to count before the decision, and to write with the rows.
        """

    @abstractmethod
    def latest(self, scopes: Sequence[str], count: int) -> dict[str, list[float]]:
        """Return when the ``count`` newest messages of each scope were claimed, the newest first. Reads only."""

    @abstractmethod
    def held_count(self, recipients: Iterable[str] | None) -> int:
        """Return how many messages were held back lately, to these recipients or to all. Reads only."""

    @abstractmethod
    def rows_at(self, identities: Iterable[Identity]) -> dict[Identity, Row]:
        """Return the rows of some identities. Reads only: never creates a ledger or changes a row."""

    @abstractmethod
    def _holding(self, texts: Iterable[str]) -> list[Row]:
        """Return the rows of scheduled messages whose stored smsids, as JSON, hold one of these texts; more may come.

        Reads only.
        """

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """Return the rows of a key by recipient. Reads only, as ``rows_at`` does."""
        return _by_recipient(self.rows_at([(key, name) for name in recipients]))

    def with_smsids(self, smsids: Iterable[str]) -> list[Row]:
        """Return every row of a scheduled message that has one of these smsids, once. Reads only."""
        names = frozenset(smsids)
        rows = {(row.key, row.recipient): row for row in self._holding(map(json.dumps, names))}
        return [row for row in rows.values() if not names.isdisjoint(row.smsids)]

    def claim(self, claim: Claim) -> Claimed:
        """Commit ``sending`` for every recipient that the claim may have; make the ledger if it does not exist."""
        tally = self._tally_of(claim)

        def decide(rows: Mapping[Identity, Row], now: float) -> dict[Identity, Row | None]:
            stored = _by_recipient(rows)
            claimable = [name for name in claim.recipients if is_claimable(stored.get(name), claim, now)]
            if tally is not None:
                claimable = tally.admit(claimable, now)
            return {(claim.key, name): row for name, row in own_claims.claim(stored, claim, claimable, now).items()}

        own_claims = self._own_claims
        identities = [(claim.key, name) for name in claim.recipients]
        changed = self.change(identities, decide, purge=purge_limit(claim), tally=tally)
        won = frozenset(name for _key, name in changed.written)
        held = {} if tally is None else tally.held
        lost = {name: row for name, row in _by_recipient(changed.rows).items() if name not in held}
        return Claimed(won=won, lost=lost, at=changed.at, held=held)

    def foresee(self, limits: Limits, recipients: Collection[str]) -> Mapping[str, Hold]:
        """Return why limits would keep a claim from some recipients; the others count as claimed from now on.

        Reads only, as ``rows_at`` does: what is counted so is forgotten with this object, at the end of the task.
        """
        tally = limits.tally("", recipients)
        with self._foreseen_lock:
            stored, foreseen = self.latest(tally.scopes, tally.most), self._foreseen
            tally.times = {
                scope: sorted([*foreseen.get(scope, ()), *stored.get(scope, ())], reverse=True)
                for scope in tally.scopes
            }
            for place in tally.places(tally.admit(recipients, self.now())):
                foreseen[place.scope] = [place.at] * place.number + foreseen.get(place.scope, [])
        return tally.held

    def _tally_of(self, claim: Claim) -> Tally | None:
        """Return what counts the messages of a claim that has limits."""
        if claim.limits is None:
            return None
        self._limited.add((claim.key, claim.owner))
        return claim.limits.tally(claim.owner, claim.recipients)

    def settle(self, key: str, owner: str, fates: Fates) -> Settled:
        """Commit the result of a claim; make the ledger anew, and restore its rows, if they are gone."""
        return self._settle(key, owner, fates, {})

    def amend(self, changes: Iterable[tuple[Row | None, Row | None]]) -> None:
        """Commit changes that belong to no claim, where the row is still as it was read."""
        changes = list(changes)
        identities = sorted({(row.key, row.recipient) for pair in changes for row in pair if row is not None})

        def decide(rows: Mapping[Identity, Row], _now: float) -> dict[Identity, Row | None]:
            after = amended(rows, changes)
            changed = [identity for identity in identities if after.get(identity) != rows.get(identity)]
            return {identity: after.get(identity) for identity in changed}

        self.change(identities, decide, tally=_returning(changes))

    def compare_and_set(self, changes: Mapping[Identity, tuple[Row | None, Row | None]]) -> bool:
        """Commit all changes where every row is still as it was read, otherwise none; return whether they were made."""

        def decide(rows: Mapping[Identity, Row], _now: float) -> dict[Identity, Row | None]:
            is_same = all(rows.get(identity) == before for identity, (before, _after) in changes.items())
            return {identity: after for identity, (_before, after) in changes.items()} if is_same else {}

        tally = _returning(changes.values())
        return self.change(changes, decide, is_whole=True, tally=tally).written == set(changes)

    @abstractmethod
    def question(self, key: str) -> Question | None:
        """Return the question of a key; None where there is none. Reads only."""

    @abstractmethod
    def questions(self, since: float) -> list[Question]:
        """Return the questions whose time was not over at a moment, even where they have ended early. Reads only."""

    @abstractmethod
    def change_question(self, key: str, decide: DecideQuestion) -> tuple[Question | None, Question | None]:
        """Read a question, let ``decide`` say what becomes of it, and commit that in one transaction.

        Return the question before and after. Where another run has changed it meanwhile, it is decided on again.
        """

    def open_question(self, opening: Opening) -> Question:
        """Return the question of a key: as it is stored, or else opened now, with a secret of its own."""
        from .question import opened  # noqa: PLC0415 - only a question needs it

        def decide(stored: Question | None, others: OtherQuestions, now: float) -> Question:
            if stored is not None and now < stored.keep_until:
                return stored
            return opened(opening, [other for other in others() if other.key != opening.key], now)

        _before, question = self.change_question(opening.key, decide)
        if question is None:
            raise RuntimeError("a question that was opened is missing")
        return question

    def set_question(self, before: Question, after: Question | None) -> bool:
        """Commit a question where it is still as it was read, and return whether it was; None removes it."""
        stored, _after = self.change_question(
            before.key, lambda stored, _others, _now: after if stored == before else stored
        )
        return stored == before

    def _settle(self, key: str, owner: str, fates: Fates, attempted: dict[str, bool]) -> Settled:
        """Settle once.

        ``attempted``: the recipients of earlier attempts, which may have been committed although no answer came, and
        whether their rows were to be restored. Those of this attempt are added.
        """
        earlier = frozenset(attempted)
        own_claims = self._own_claims
        witness = own_claims.witness(key, owner)
        settlements: list[Settlement] = []

        def decide(rows: Mapping[Identity, Row], now: float) -> dict[Identity, Row | None]:
            settlement = own_claims.settlement(_by_recipient(rows), key, owner, fates, now, witness)
            settlements.append(settlement)
            restored = settlement.restored
            attempted.update({name: name in restored or attempted.get(name, False) for name in settlement.changes})
            return {(key, name): row for name, row in settlement.changes.items()}

        tally = self._unsent(key, owner, fates)
        changed = self.change([(key, name) for name in dict.fromkeys((*fates, *witness))], decide, tally=tally)
        is_lost = any(settlement.is_lost for settlement in settlements) or any(attempted.values())
        lost = self._restore(key, owner) if is_lost else ()
        own_claims.forget(key, owner, fates)
        written = {name for _key, name in changed.written}
        written |= {name for name in earlier if not _is_replaced(changed.rows.get((key, name)), owner, fates[name][0])}
        restored = tuple(name for name in fates if name in written and attempted.get(name))
        return Settled(tuple(name for name in fates if name not in written), restored).with_restored(lost)

    def _unsent(self, key: str, owner: str, fates: Fates) -> Tally | None:
        """Return what gives back the places of messages that are proven not to have been sent."""
        unsent = [name for name, (fate, _smsids) in fates.items() if fate not in SENT]
        if not unsent or (key, owner) not in self._limited:
            return None
        return _returned(self._own_claims.claimed_rows(key, owner, unsent))

    def _restore(self, key: str, owner: str) -> list[str]:
        """Write the earlier results of an owner that the ledger has lost; return their recipients."""

        def decide(rows: Mapping[Identity, Row], _now: float) -> dict[Identity, Row | None]:
            lost = self._own_claims.lost_results(_by_recipient(rows), key, owner)
            return {(key, name): row for name, row in lost.items()}

        names = self._own_claims.settled_names(key, owner)
        return [name for _key, name in self.change([(key, name) for name in names], decide).written]


def _returning(changes: Iterable[tuple[Row | None, Row | None]]) -> Tally | None:
    """Return what gives back the places of messages that a change declares not to have been sent."""
    given_up = [before for before, after in changes if before is not None and is_given_up(before, after)]
    return _returned(given_up) if given_up else None


def _returned(rows: Iterable[Row]) -> Tally:
    """Return what gives back the places of messages, by their rows as they were claimed."""
    from .limits import Limits, Returned, Tally  # noqa: PLC0415 - only a limit needs it

    tally = Tally("", Limits())
    tally.returned += [Returned(row.owner, row.recipient, row.claimed_at) for row in rows]
    return tally


def _by_recipient(rows: Mapping[Identity, Row]) -> dict[str, Row]:
    """Return the rows of one key by recipient."""
    return {name: row for (_key, name), row in rows.items()}


def _is_replaced(stored: Row | None, owner: str, fate: Fate) -> bool:
    """Return whether a row of another run shows that an owner's result, written without an answer, is gone.

    Another run may claim the message rightly, but its row then covers what was, or may have been, sent.
    """
    row = stored
    while row is not None and row.owner != owner:
        row = row.previous
    return fate in SENT and stored is not None and row is None
