# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web application: the vendor's calls, the control API and the page on one shared state."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from ansible_collections.voip_communications.sms.extensions.sandbox.api import Account, api_calls
from ansible_collections.voip_communications.sms.extensions.sandbox.control import control_calls
from ansible_collections.voip_communications.sms.extensions.sandbox.guard import guard
from ansible_collections.voip_communications.sms.extensions.sandbox.page import page_calls
from ansible_collections.voip_communications.sms.extensions.sandbox.state import State

# Ten thousand recipients are 130 kB; this is far more, and far less than would hurt.
_LARGEST_BODY = 16 * 1024 * 1024


def create_app(state: State, account: Account) -> Flask:
    """The application. Start it on a loopback address only: the control API asks for no credentials."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_BODY
    # Fields come in the order in which the vendor's page shows them.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, the base class does not
    guard(app)
    app.register_blueprint(page_calls(state))
    app.register_blueprint(control_calls(state))
    app.register_blueprint(api_calls(state, account))
    app.register_error_handler(HTTPException, _as_json)
    return app


def _as_json(error: HTTPException) -> tuple[Response, int]:
    """What is not served is said in the envelope that the API has for errors (assumed for 404 and 405)."""
    return jsonify(error=True, error_message=f"{error.name} ({request.method} {request.path})"), error.code or 500
