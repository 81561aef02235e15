# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the page at ``/``: its files, and the events that keep it up to date."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from .feed import Feed
from .state import State

_FILES = Path(__file__).parent / "assets"
# Named here: machines map suffixes differently, and a browser runs no script of another type.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def page_calls(state: State) -> Blueprint:
    """Return the calls for the page, its files below ``/sandbox/page/``, and ``/sandbox/events``."""
    calls = Blueprint("page", __name__)
    files = {path.name: path for path in _FILES.iterdir() if path.suffix in _TYPES}

    @calls.get("/")
    def page() -> Response:
        return _file(files["index.html"])

    @calls.get("/sandbox/page/<name>")
    def part(name: str) -> ResponseReturnValue:
        if name not in files:
            return {"error": True, "error_message": f"The page has no file '{name[:40]}'"}, 404
        return _file(files[name])

    @calls.get("/sandbox/events")
    def events() -> Response:
        """Send events: everything first, then each change, until the browser has gone.

        The server writes a chunk in several pieces, so the first event after that fails, and ends the stream.
        """
        return Response(Feed(state).events(), mimetype="text/event-stream")

    return calls


def _file(path: Path) -> Response:
    return Response(path.read_bytes(), content_type=_TYPES[path.suffix])
