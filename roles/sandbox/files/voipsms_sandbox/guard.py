# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep other web sites out: a page that is open in the same browser must neither read nor change the sandbox."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

from .api import BASE

# Nothing is loaded from elsewhere, no script or style is inline, and no text becomes markup.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guard(app: Flask) -> None:
    """Refuse requests of other web sites. Call it first, so that nothing is done or noted before."""
    app.before_request(_refuse_strangers)
    app.after_request(_with_headers)


def _refuse_strangers() -> Response | None:
    """Return a 403 with a sentence for requests that do not belong to this machine, and None for the others.

    A foreign name may point to this machine (DNS rebinding), so the Host must be a loopback one. A browser names the
    page that sends a request: in Origin when the request could change something, and otherwise in Sec-Fetch-Site
    (https://www.w3.org/TR/fetch-metadata/). Following a link to the sandbox is allowed. Other clients send neither.
    """
    if request.host and not _is_loopback(request.host):
        return _forbidden("This sandbox answers to 127.0.0.1 and localhost only, and was called by another name")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return _forbidden("This sandbox does not answer to other web sites")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in {"none", "same-origin"} and request.headers.get("Sec-Fetch-Mode") != "navigate":
        return _forbidden("This sandbox does not answer to other web sites")
    return None


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _forbidden(sentence: str) -> Response:
    response = jsonify(error=True, error_message=sentence)
    response.status_code = 403
    return response


def _with_headers(response: Response) -> Response:
    """Add the headers, but not to the vendor's calls, whose answers have no others than the vendor's."""
    if not request.path.startswith(BASE):
        response.headers.update(_HEADERS)
    return response
