# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's calls, as the API page and the apps have them, by Flask."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, json, jsonify, request

from ansible_collections.voip_communications.sms.extensions.sandbox import dates
from ansible_collections.voip_communications.sms.extensions.sandbox.gateway import RefusalError
from ansible_collections.voip_communications.sms.extensions.sandbox.journal import Order
from ansible_collections.voip_communications.sms.extensions.sandbox.state import State

BASE = "/api-v2/index.php/"
CONTROL = "/sandbox/"


@dataclass(frozen=True)
class Account:
    """The credentials that the sandbox takes: HTTP Basic, the API key as user (documented)."""

    api_key: str
    api_password: str

    def knows(self, api_key: str | None, api_password: str | None) -> bool:
        """Whether these are the account's credentials."""
        return _same(api_key, self.api_key) & _same(api_password, self.api_password)


def api_calls(state: State, account: Account) -> Blueprint:
    """The calls under `/api-v2/index.php/`; every request that is none of the control API's is noted."""
    calls = Blueprint("api", __name__)
    doorway = _Doorway(state, account)
    calls.before_app_request(doorway.receive)
    calls.after_app_request(doorway.answer)
    calls.register_error_handler(RefusalError, _envelope)
    _sms_calls(calls, state)

    @calls.get(f"{BASE}cms/user")
    def user() -> dict[str, Any]:
        """Observed, the credentials in the record too; the names of those two fields are assumed."""
        with state.open():
            record = state.gateway.user()
        record.update(user_api_key=account.api_key, user_api_password=account.api_password)
        return {"error": False, "user": record, "endpoint": "cms/user"}

    return calls


def _sms_calls(calls: Blueprint, state: State) -> None:
    @calls.post(f"{BASE}sms/send")
    def send() -> dict[str, Any]:
        """Documented."""
        with state.open():
            log = state.gateway.send(_field("to"), _field("msg"), _field("from"), _field("delivery_date"))
        return {"send_log": log}

    @calls.get(f"{BASE}sms/scheduled")
    def scheduled() -> dict[str, Any]:
        """Assumed."""
        with state.open():
            return {"scheduled": state.gateway.scheduled()}

    @calls.delete(f"{BASE}sms/scheduled/<smsid>")
    def cancel(smsid: str) -> dict[str, Any]:
        """Assumed; that the smsid is what a cancel needs is documented."""
        with state.open():
            return {"error": False, "cancelled": state.gateway.cancel(smsid)}

    @calls.post(f"{BASE}sms/summary")
    def summary() -> dict[str, Any]:
        """Observed."""
        with state.open():
            return {"error": False, "summary": state.gateway.summary(_field("page"))}

    @calls.post(f"{BASE}sms/chat")
    def chat() -> dict[str, Any]:
        """Observed."""
        with state.open():
            return {"chat": state.gateway.chat(_field("internal"), _field("external"), _field("page"))}


class _Doorway:
    """What happens around every call: noting it, credentials, ordered answers, latency."""

    def __init__(self, state: State, account: Account) -> None:
        self._state = state
        self._account = account

    def receive(self) -> Response | None:
        """Note the request, refuse wrong credentials, and take what was ordered for it."""
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
            g.order = state.journal.take(path) if authorized else None
        if not authorized and request.path.startswith(BASE):
            return _unauthorized()
        if g.order is not None and not g.order.accept:
            return jsonify(error=True, error_message="Sandbox: ordered by its user")
        return None

    def answer(self, response: Response) -> Response:
        """Lay the order over the answer, wait, and note the status. What was accepted is accepted before the wait."""
        if "noted" not in g:
            return response
        order: Order | None = g.order
        if order is not None:
            _lay_over(response, order)
        with self._state.open() as state:
            # The service's own time (RFC 9110, 6.6.1), which is how a client sees that the clock was turned.
            response.date = state.gateway.clock.now()
            g.noted.answered(response.status_code, response.get_data(as_text=True))
            delay = state.gateway.settings.latency + (order.delay if order else 0.0)
        time.sleep(delay)
        return response

    def _authorized(self) -> bool:
        given = request.authorization
        return given is not None and given.type == "basic" and self._account.knows(given.username, given.password)


def _same(given: str | None, own: str) -> bool:
    return hmac.compare_digest((given or "").encode(), own.encode())


def _field(name: str) -> str:
    """A form field as PHP sees it: the last of several, empty when there is none."""
    values = request.form.getlist(name)
    return values[-1] if values else ""


def _envelope(refusal: RefusalError) -> dict[str, Any]:
    """The error envelope, with HTTP 200 (observed)."""
    return {"error": True, "error_message": str(refusal)}


def _unauthorized() -> Response:
    """401 with a JSON body (the status is documented, the body's text is not)."""
    response = jsonify(error=True, error_message="Invalid api credentials")
    response.status_code = 401
    response.headers["WWW-Authenticate"] = 'Basic realm="VoIP Communications sandbox"'
    return response


def _lay_over(response: Response, order: Order) -> None:
    """Make of the true answer what was ordered."""
    if order.body is not None:
        response.set_data(order.body if isinstance(order.body, str) else json.dumps(order.body))
    elif order.record:
        response.set_data(json.dumps(order.changed(response.get_json())))
    if order.status is not None:
        response.status_code = order.status
    for name, value in order.headers.items():
        response.headers[name] = value
