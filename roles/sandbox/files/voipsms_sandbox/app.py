# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the web application together: the vendor's calls, the control API and the page, with one shared state."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from .api import Account, api_calls
from .control import control_calls
from .guard import guard
from .page import page_calls
from .state import State

# In bytes. Ten thousand recipients need 130 kB.
_LARGEST_BODY = 16 * 1024 * 1024


def create_app(state: State, account: Account) -> Flask:
    """Return the application. Serve it on a loopback address only: the control API needs no credentials."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_BODY
    # Keep the fields in the order of the vendor's page.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, the base class does not
    guard(app)
    app.register_blueprint(page_calls(state))
    app.register_blueprint(control_calls(state))
    app.register_blueprint(api_calls(state, account))
    app.register_error_handler(HTTPException, _as_json)
    return app


def _as_json(error: HTTPException) -> tuple[Response, int]:
    """Return an HTTP error in the envelope that the API uses for errors (assumed for 404 and 405)."""
    return jsonify(error=True, error_message=f"{error.name} ({request.method} {request.path})"), error.code or 500
