# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the control API: inspect the sandbox, set its clock, plan faults. JSON both ways, no credentials."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import dates
from .clock import Clock
from .dates import DateError
from .journal import Fault
from .settings import SettingError, Settings, number
from .state import State

_DEEPEST = 100
_NESTED = f"Send JSON that is nested {_DEEPEST} levels deep at most"


def control_calls(state: State) -> Blueprint:
    """Return the calls under ``/sandbox/``. They answer 400, with a sentence in ``error_message``, when they refuse."""
    calls = Blueprint("control", __name__, url_prefix="/sandbox")
    start = state.gateway.settings, Clock(state.gateway.clock.shift)
    calls.register_error_handler(SettingError, _refused)
    calls.register_error_handler(DateError, _refused)
    _reading_calls(calls, state)
    _changing_calls(calls, state, start)
    _fault_calls(calls, state)
    return calls


def _reading_calls(calls: Blueprint, state: State) -> None:
    @calls.get("/requests")
    def requests() -> dict[str, Any]:
        with state.open():
            return {"requests": [entry.to_dict() for entry in state.journal.requests]}

    @calls.get("/requests/<int:number>")
    def one_request(number: int) -> dict[str, Any]:
        with state.open():
            matches = [entry.to_dict() for entry in state.journal.requests if entry.number == number]
        if not matches:
            raise SettingError(f"There is no request {number}")
        return matches[0]

    @calls.get("/messages")
    def messages() -> dict[str, Any]:
        with state.open():
            return {"messages": [message.view(state.gateway.zone) for message in state.gateway.messages]}

    @calls.get("/clock")
    def clock() -> dict[str, Any]:
        with state.open():
            return _time(state)

    @calls.get("/instance")
    def instance() -> dict[str, Any]:
        """Tell clients with a memory of their own whether this is still the sandbox that they know."""
        with state.read():
            return {"instance": state.instance}

    @calls.get("/settings")
    def settings() -> dict[str, Any]:
        with state.open():
            return state.gateway.settings.to_dict()


def _changing_calls(calls: Blueprint, state: State, start: tuple[Settings, Clock]) -> None:
    @calls.post("/messages")
    def receive() -> dict[str, Any]:
        fields = _json_object(("from", "to", "msg"))
        if len(fields) < 3 or not all(fields.values()):
            raise SettingError("A message to the account needs 'from', 'to' and 'msg'")
        with state.open():
            # With a plus it would be another phone on the page, and in no conversation with what was sent to it.
            sender, to = (str(fields[name]).strip().removeprefix("+") for name in ("from", "to"))
            incoming = state.gateway.receive(sender, to, str(fields["msg"]))
            return incoming.view(state.gateway.zone)

    @calls.post("/clock")
    def set_clock() -> dict[str, Any]:
        fields = _json_object(("set", "advance"))
        if len(fields) != 1:
            raise SettingError("The clock takes either 'set' with a date or 'advance' with seconds")
        with state.open():
            _move(state.gateway.clock, fields)
            return _time(state)

    @calls.post("/settings")
    def change() -> dict[str, Any]:
        with state.open():
            state.gateway.settings = state.gateway.settings.changed(_json_object())
            return state.gateway.settings.to_dict()

    @calls.post("/reset")
    def reset() -> dict[str, Any]:
        """Return to the state at the start: the settings too, and the clock as far from the machine's as then.

        The names of people stay: they are no part of what was sent, and the page needs them for what is sent next.
        """
        settings, clock = start
        with state.open():
            settings = settings.changed({"names": state.gateway.settings.names})
            state.reset(settings, Clock(clock.shift))
            return {"settings": settings.to_dict(), **_time(state)}


def _fault_calls(calls: Blueprint, state: State) -> None:
    @calls.get("/answers")
    def answers() -> dict[str, Any]:
        with state.open():
            return {"answers": [fault.to_dict() for fault in state.journal.faults]}

    @calls.post("/answers")
    def order() -> dict[str, Any]:
        fault = Fault.from_fields(_json_object())
        with state.open():
            state.journal.faults.append(fault)
            return {"answers": [fault.to_dict() for fault in state.journal.faults]}

    @calls.delete("/answers")
    def withdraw() -> dict[str, Any]:
        with state.open():
            state.journal.faults = []
            return {"answers": []}


def _move(clock: Clock, fields: dict[str, Any]) -> None:
    if "advance" in fields:
        clock.advance(number("advance", fields["advance"]))
    else:
        clock.set(dates.instant(str(fields["set"])))


def _time(state: State) -> dict[str, Any]:
    gateway = state.gateway
    now = gateway.clock.now()
    return {"now": dates.iso(now), "account": dates.write(now, gateway.zone), "zone": gateway.settings.zone}


def _json_object(names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Return the JSON object of the request. Raises SettingError, also for unknown names."""
    try:
        fields = request.get_json(force=True, silent=True)
    except RecursionError:
        raise SettingError(_NESTED) from None
    if not isinstance(fields, dict):
        raise SettingError("Send a JSON object")
    if _depth_exceeds(fields, _DEEPEST):
        raise SettingError(_NESTED)
    unknown = sorted(set(fields) - set(names)) if names else []
    if unknown:
        raise SettingError(f"There is no '{unknown[0]}' here; there are {', '.join(names or ())}")
    return fields


def _depth_exceeds(value: object, depth: int) -> bool:
    """Tell whether lists and objects are nested deeper than this, which may be too deep to be written again."""
    if not isinstance(value, (dict, list)):
        return False
    if not depth:
        return True
    parts = value.values() if isinstance(value, dict) else value
    return any(_depth_exceeds(part, depth - 1) for part in parts)


def _refused(error: Exception) -> ResponseReturnValue:
    return jsonify(error=True, error_message=str(error)), 400
