# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report to the page: everything when it connects, and each change from then on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from . import dates
from .gateway import Gateway
from .state import State

# Seconds between two signs of life at most, so that either side sees when the other has gone.
HEARTBEAT = 10.0
# Seconds to wait, so that changes that come together are reported together.
_GATHER = 0.05
# Seconds past the due date: a wait ends less exactly than the clock is read.
_PAST_DUE = 0.01


class Feed:
    """The knowledge of one listener, and the news for it."""

    def __init__(self, state: State, heartbeat: float = HEARTBEAT) -> None:
        self._state = state
        self._heartbeat = heartbeat
        self._gateway: Gateway | None = None
        self._messages: dict[int, tuple[Any, ...]] = {}
        self._requests: dict[int, int | None] = {}
        self._rest: tuple[Any, ...] = ()

    def events(self) -> Iterator[str]:
        """Yield events in the form of ``text/event-stream``, without end. No lock is held while one is written."""
        # The milliseconds after which a browser connects again.
        yield "retry: 1000\n\n"
        while True:
            with self._state.read() as state:
                version = state.version
                news = self.news()
                patience = _patience(state.gateway, self._heartbeat)
            yield f"event: change\ndata: {json.dumps(news)}\n\n" if news else ": still here\n\n"
            self._state.wait(version, patience)
            time.sleep(_GATHER)

    def news(self) -> dict[str, Any]:
        """Return what the listener does not know yet, or nothing. Call it with the state locked.

        ``full`` tells the listener to forget all that it knew: at first, and after a reset.
        """
        gateway = self._state.gateway
        full = gateway is not self._gateway
        if full:
            self._gateway, self._messages, self._requests, self._rest = gateway, {}, {}, ()
        news = {"messages": self._new_messages(gateway), "requests": self._new_requests()}
        news = {name: value for name, value in news.items() if value}
        rest = self._rest_of(gateway)
        if rest != self._rest:
            self._rest = rest
            news.update(self._surroundings(gateway))
        return {"full": full, **news} if news else {}

    def _new_messages(self, gateway: Gateway) -> list[dict[str, Any]]:
        """Return the messages that changed. Only a few fields are compared, since a full comparison would be slow."""
        changed = []
        zone = gateway.zone
        for message in gateway.messages:
            known = (message.state, message.state_at, message.cancel_at, message.code)
            if self._messages.get(message.number) != known:
                self._messages[message.number] = known
                changed.append(message.view(zone))
        return changed

    def _new_requests(self) -> list[dict[str, Any]]:
        """Return the requests that changed, without headers, form and answer. The page fetches those when needed."""
        changed = []
        for request in self._state.journal.requests:
            if request.number not in self._requests or self._requests[request.number] != request.status:
                self._requests[request.number] = request.status
                changed.append(request.line())
        return changed

    def _rest_of(self, gateway: Gateway) -> tuple[Any, ...]:
        """Return values that differ when the clock, a setting or the list of faults has changed."""
        return gateway.clock.shift, gateway.settings, [fault.to_dict() for fault in self._state.journal.faults]

    def _surroundings(self, gateway: Gateway) -> dict[str, Any]:
        return {
            "clock": {"now": dates.iso(gateway.clock.now()), "zone": gateway.settings.zone},
            "settings": gateway.settings.to_dict(),
            "answers": [fault.to_dict() for fault in self._state.journal.faults],
        }


def _patience(gateway: Gateway, heartbeat: float) -> float:
    """Return the seconds to wait for the next due message, or for the sign of life."""
    due = gateway.next_due()
    if due is None:
        return heartbeat
    return min(heartbeat, max(0.0, (due - gateway.clock.now()).total_seconds()) + _PAST_DUE)
