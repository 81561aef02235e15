# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the event source ``inbox``: look, hand over what is new, and wait for the next look or for the doorbell."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Protocol

from .._api.client import Denied
from .._core.environment import pip_line
from .._core.errors import InputError, MissingLibrary, VoipsmsError, sentence_of
from .._notify.doorbell import Doorbell
from .._notify.inbox import Inbox, Pace
from .inbox_options import InboxOptions, read_inbox_options

_LOGGER = logging.getLogger("voip_communications.sms.inbox")


class Queue(Protocol):
    """Where events go."""

    async def put(self, item: Any) -> None:
        """Hand an event over."""


async def run_source(queue: Queue, args: Mapping[str, Any]) -> None:
    """Hand over an event for each message, until it is cancelled.

    Raise ``InputError`` for options that are wrong and credentials that the service does not know.
    """
    try:
        options = read_inbox_options(args)
        inbox = await asyncio.to_thread(options.open)
        source = InboxSource(inbox, options)
        try:
            await source.run(queue)
        finally:
            inbox.close()
    except MissingLibrary as error:
        where = sys.executable or "the Python of ansible-rulebook"
        raise InputError(f"{error} by {where}; run {pip_line(error.package)}") from None


class InboxSource:
    """One run of the source."""

    def __init__(self, inbox: Inbox, options: InboxOptions) -> None:
        """Take what looks for messages, and how often that is done."""
        self._inbox = inbox
        self._address = options.doorbell
        self._pace = Pace(options.interval)
        self._rung = asyncio.Event()

    async def run(self, queue: Queue) -> None:
        """Look again and again. Raise ``InputError`` when the service does not know the credentials at the start."""
        async with AsyncExitStack() as stack:
            if self._address is not None:
                await stack.enter_async_context(Doorbell(self._address, self._rung.set))
            while True:
                self._rung.clear()
                await self._refresh(queue)
                await self._wait()

    async def _refresh(self, queue: Queue) -> None:
        try:
            for news in await asyncio.to_thread(self._inbox.refresh):
                await queue.put(news.event)
                # Not in a thread, so that no end of this task comes between the two; it takes a few milliseconds.
                self._inbox.note(news.mark)
            self._inbox.end_refresh()
        except VoipsmsError as error:
            if isinstance(error, Denied) and not self._inbox.has_read:
                raise InputError(f"the source inbox cannot begin: {error}") from error
            self._slow_down(error)
            return
        except Exception as error:  # noqa: BLE001 - a defect must not end the source, nor show what it holds
            self._slow_down(VoipsmsError(sentence_of(error)))
            return
        if self._pace.trouble:
            _LOGGER.warning("inbox: the message log can be read again")
        self._pace.succeed()

    def _slow_down(self, error: VoipsmsError) -> None:
        self._pace.fail(error)
        _LOGGER.warning("inbox: %s; the next look is in %.0f s", error, self._pace.pause)

    async def _wait(self) -> None:
        """Wait for the next look; a ring ends that, but never before the shortest pause."""
        loop = asyncio.get_running_loop()
        earliest = loop.time() + self._pace.shortest
        try:
            await asyncio.wait_for(self._rung.wait(), self._pace.pause)
        except asyncio.TimeoutError:
            return
        await asyncio.sleep(max(0.0, earliest - loop.time()))
