# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep other web sites out: a page that is open in the same browser must neither read nor change the sandbox."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

from .api import BASE, CONTROL

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
    page that sends a request: in Origin when the request could change something, and in Sec-Fetch-Site
    (https://www.w3.org/TR/fetch-metadata/). Following a link to the sandbox is allowed. Other clients send neither, and
    neither do old browsers with a form: they may name the page in Referer, and a form cannot send JSON.
    """
    if request.host and not _is_loopback(request.host):
        return _forbidden("This sandbox answers to 127.0.0.1 and localhost only, and was called by another name")
    if _is_of_another_site():
        return _forbidden("This sandbox does not answer to other web sites")
    has_body = bool(request.content_type or request.content_length)
    is_change = request.path.startswith(CONTROL) and not _is_reading()
    if is_change and has_body and request.mimetype != "application/json":
        return _refused(415, "Send JSON to the control API, with the header Content-Type: application/json")
    return None


def _is_reading() -> bool:
    """Tell whether a request changes nothing, whoever sends it."""
    return request.method in {"GET", "HEAD"}


def _is_of_another_site() -> bool:
    """Tell whether a page of another web site sends this request, other than by a link to the sandbox."""
    origin = request.headers.get("Origin")
    if origin is None and not _is_reading():
        origin = request.headers.get("Referer")
    if origin is not None and _authority(origin) != request.host:
        return True
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_link = _is_reading() and request.headers.get("Sec-Fetch-Mode") == "navigate"
    return site not in {"none", "same-origin"} and not is_link


def _authority(url: str) -> str:
    """Return host and port of a URL; empty where it has none."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _forbidden(sentence: str) -> Response:
    return _refused(403, sentence)


def _refused(status: int, sentence: str) -> Response:
    response = jsonify(error=True, error_message=sentence)
    response.status_code = status
    return response


def _with_headers(response: Response) -> Response:
    """Add the headers, but not to the vendor's calls, whose answers have no others than the vendor's."""
    if not request.path.startswith(BASE):
        response.headers.update(_HEADERS)
    return response
