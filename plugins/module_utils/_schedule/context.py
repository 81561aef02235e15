# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold what the parts of one task on scheduled messages share: the calls, the ledger, the clock and the warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .._api.scheduled import ScheduledApi
from .._core.deadline import Deadline
from .._ledger.model import Fingerprints, Ledger
from .snapshot import Change


@dataclass(frozen=True)
class ScheduleContext:
    """The account, the ledger and the limits of one task, and the warnings that it has gathered so far.

    ``earliest_moment_of``: returns the earliest moment (Unix seconds) that a date can mean. ``zone_uncertainty``:
    seconds by which it may be later. ``check_mode``: read, and change nothing. ``cancel_shared``: an smsid may be
    cancelled although it also carries messages to recipients who were not meant.
    """

    api: ScheduledApi
    ledger: Ledger
    fingerprints: Fingerprints
    deadline: Deadline
    earliest_moment_of: Callable[[str], float]
    zone_uncertainty: float = 0.0
    check_mode: bool = False
    cancel_shared: bool = False
    warnings: list[str] = field(default_factory=list)

    def amend(self, changes: Iterable[Change]) -> None:
        """Write changes of rows to the ledger; in check mode, do not. Raises ``LedgerError``."""
        changes = list(changes)
        if changes and not self.check_mode:
            self.ledger.amend(changes)

    def warn(self, warning: str) -> None:
        """Add a warning for the user."""
        self.warnings.append(warning)
