# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page hears of: everything when it comes, and from then on what has changed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from ansible_collections.voip_communications.sms.extensions.sandbox import dates
from ansible_collections.voip_communications.sms.extensions.sandbox.gateway import Gateway
from ansible_collections.voip_communications.sms.extensions.sandbox.state import State

# A sign of life at least this often, in seconds, so that either side sees when the other is gone.
HEARTBEAT = 10.0
# Changes that come together are told together, in seconds.
_GATHER = 0.05
# A moment past the due date, in seconds: the clock is read to the microsecond, a wait ends less exactly.
_PAST_DUE = 0.01


class Feed:
    """What one listener knows, and from that what is news to it."""

    def __init__(self, state: State, heartbeat: float = HEARTBEAT) -> None:
        self._state = state
        self._heartbeat = heartbeat
        self._gateway: Gateway | None = None
        self._messages: dict[int, tuple[Any, ...]] = {}
        self._requests: dict[int, int | None] = {}
        self._rest: tuple[Any, ...] = ()

    def events(self) -> Iterator[str]:
        """Lines as `text/event-stream` wants them, without end; nothing is locked while one is being written."""
        # A browser that lost the connection comes back after so many milliseconds.
        yield "retry: 1000\n\n"
        while True:
            with self._state.look() as state:
                version = state.version
                news = self.news()
                patience = _patience(state.gateway, self._heartbeat)
            yield f"event: change\ndata: {json.dumps(news)}\n\n" if news else ": still here\n\n"
            self._state.wait(version, patience)
            time.sleep(_GATHER)

    def news(self) -> dict[str, Any]:
        """What the listener does not know yet, empty when there is nothing; call it with the state held.

        `full` says that whatever was known before is to be forgotten: at first, and after a reset.
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
        """Compares a few fields first: to write all messages down for every change would take long."""
        changed = []
        zone = gateway.zone
        for each in gateway.messages:
            known = (each.state, each.state_at, each.code)
            if self._messages.get(each.number) != known:
                self._messages[each.number] = known
                changed.append(each.view(zone))
        return changed

    def _new_requests(self) -> list[dict[str, Any]]:
        """Without headers, form and answer, which the page asks for when somebody opens a request."""
        changed = []
        for each in self._state.journal.requests:
            if each.number not in self._requests or self._requests[each.number] != each.status:
                self._requests[each.number] = each.status
                changed.append(each.line())
        return changed

    def _rest_of(self, gateway: Gateway) -> tuple[Any, ...]:
        """What tells whether the clock was moved, a setting changed, an answer ordered or used up."""
        return gateway.clock.shift, gateway.settings, [each.to_dict() for each in self._state.journal.orders]

    def _surroundings(self, gateway: Gateway) -> dict[str, Any]:
        return {
            "clock": {"now": dates.iso(gateway.clock.now()), "zone": gateway.settings.zone},
            "settings": gateway.settings.to_dict(),
            "answers": [each.to_dict() for each in self._state.journal.orders],
        }


def _patience(gateway: Gateway, heartbeat: float) -> float:
    """Seconds until there is something to say: the next message that is due, or the sign of life."""
    due = gateway.next_due()
    if due is None:
        return heartbeat
    return min(heartbeat, max(0.0, (due - gateway.clock.now()).total_seconds()) + _PAST_DUE)
