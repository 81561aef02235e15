# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask for permission between the opening of a connection and the first byte of a request without a body.

A request without a body is complete with its header, which ``requests`` sends as soon as it is connected. Connecting
may take long, and a permission from before may be out of date by then, so it is asked for by the connection itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

try:
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
except ImportError:  # ``exchange`` says so before it asks for a gate
    Adapter: Any = object
else:
    Adapter = HTTPAdapter


class GateClosed(Exception):
    """The request was not permitted any more, or the exchange was given up."""


class Gate:
    """The permission of one request, which is asked for once and cannot be withdrawn after it was given.

    ``is_refused``: whether it was asked for, and refused.
    """

    def __init__(self, permits: Callable[[], bool]) -> None:
        """Ask for nothing yet."""
        self._permits = permits
        self._lock = threading.Lock()
        self._has_passed = False
        self._is_closed = False
        self.is_refused = False

    def guard(self, session: Any) -> None:
        """Let every request of a session, of ``requests``, pass this gate."""
        session.mount("https://", _GatedAdapter(self))
        session.mount("http://", _GatedAdapter(self))

    @property
    def has_passed(self) -> bool:
        """Whether the request was let through."""
        return self._has_passed

    def admit(self) -> None:
        """Let the request begin, or raise ``GateClosed``. Asking may take long, and ``close`` does not wait for it."""
        if self._has_passed:
            return
        is_permitted = not self._is_closed and self._permits()
        with self._lock:
            self.is_refused = not self._is_closed and not is_permitted
            if self._is_closed or not is_permitted:
                raise GateClosed
            self._has_passed = True

    def close(self) -> bool:
        """Prevent the request from beginning; return False when it may have begun already."""
        with self._lock:
            self._is_closed = True
            return not self._has_passed


class _GatedAdapter(Adapter):  # type: ignore[misc]  # it may be missing
    """An adapter whose connections pass a gate before they send a request, whichever pool they come from."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections without a proxy."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _gated_pools(self._gate)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pools of connections to a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _gated_pools(self._gate)
        return manager


def _gated_pools(gate: Gate) -> dict[str, type[Any]]:
    """Return the classes of pools by scheme, all of whose connections pass the gate."""
    pools: dict[str, Any] = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool}
    return {
        scheme: type(f"Gated{pool.__name__}", (pool,), {"ConnectionCls": _gated_class(pool.ConnectionCls, gate)})
        for scheme, pool in pools.items()
    }


def _gated_class(base: type[Any], gate: Gate) -> type[Any]:
    """Return a class of connections that connect first, then pass the gate, then send the request."""

    class Gated(base):  # type: ignore[misc]  # the class depends on the scheme
        """A connection that asks for permission before its request; the tunnel of a proxy needs none."""

        def putrequest(self, *args: Any, **kwargs: Any) -> Any:
            if self.sock is None:
                self.connect()
            gate.admit()
            return super().putrequest(*args, **kwargs)

    return Gated
