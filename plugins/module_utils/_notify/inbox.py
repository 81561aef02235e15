# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make events of the messages that people send to the account: each once, also across restarts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .._api.client import Api, Throttled
from .._api.log import LogRecord
from .._core.errors import VoipsmsError
from .._people.contacts import Contacts
from .inbox_event import event_of
from .inbox_log import InboxLog, Marked
from .inbox_state import InboxState

LONGEST_PAUSE = 600.0
"""Most seconds between two looks while the log cannot be read, unless the interval or the service asks for more."""

SHORTEST_PAUSE = 5.0
"""Seconds between two looks that the doorbell asks for: rings between them are answered by the second one."""

_LONGEST_RETRY_AFTER = 3600.0


class Sender(NamedTuple):
    """Who counts as known: the contacts, whose national numbers are read in ``region``.

    ``takes_strangers``: whether messages of others become events too.
    """

    contacts: Contacts
    region: str | None
    takes_strangers: bool

    def name_of(self, record: LogRecord) -> str:
        """Return the name of the contact who has sent a message; empty for a stranger."""
        return self.contacts.name_of(record.external, self.region)


class News(NamedTuple):
    """An event, and the mark by which it is noted once it has been handed over."""

    event: dict[str, Any]
    mark: str


class Inbox:
    """The events of one account. ``has_read``: whether the log could ever be read."""

    def __init__(self, api: Api, state: InboxState, sender: Sender, seconds: float, clock: Callable[[], float]) -> None:
        """Read nothing yet. ``seconds``: that one page may take; ``clock``: as ``InboxLog`` takes it."""
        self._api = api
        self._state = state
        self._sender = sender
        self._seconds = seconds
        self._log = InboxLog(self._read_page, state, clock)
        self._others: list[str] = []
        self._is_closed = False
        self.has_read = False

    def refresh(self) -> list[News]:
        """Return what is new, the oldest first; nothing at the very first look. Raise ``VoipsmsError``.

        Each of them must be noted as soon as it is handed over, and ``end_refresh`` called after the last one, so that
        a process that ends in between neither loses nor repeats one.
        """
        marked = self._log.refresh()
        self.has_read = True
        if self._state.is_first:
            self._state.note(one.mark for one in marked)
            return []
        news = [one for one in marked if self._is_news(one)]
        self._others = [one.mark for one in marked if not self._is_news(one)]
        return [News(self._event_of(one), one.mark) for one in news]

    def note(self, mark: str) -> None:
        """Note that an event was handed over. Raise ``VoipsmsError`` when that cannot be written."""
        self._state.note([mark])

    def end_refresh(self) -> None:
        """Note what was seen besides events. Raise ``VoipsmsError`` when that cannot be written."""
        if self._others:
            self._state.note(self._others)
            self._others = []

    def close(self) -> None:
        """Let another process use the state file, and end a look that another thread is at."""
        self._is_closed = True
        self._state.close()

    def _read_page(self, number: int) -> list[LogRecord]:
        page = self._api.log_page(number, self._seconds)
        if self._is_closed:
            raise VoipsmsError("the source has ended")
        return page

    def _is_news(self, one: Marked) -> bool:
        if one.record.direction != "in":
            return False
        return self._sender.takes_strangers or bool(self._sender.name_of(one.record))

    def _event_of(self, one: Marked) -> dict[str, Any]:
        text = self._api.safe_text(one.record.text)
        return event_of(one.record._replace(text=text), self._sender.name_of(one.record), one.mark)


class Pace:
    """How long to wait for the next look. ``trouble``: why the last one failed, empty while all is well."""

    def __init__(self, interval: float) -> None:
        """Begin with the usual interval, in seconds."""
        self._interval = interval
        self.pause = interval
        self.shortest = min(interval, SHORTEST_PAUSE)
        """Seconds before which no ring of the doorbell makes it look again."""
        self.trouble = ""

    def succeed(self) -> None:
        """Go back to the usual interval."""
        self.pause, self.shortest, self.trouble = self._interval, min(self._interval, SHORTEST_PAUSE), ""

    def fail(self, error: VoipsmsError) -> None:
        """Double the pause, and make it at least as long as the service asks for; no ring cuts that short."""
        asked = error.retry_after if isinstance(error, Throttled) and error.retry_after else 0.0
        self.shortest = max(self._interval, min(asked, _LONGEST_RETRY_AFTER))
        self.pause = max(min(self.pause * 2, max(LONGEST_PAUSE, self._interval)), self.shortest)
        self.trouble = str(error)
