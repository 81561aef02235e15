# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define what every ledger can do; for a type checker alone, so that no task loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from .limits import Hold, Limits
    from .model import Claim, Claimed, Identity, Row
    from .own_claims import Fates, Settled
    from .question import Opening, Question


class Ledger(Protocol):
    """The rows of one account. Each method is one transaction, and raises ``LedgerError``."""

    name: str
    """The ledger as people know it: a path, a URL or ``none``, never with a credential."""
    created: bool
    """Whether this run created the ledger, which then remembers nothing of earlier runs."""
    missing: bool
    """Whether there was no ledger to read."""

    def now(self) -> float:
        """Return the time by the ledger's clock, in Unix seconds."""

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """Return the rows of a key by recipient. Reads only: never creates a ledger or changes a row."""

    def rows_at(self, identities: Iterable[Identity]) -> dict[Identity, Row]:
        """Return the rows of some identities, each found by the index. Reads only, as ``rows`` does."""

    def claim(self, claim: Claim) -> Claimed:
        """Commit ``sending`` for every recipient that the claim may have, and delete some expired rows."""

    def foresee(self, limits: Limits, recipients: Collection[str]) -> Mapping[str, Hold]:
        """Return why limits would keep a claim from some recipients; the others count as claimed from now on.

        Reads only, as ``rows`` does: what is counted so is forgotten at the end of the task.
        """

    def held_count(self, recipients: Iterable[str] | None) -> int:
        """Return how many messages were held back lately, to these recipients or to all. Reads only."""

    def settle(self, key: str, owner: str, fates: Fates) -> Settled:
        """Commit the result of a claim, by recipient: its fate and its smsids.

        Rows that another run has claimed since stay as they are. Rows that are gone, with a ledger that was deleted or
        replaced meanwhile, are restored.
        """

    def scheduled(self) -> list[Row]:
        """Return every row of a scheduled message. Reads only, as ``rows`` does."""

    def with_smsids(self, smsids: Iterable[str]) -> list[Row]:
        """Return every row of a scheduled message that has one of these smsids. Reads only, as ``rows`` does."""

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Return every row of some recipients, whatever its key. Reads only, as ``rows`` does."""

    def newest(self, matches: Callable[[Row], bool], limit: int) -> list[Row]:
        """Return at most ``limit`` matching rows, the newest first. Reads only, as ``rows`` does."""

    def amend(self, changes: Iterable[tuple[Row | None, Row | None]]) -> None:
        """Commit changes that belong to no claim: pairs of a row as it was read, and as it is to be.

        None stands for no row. A row that has changed since it was read stays as it is: the run that changed it knows
        more.
        """

    def compare_and_set(self, changes: Mapping[Identity, tuple[Row | None, Row | None]]) -> bool:
        """Commit all of some changes, or none: each identity with its row as it was read, and as it is to be.

        None stands for no row. Return False, with nothing written, where any row is not stored as it was read. A row
        that stays as it is, or that stays absent, guards the others. After an error the changes may have been made, if
        the answer of a server was lost.
        """

    def question(self, key: str) -> Question | None:
        """Return the question of a key; None where there is none. Reads only, as ``rows`` does."""

    def questions(self, since: float) -> list[Question]:
        """Return the questions whose time was not over at a moment, even where they have ended early. Reads only."""

    def open_question(self, opening: Opening) -> Question:
        """Return the question of a key: as it is stored, or else opened now, with a secret of its own."""

    def set_question(self, before: Question, after: Question | None) -> bool:
        """Commit a question where it is still as it was read, and return whether it was; None removes it."""
