# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls on scheduled messages, all of them assumed: besides what every account can do, list and cancel."""

from __future__ import annotations

from typing import NamedTuple, Optional
from urllib.parse import quote

from .._core import strict_json
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._core.http import Lost, Service, status_text
from .client import Api, Denied
from .evidence import is_error, smsid_of
from .pending import ListError, Listing, PendingRecord, names_more, records

_STALE_PAGES = 2
"""Pages in a row without a new record that end a list: one is the first page again where pages count from 1."""

_MOST_PAGES = 2000
"""Pages that are read at the most."""


class Paths(NamedTuple):
    """Where the assumed calls are; users set them when the vendor's page says otherwise."""

    scheduled: str = "sms/scheduled"
    cancel: str = "sms/scheduled/{smsid}"
    cancel_method: str = "DELETE"


USUAL_PATHS = Paths()


class ScheduledApi(Api):
    """The calls of one account, with those on its scheduled messages."""

    def __init__(self, service: Service, paths: Paths = USUAL_PATHS) -> None:
        """Raises ``MissingLibrary`` without ``requests``."""
        super().__init__(service)
        self._paths = paths

    def pending(self, seconds: float) -> Listing:
        """``GET sms/scheduled`` (assumed): every message that waits, read to its last page.

        Whether the list has pages is not known, so ``page`` is asked for as the message log takes it (observed),
        counted from 0 or from 1: nothing new under two further pages is the end. Raises ``ListError`` when the list
        cannot be had or not be believed, and ``Denied``.
        """
        deadline = Deadline(seconds)
        found, more, at = self._pending_page(self._paths.scheduled, deadline)
        known, stale = set(found), 0
        for page in range(1, _MOST_PAGES):
            if not found or stale == _STALE_PAGES:
                break
            further, more, _at = self._pending_page(self._page_path(page), deadline)
            new = [record for record in further if record not in known]
            stale = 0 if new else stale + 1
            found += new
            known.update(new)
            if not further:
                break
        else:
            raise ListError(f"the list of pending messages has more than {_MOST_PAGES} pages, which cannot be right")
        if more:
            raise ListError("the list of pending messages says that there is more of it, which could not be read")
        return Listing(tuple(found), at)

    def cancel(self, smsid: str, seconds: float) -> Optional[str]:
        """``DELETE sms/scheduled/{smsid}`` (assumed): what the service says against it, or None.

        That an smsid is what a cancel needs is documented. None is no proof: only a list that no longer shows it is.
        """
        self._count()
        path = self._paths.cancel.replace("{smsid}", quote(smsid, safe=""))
        try:
            answer = self._http.bodiless(self._paths.cancel_method, path, seconds)
        except Lost as error:
            return str(error)
        if answer.status >= 300:
            return f"HTTP {status_text(answer.status)}{self._stated(answer.body)}"
        try:
            payload = strict_json.read(answer.body) if answer.body.strip() else {}
        except strict_json.NotJson:
            return None
        if is_error(payload):
            return self._clean(payload.get("error_message")) or "refused without a reason"
        return None

    def _pending_page(self, path: str, deadline: Deadline) -> tuple[list[PendingRecord], bool, Optional[float]]:
        """The records of one page, whether it says that there are more, and the service's time."""
        try:
            payload, at = self._read(path, deadline.left())
        except Denied:
            raise
        except VoipsmsError as error:
            raise ListError(f"the list of pending messages cannot be had: {error}") from None
        found = records(payload, lambda value: smsid_of(value, self._clean))
        return found, names_more(payload), at

    def _page_path(self, page: int) -> str:
        separator = "&" if "?" in self._paths.scheduled else "?"
        return f"{self._paths.scheduled}{separator}page={page}"
