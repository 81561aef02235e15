# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listen for the callback of a number, as a bell and no more: nothing of a request is read, so none can be forged.

That the service calls an address when a message comes is documented; what it sends there is not.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .._core.errors import InputError, MissingLibrary

if TYPE_CHECKING:
    from aiohttp import web

AIOHTTP_ERROR: str | None = None
try:
    from aiohttp import web as _web
except ImportError:
    AIOHTTP_ERROR = traceback.format_exc()

_KEEPALIVE = 5.0
"""Seconds that a connection may be idle."""

_LINGERING = 1.0
"""Seconds for which what follows a request is thrown away, so that its client gets the answer."""


class Address(NamedTuple):
    """Where the bell is rung."""

    host: str
    port: int
    path: str


class Doorbell:
    """A bell behind an address, as ``async with Doorbell(address, on_ring):``."""

    def __init__(self, address: Address, on_ring: Callable[[], object]) -> None:
        """Prepare; nothing listens yet. Raise ``MissingLibrary`` without ``aiohttp``."""
        if AIOHTTP_ERROR is not None:
            raise MissingLibrary("aiohttp", AIOHTTP_ERROR)
        self._address = address
        self._on_ring = on_ring
        application = _web.Application()
        application.router.add_route("*", address.path, self._ring)
        self._runner = _web.AppRunner(
            application, access_log=None, auto_decompress=False, keepalive_timeout=_KEEPALIVE, lingering_time=_LINGERING
        )

    async def __aenter__(self) -> Doorbell:
        """Listen. Raise ``InputError`` when the address is taken, or is not one of this machine."""
        await self._runner.setup()
        try:
            await _web.TCPSite(self._runner, self._address.host, self._address.port).start()
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            where = f"{self._address.host}:{self._address.port}"
            reason = getattr(error, "strerror", None) or "it is no port"
            raise InputError(f"doorbell: nothing can listen on {where} ({reason})") from error
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Listen no longer."""
        await self._runner.cleanup()

    async def _ring(self, _request: web.Request) -> web.Response:
        self._on_ring()
        return _web.Response(status=204)
