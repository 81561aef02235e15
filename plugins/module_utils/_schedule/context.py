# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold what the parts of one task on scheduled messages share: the calls, the ledger, the clock and the warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .._api.scheduled import ScheduledApi
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._ledger.model import Fingerprints, Identity, Ledger
from .proof import USUAL_GRACES, Graces
from .snapshot import Change


class Overtaken(VoipsmsError):
    """Another run has changed what this one has planned with; nothing was changed, and a new plan may succeed."""


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
