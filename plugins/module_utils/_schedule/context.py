# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold what the parts of one task on scheduled messages share: the calls, the ledger, the clock and the warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from .._api.scheduled import ScheduledApi
from .._core.deadline import Deadline
from .._ledger.model import Fingerprints, Identity
from .errors import Overtaken
from .proof import USUAL_GRACES, Graces

if TYPE_CHECKING:
    from .._ledger.interface import Ledger
    from .snapshot import Change

_T = TypeVar("_T")

TRIES = 3
"""Number of times that a run plans before it gives up, where other runs keep making its plans out of date."""


@dataclass(frozen=True)
class ScheduleContext:
    """The account, the ledger and the limits of one task, and the warnings that it has gathered so far.

    ``earliest_moment_of``: returns the earliest moment (Unix seconds) that a date can mean. ``zone_uncertainty``:
    seconds by which it may be later. ``log_moment_of``: returns the moment of a date of the message log, or None where
    it does not name one; None where the account's zone is not known. ``graces``: within which seconds the service is
    consistent. ``check_mode``: read, and change nothing. ``cancel_shared``: an smsid may be cancelled although it also
    carries messages to recipients who were not meant.
    """

    api: ScheduledApi
    ledger: Ledger
    fingerprints: Fingerprints
    deadline: Deadline
    earliest_moment_of: Callable[[str], float]
    zone_uncertainty: float = 0.0
    log_moment_of: Callable[[str | None], float | None] | None = None
    graces: Graces = USUAL_GRACES
    check_mode: bool = False
    cancel_shared: bool = False
    warnings: list[str] = field(default_factory=list)

    def amend(self, changes: Iterable[Change]) -> None:
        """Write changes of rows to the ledger; in check mode, do not. Raises ``LedgerError``."""
        changes = list(changes)
        if changes and not self.check_mode:
            self.ledger.amend(changes)

    def change_all(self, changes: Mapping[Identity, Change]) -> None:
        """Write changes of rows that are all still as they were read; in check mode, do not.

        Raises ``Overtaken`` with nothing written where another run has changed one of them, and ``LedgerError``.
        """
        if changes and not self.check_mode and not self.ledger.compare_and_set(changes):
            raise Overtaken(
                "another run has changed the same messages at the same moment, again and again; nothing was changed by"
                " this run; run the task again"
            )

    def warn(self, warning: str) -> None:
        """Add a warning for the user."""
        self.warnings.append(warning)


def until_current(step: Callable[[], _T], tries: int = TRIES) -> _T:
    """Return the result of a step that reads, plans and writes; take it again while other runs get in between.

    Raises ``Overtaken`` when they do so in each of the ``tries``, and whatever else the step raises.
    """
    for _try in range(tries - 1):
        with suppress(Overtaken):
            return step()
    return step()
