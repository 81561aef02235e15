# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say why a task on scheduled messages was refused, or has to begin anew."""

from __future__ import annotations

from .._core.errors import VoipsmsError


class ScheduleError(VoipsmsError):
    """The task as a whole is refused; nothing was changed."""


class NameInUse(ScheduleError):
    """Another run is at work on the same name, and has not ended within the deadline; nothing was changed."""


class Overtaken(VoipsmsError):
    """Another run has changed what this one has planned with; nothing was changed, and a new plan may succeed."""
