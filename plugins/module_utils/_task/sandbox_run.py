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
from .._core.errors import VoipsmsError
from .._core.exchange import Http, Service

_API_PATH = "/api-v2/index.php"
"""Where a sandbox serves the API; what serves it elsewhere is none."""

_INSTANCE_PATH = "sandbox/instance"
_SECONDS = 5.0
"""Seconds to wait for the answer at most; a sandbox gives it at once, whatever delay its settings say."""

_LONGEST = 64


def instance_of(params: Mapping[str, Any]) -> str:
    """Return the identifier of the sandbox's run that ``api_url`` leads to; empty where no sandbox answers there.

    Raise ``MissingLibrary`` without ``requests``.
    """
    parts = _sandbox_address(params["api_url"])
    if parts is None:
        return ""
    seconds = min(_SECONDS, float(params["timeout"]))
    http = Http(Service(url=f"http://{parts.netloc}/", user="", password="", timeout=seconds))
    try:
        answer = http.request("GET", _INSTANCE_PATH, seconds)
        payload = strict_json.read(answer.body) if answer.status == 200 else None
    except (VoipsmsError, strict_json.NotJson):
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
