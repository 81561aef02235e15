# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List and cancel scheduled messages, by calls that are all assumed."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from .._core import strict_json
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._core.exchange import Lost, Service, status_text
from .client import Api, Denied
from .evidence import is_error, smsid_of
from .failure import FAILED, failure_in
from .pending import ListError, Listing, PendingRecord, announces_more, records

_STALE_PAGES = 2
"""Consecutive pages without a new record that end a list; one is the first page again where pages count from 1."""

_MAX_PAGES = 2000
"""Most pages that are read."""


class Paths(NamedTuple):
    """The paths of the assumed calls, which users set when the vendor's page says otherwise."""

    scheduled: str = "sms/scheduled"
    cancel: str = "sms/scheduled/{smsid}"
    cancel_method: str = "DELETE"


USUAL_PATHS = Paths()


class ScheduledApi(Api):
    """The calls of one account, including those on its scheduled messages."""

    def __init__(self, service: Service, paths: Paths = USUAL_PATHS) -> None:
        """Prepare for an account, without connecting. Raises ``MissingLibrary`` without ``requests``."""
        super().__init__(service)
        self._paths = paths

    def pending(self, seconds: float) -> Listing:
        """Read the whole list of pending messages: ``GET sms/scheduled`` (assumed).

        It is not known whether the list has pages. So ``page`` is sent as the message log takes it (observed), counted
        from 0 or from 1, and two further pages without a new record are the end. Raises ``ListError`` when the list
        cannot be read or trusted, and ``Denied``.
        """
        deadline = Deadline(seconds)
        listed, has_more, at = self._pending_page(self._paths.scheduled, deadline)
        known, stale = set(listed), 0
        for page in range(1, _MAX_PAGES):
            if not listed or stale == _STALE_PAGES:
                break
            records_of_page, has_more, _at = self._pending_page(self._page_path(page), deadline)
            new = [record for record in records_of_page if record not in known]
            stale = 0 if new else stale + 1
            listed += new
            known.update(new)
            if not records_of_page:
                break
        else:
            raise ListError(f"the list of pending messages has more than {_MAX_PAGES} pages, which cannot be right")
        if has_more:
            raise ListError("the list of pending messages says that there is more of it, which could not be read")
        return Listing(tuple(record for record in listed if not record.is_over), at)

    def cancel(self, smsid: str, seconds: float) -> str | None:
        """Cancel by smsid and return the service's objection, or None: ``DELETE sms/scheduled/{smsid}`` (assumed).

        It is documented that a cancel needs the smsid. None does not prove that the message was cancelled; only a list
        that no longer shows it does.
        """
        self._count()
        path = self._paths.cancel.replace("{smsid}", quote(smsid, safe=""))
        try:
            answer = self._http.request(self._paths.cancel_method, path, seconds)
        except Lost as error:
            return str(error)
        if answer.status >= 300:
            return f"HTTP {status_text(answer.status)}{self._stated(answer)}"
        try:
            payload = strict_json.read(answer.body) if answer.body.strip() else {}
        except strict_json.NotJson:
            return None
        failure = failure_in(payload, FAILED) if isinstance(payload, dict) else None
        if failure is None:
            return None
        reason = "refused without a reason" if is_error(payload) else f"it says {failure.shown(self._clean)}"
        return self._clean(payload.get("error_message")) or reason

    def _pending_page(self, path: str, deadline: Deadline) -> tuple[list[PendingRecord], bool, float | None]:
        """Return the records of one page, whether it announces more, and the service's time in Unix seconds."""
        try:
            payload, at = self._read(path, deadline.left())
        except Denied:
            raise
        except VoipsmsError as error:
            raise ListError(f"the list of pending messages cannot be had: {error}") from None
        listed = records(payload, lambda value: smsid_of(value, self._clean))
        return listed, announces_more(payload), at

    def _page_path(self, page: int) -> str:
        """Return the path of a page of the list, by its number."""
        separator = "&" if "?" in self._paths.scheduled else "?"
        return f"{self._paths.scheduled}{separator}page={page}"
