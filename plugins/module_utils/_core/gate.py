# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask for permission between the opening of a connection and the first byte of a request without a body.

A request without a body is complete with its header, which ``requests`` sends as soon as it is connected. Connecting
may take long, and a permission from before may be out of date by then, so it is asked for by the connection itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any


class GateClosed(Exception):
    """The request was not permitted any more, or the exchange was given up."""


class Gate:
    """The permission of one request, which is asked for once and cannot be withdrawn after it was given."""

    def __init__(self, permits: Callable[[], bool]) -> None:
        """Ask for nothing yet."""
        self._permits = permits
        self._lock = threading.Lock()
        self._has_passed = False
        self._is_closed = False

    def guard(self, session: Any) -> None:
        """Let every request of a session, of ``requests``, pass this gate, whichever pool of connections it uses."""
        for prefix in ("https://", "http://"):
            adapter = session.get_adapter(prefix)
            adapter.poolmanager = self._gated(adapter.poolmanager)
            adapter.proxy_manager_for = self._gated_by(adapter.proxy_manager_for)

    def _gated_by(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that makes what ``make`` makes, gated."""
        return lambda *args, **kwargs: self._gated(make(*args, **kwargs))

    def _gated(self, manager: Any) -> Any:
        """Return a manager of ``urllib3`` all of whose connections pass this gate."""
        pools: Mapping[str, Any] = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {
            scheme: type(pool.__name__, (pool,), {"ConnectionCls": self._gated_class(pool.ConnectionCls)})
            for scheme, pool in pools.items()
        }
        return manager

    def _gated_class(self, base: type[Any]) -> type[Any]:
        """Return a class of connections that connect first, then pass this gate, then send the request.

        The tunnel of a proxy, which is a part of connecting, needs no permission.
        """

        def putrequest(connection: Any, *args: Any, **kwargs: Any) -> Any:
            if connection.sock is None:
                connection.connect()
            self.admit()
            return base.putrequest(connection, *args, **kwargs)

        return type(base.__name__, (base,), {"putrequest": putrequest})

    @property
    def has_passed(self) -> bool:
        """Whether the request was let through."""
        return self._has_passed

    def admit(self) -> None:
        """Let the request begin, or raise ``GateClosed``. Asking may take long; ``withdraw`` does not wait for it."""
        if self._has_passed:
            return
        is_permitted = not self._is_closed and self._permits()
        with self._lock:
            if self._is_closed or not is_permitted:
                raise GateClosed
            self._has_passed = True

    def withdraw(self) -> bool:
        """Prevent the request from beginning; return False when it may have begun already."""
        with self._lock:
            self._is_closed = True
            return not self._has_passed
