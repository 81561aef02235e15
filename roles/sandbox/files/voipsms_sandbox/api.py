# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the vendor's calls, as the API page and the apps show them, with Flask."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, json, jsonify, request

from . import dates
from .gateway import RefusalError
from .journal import Fault
from .state import State

BASE = "/api-v2/index.php/"
CONTROL = "/sandbox/"


@dataclass(frozen=True)
class Account:
    """The credentials that the sandbox accepts: HTTP Basic, with the API key as the user name (documented)."""

    api_key: str
    api_password: str

    def knows(self, api_key: str | None, api_password: str | None) -> bool:
        """Return whether these are the account's credentials."""
        return _same(api_key, self.api_key) & _same(api_password, self.api_password)


def api_calls(state: State, account: Account) -> Blueprint:
    """Return the calls under ``/api-v2/index.php/``. Note every request that is not for the control API."""
    calls = Blueprint("api", __name__)
    doorway = _Doorway(state, account)
    calls.before_app_request(doorway.receive)
    calls.after_app_request(doorway.answer)
    calls.register_error_handler(RefusalError, _envelope)
    _sms_calls(calls, state)

    @calls.get(f"{BASE}cms/user")
    def user() -> dict[str, Any]:
        """Answer ``cms/user`` (observed). The credentials are in the record; the names of their fields are assumed."""
        with state.open():
            record = state.gateway.user()
        record.update(user_api_key=account.api_key, user_api_password=account.api_password)
        return {"error": False, "user": record, "endpoint": "cms/user"}

    return calls


def _sms_calls(calls: Blueprint, state: State) -> None:
    @calls.post(f"{BASE}sms/send")
    def send() -> dict[str, Any]:
        """Answer ``sms/send`` (documented)."""
        with state.open():
            known = len(state.gateway.messages)
            log = state.gateway.send(_field("to"), _field("msg"), _field("from"), _field("delivery_date"))
            for sms in state.gateway.messages[known:]:
                sms.request = g.noted.number
        return {"send_log": log}

    @calls.get(f"{BASE}sms/scheduled")
    def scheduled() -> dict[str, Any]:
        """Answer ``GET sms/scheduled`` (assumed)."""
        with state.open():
            return {"scheduled": state.gateway.scheduled()}

    @calls.delete(f"{BASE}sms/scheduled/<smsid>")
    def cancel(smsid: str) -> dict[str, Any]:
        """Answer ``DELETE sms/scheduled/{smsid}`` (assumed). That cancelling needs the smsid is documented."""
        with state.open():
            return {"error": False, "cancelled": state.gateway.cancel(smsid)}

    @calls.post(f"{BASE}sms/summary")
    def summary() -> dict[str, Any]:
        """Answer ``sms/summary`` (observed)."""
        with state.open():
            return {"error": False, "summary": state.gateway.summary(_field("page"))}

    @calls.post(f"{BASE}sms/chat")
    def chat() -> dict[str, Any]:
        """Answer ``sms/chat`` (observed)."""
        with state.open():
            return {"chat": state.gateway.chat(_field("internal"), _field("external"), _field("page"))}


class _Doorway:
    """The steps around every call: notes, credentials, faults and latency."""

    def __init__(self, state: State, account: Account) -> None:
        self._state = state
        self._account = account

    def receive(self) -> Response | None:
        """Note the request, refuse wrong credentials, and take the fault that is planned for it."""
        if request.path.startswith(CONTROL) or (request.path == "/" and request.method in {"GET", "HEAD"}):
            return None
        authorized = self._authorized()
        path = request.path[len(BASE) :] if request.path.startswith(BASE) else request.path
        with self._state.open() as state:
            g.noted = state.journal.note(
                method=request.method,
                path=path,
                form={name: _field(name) for name in request.form},
                repeated=[name for name, values in request.form.lists() if len(values) > 1],
                content_type=request.content_type or "",
                headers=dict(request.headers),
                authorized=authorized,
                clock=dates.iso(state.gateway.clock.now()),
            )
            g.fault = state.journal.take(path) if authorized else None
        if not authorized and request.path.startswith(BASE):
            return _unauthorized()
        if g.fault is not None and not g.fault.accept:
            return jsonify(error=True, error_message="Sandbox: ordered by its user")
        return None

    def answer(self, response: Response) -> Response:
        """Apply the fault to the answer, note the status, and wait. The request is carried out before the wait."""
        if "noted" not in g:
            return response
        fault: Fault | None = g.fault
        if fault is not None:
            _apply(fault, response)
        with self._state.open() as state:
            # The service's own time (RFC 9110, 6.6.1). From it a client sees that the clock was changed.
            response.date = state.gateway.clock.now()
            g.noted.answered(response.status_code, response.get_data(as_text=True))
            delay = state.gateway.settings.latency + (fault.delay if fault else 0.0)
        time.sleep(delay)
        return response

    def _authorized(self) -> bool:
        basic = request.authorization
        return basic is not None and basic.type == "basic" and self._account.knows(basic.username, basic.password)


def _same(value: str | None, own: str) -> bool:
    return hmac.compare_digest((value or "").encode(), own.encode())


def _field(name: str) -> str:
    """Return a form field as PHP sees it: the last of several, empty when there is none."""
    values = request.form.getlist(name)
    return values[-1] if values else ""


def _envelope(refusal: RefusalError) -> dict[str, Any]:
    """Return the error envelope, which has HTTP status 200 (observed)."""
    return {"error": True, "error_message": str(refusal)}


def _unauthorized() -> Response:
    """Return a 401 with a JSON body (the status is documented, the text of the body is not)."""
    response = jsonify(error=True, error_message="Invalid api credentials")
    response.status_code = 401
    response.headers["WWW-Authenticate"] = 'Basic realm="VoIP Communications sandbox"'
    return response


def _apply(fault: Fault, response: Response) -> None:
    """Turn the true answer into the faulty one."""
    if fault.body is not None:
        response.set_data(fault.body if isinstance(fault.body, str) else json.dumps(fault.body))
    elif fault.record:
        response.set_data(json.dumps(fault.changed(response.get_json())))
    if fault.status is not None:
        response.status_code = fault.status
    for name, value in fault.headers.items():
        response.headers[name] = value
