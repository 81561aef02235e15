# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a sandbox which of its runs it is: a ledger must not take a sandbox that has forgotten everything for another.

Only the address of a sandbox is asked, which is on this machine. The service itself, at any other address, gets no
additional request, and nothing that it answers can separate the rows of a ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .._core import strict_json
from .._core.address import is_loopback
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._core.exchange import Answer, Http, Lost, Refused, Service, status_text

_API_PATH = "/api-v2/index.php"
"""Where a sandbox serves the API; what serves it elsewhere is none."""

_INSTANCE_PATH = "sandbox/instance"
_SECONDS = 5.0
"""Seconds to wait for one answer at most; a sandbox gives it at once, whatever delay its settings say."""

_SHARE = 0.5
"""Share of the task's deadline in which the sandbox must answer, where its machine has much else to do."""

_PAUSE = 0.2
"""Seconds before it is asked again."""

_PASSING = frozenset({408, 425, 429})
"""Refusals that, as the errors of a server do, say nothing about what a later request would be told."""

_LONGEST = 64


def instance_of(params: Mapping[str, Any]) -> str:
    """Return the identifier of the sandbox's run that ``api_url`` leads to; empty where no sandbox answers there.

    Raise ``VoipsmsError`` where something is there and does not say it in time, which may be a sandbox that has much
    to do: its rows are those of its run, and in the account of no run the same message would be sent again. Raise
    ``MissingLibrary`` without ``requests``.
    """
    parts = _sandbox_address(params["api_url"])
    if parts is None:
        return ""
    seconds = min(_SECONDS, float(params["timeout"]))
    http = Http(Service(url=f"http://{parts.netloc}/", user="", password="", timeout=seconds))
    deadline = Deadline(float(params["deadline"]) * _SHARE)
    instance, reason = _ask(http, seconds)
    while reason and deadline.wait(_PAUSE):
        instance, reason = _ask(http, min(seconds, deadline.left()))
    if reason:
        raise VoipsmsError(
            f"the sandbox at {parts.netloc} did not say which of its runs it is ({reason}), and without that its"
            " messages cannot be told from those of an earlier run; run the task again, with a longer deadline if the"
            " machine has much to do"
        )
    return instance


def _ask(http: Http, seconds: float) -> tuple[str, str]:
    """Return the identifier, empty where no sandbox answers; and why it is not known, empty where it is."""
    try:
        return _identifier(http.request("GET", _INSTANCE_PATH, seconds)), ""
    except Refused:
        return "", ""
    except Lost as error:
        return "", str(error)


def _identifier(answer: Answer) -> str:
    """Return the identifier in an answer; empty where it is not the one of a sandbox. Raise ``Lost`` for no answer."""
    if answer.status >= 500 or answer.status in _PASSING:
        raise Lost(f"it answered {status_text(answer.status)}")
    try:
        payload = strict_json.read(answer.body) if answer.status == 200 else None
    except strict_json.NotJson:
        return ""
    instance = payload.get("instance") if isinstance(payload, dict) else None
    return instance if isinstance(instance, str) and _is_identifier(instance) else ""


def _sandbox_address(url: str) -> SplitResult | None:
    """Return the parts of an address at which a sandbox may serve the API; None for any other."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return None
    is_sandbox = parts.scheme == "http" and is_loopback(host) and parts.path.rstrip("/") == _API_PATH
    return parts if is_sandbox and "@" not in parts.netloc else None


def _is_identifier(value: str) -> bool:
    """Tell whether this is what a sandbox calls its run, and not a text that something else has answered with."""
    return 0 < len(value) <= _LONGEST and value.isascii() and value.isalnum()
