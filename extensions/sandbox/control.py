# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: look at the sandbox, turn its clock, order its answers. JSON both ways, no credentials."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from ansible_collections.voip_communications.sms.extensions.sandbox import dates
from ansible_collections.voip_communications.sms.extensions.sandbox.clock import Clock
from ansible_collections.voip_communications.sms.extensions.sandbox.dates import DateError
from ansible_collections.voip_communications.sms.extensions.sandbox.journal import Order
from ansible_collections.voip_communications.sms.extensions.sandbox.settings import SettingError, Settings, number
from ansible_collections.voip_communications.sms.extensions.sandbox.state import State


def control_calls(state: State) -> Blueprint:
    """The calls under `/sandbox/`. What cannot be done is a 400 with a sentence as `error_message`."""
    calls = Blueprint("control", __name__, url_prefix="/sandbox")
    start = state.gateway.settings, Clock(state.gateway.clock.shift)
    calls.register_error_handler(SettingError, _refused)
    calls.register_error_handler(DateError, _refused)
    _looks(calls, state)
    _turns(calls, state, start)
    _orders(calls, state)
    return calls


def _looks(calls: Blueprint, state: State) -> None:
    @calls.get("/requests")
    def requests() -> dict[str, Any]:
        with state.open():
            return {"requests": [each.to_dict() for each in state.journal.requests]}

    @calls.get("/requests/<int:number>")
    def one_request(number: int) -> dict[str, Any]:
        with state.open():
            found = [each.to_dict() for each in state.journal.requests if each.number == number]
        if not found:
            raise SettingError(f"There is no request {number}")
        return found[0]

    @calls.get("/messages")
    def messages() -> dict[str, Any]:
        with state.open():
            return {"messages": [each.view(state.gateway.zone) for each in state.gateway.messages]}

    @calls.get("/clock")
    def clock() -> dict[str, Any]:
        with state.open():
            return _time(state)

    @calls.get("/settings")
    def settings() -> dict[str, Any]:
        with state.open():
            return state.gateway.settings.to_dict()


def _turns(calls: Blueprint, state: State, start: tuple[Settings, Clock]) -> None:
    @calls.post("/messages")
    def receive() -> dict[str, Any]:
        wish = _wish(("from", "to", "msg"))
        if len(wish) < 3 or not all(wish.values()):
            raise SettingError("A message to the account needs 'from', 'to' and 'msg'")
        with state.open():
            incoming = state.gateway.receive(str(wish["from"]), str(wish["to"]), str(wish["msg"]))
            return incoming.view(state.gateway.zone)

    @calls.post("/clock")
    def turn() -> dict[str, Any]:
        wish = _wish(("set", "advance"))
        if len(wish) != 1:
            raise SettingError("The clock takes either 'set' with a date or 'advance' with seconds")
        with state.open():
            _move(state.gateway.clock, wish)
            return _time(state)

    @calls.post("/settings")
    def change() -> dict[str, Any]:
        with state.open():
            state.gateway.settings = state.gateway.settings.changed(_wish())
            return state.gateway.settings.to_dict()

    @calls.post("/reset")
    def reset() -> dict[str, Any]:
        """Back to how it was started: settings too, and the clock as far from the machine's as then."""
        settings, clock = start
        with state.open():
            state.reset(settings, Clock(clock.shift))
            return {"settings": settings.to_dict(), **_time(state)}


def _orders(calls: Blueprint, state: State) -> None:
    @calls.get("/answers")
    def answers() -> dict[str, Any]:
        with state.open():
            return {"answers": [each.to_dict() for each in state.journal.orders]}

    @calls.post("/answers")
    def order() -> dict[str, Any]:
        ordered = Order.from_wish(_wish())
        with state.open():
            state.journal.orders.append(ordered)
            return {"answers": [each.to_dict() for each in state.journal.orders]}

    @calls.delete("/answers")
    def withdraw() -> dict[str, Any]:
        with state.open():
            state.journal.orders = []
            return {"answers": []}


def _move(clock: Clock, wish: dict[str, Any]) -> None:
    if "advance" in wish:
        clock.advance(number("advance", wish["advance"]))
    else:
        clock.set(dates.instant(str(wish["set"])))


def _time(state: State) -> dict[str, Any]:
    gateway = state.gateway
    now = gateway.clock.now()
    return {"now": dates.iso(now), "account": dates.write(now, gateway.zone), "zone": gateway.settings.zone}


def _wish(names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The JSON object that was sent, whatever its content type says. Raises SettingError."""
    wish = request.get_json(force=True, silent=True)
    if not isinstance(wish, dict):
        raise SettingError("Send a JSON object")
    unknown = sorted(set(wish) - set(names)) if names else []
    if unknown:
        raise SettingError(f"There is no '{unknown[0]}' here; there are {', '.join(names or ())}")
    return wish


def _refused(error: Exception) -> ResponseReturnValue:
    return jsonify(error=True, error_message=str(error)), 400
