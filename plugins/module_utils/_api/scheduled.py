# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List and cancel scheduled messages, by calls that are all assumed."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, Optional
from urllib.parse import quote

from .._core import strict_json
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._core.exchange import Answer, Lost, Service, status_text
from .client import Api, Denied, retry_after
from .evidence import THROTTLING_STATUS, is_error, smsid_of
from .failure import FAILED, failure_in
from .pending import ListError, Listing, PendingRecord, announces_end, announces_more, records

_STALE_PAGES = 2
"""Consecutive pages without a new record that end a list; one is the first page again where pages count from 1."""

MAX_PAGES = 2000
"""Most pages that are read."""


class Paths(NamedTuple):
    """The paths of the assumed calls, which users set when the vendor's page says otherwise."""

    scheduled: str = "sms/scheduled"
    cancel: str = "sms/scheduled/{smsid}"
    cancel_method: str = "DELETE"


USUAL_PATHS = Paths()


class _Page(NamedTuple):
    """One page of the list, whether it announces more or says that it is the last, and the service's time (Unix)."""

    records: list[PendingRecord]
    has_more: bool
    is_end: bool
    at: float | None


class CancelVerdict(Enum):
    """What an answer to a cancel says."""

    CONFIRMED = "confirmed"
    """The service says that it has cancelled the message, or nothing against it."""
    REFUSED = "refused"
    """The service has answered this request with an objection, so it is done with it."""
    LOST = "lost"
    """There is no answer, or none that says what the service does with the request."""


class CancelAnswer(NamedTuple):
    """The answer to a cancel, and the service's objection or what was wrong with the answer, if anything.

    ``is_throttled``: whether the service asks for fewer requests (429). ``retry_after``: how many seconds it asks to
    wait, if it says so.
    """

    verdict: CancelVerdict
    objection: Optional[str] = None
    is_throttled: bool = False
    retry_after: Optional[float] = None


class ScheduledApi(Api):
    """The calls of one account, including those on its scheduled messages."""

    def __init__(self, service: Service, paths: Paths = USUAL_PATHS) -> None:
        """Prepare for an account, without connecting. Raises ``MissingLibrary`` without ``requests``."""
        super().__init__(service)
        self._paths = paths
        self._longest_page = 0

    def pending(self, seconds: float) -> Listing:
        """Read the whole list of pending messages: ``GET sms/scheduled`` (assumed).

        It is not known whether the list has pages. So ``page`` is sent as the message log takes it (observed), counted
        from 0 or from 1, and two further pages without a new record are the end. So is a page that says so, and one
        that is shorter than a page was before. Raises ``ListError`` when the list cannot be read or trusted, and
        ``Denied``.
        """
        deadline = Deadline(seconds)
        page = self._pending_page(self._paths.scheduled, deadline)
        listed, known, stale, at = list(page.records), set(page.records), 0, page.at
        numbers = iter(range(1, MAX_PAGES))
        while not self._is_last(page) and stale < _STALE_PAGES:
            number = next(numbers, None)
            if number is None:
                raise ListError(f"the list of pending messages has more than {MAX_PAGES} pages, which cannot be right")
            page = self._pending_page(self._page_path(number), deadline)
            new = [record for record in page.records if record not in known]
            stale = 0 if new else stale + 1
            listed += new
            known.update(new)
        if page.has_more:
            raise ListError("the list of pending messages says that there is more of it, which could not be read")
        return Listing(tuple(record for record in listed if not record.is_over), at)

    def _is_last(self, page: _Page) -> bool:
        """Return whether a page is the last one, and remember how long pages are."""
        is_shorter = len(page.records) < self._longest_page
        self._longest_page = max(self._longest_page, len(page.records))
        return not page.records or page.is_end or (is_shorter and not page.has_more)

    def cancel(self, smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        """Cancel by smsid and return the answer: ``DELETE sms/scheduled/{smsid}`` (assumed).

        It is documented that a cancel needs the smsid. No answer proves that the message was cancelled; only lists that
        no longer show it do. ``permits`` is called when the connection is open, directly before the request leaves.
        Raises ``NotSent`` when nothing has left.
        """
        self._count()
        path = self._paths.cancel.replace("{smsid}", quote(smsid, safe=""))
        try:
            answer = self._http.request_if(self._paths.cancel_method, path, seconds, permits)
        except Lost as error:
            return CancelAnswer(CancelVerdict.LOST, str(error))
        if answer.status >= 300:
            verdict = CancelVerdict.REFUSED if 400 <= answer.status < 500 else CancelVerdict.LOST
            refusal = f"HTTP {status_text(answer.status)}{self._stated(answer)}"
            is_throttled = answer.status == THROTTLING_STATUS
            wait = retry_after(answer.headers.get("retry-after", "")) if is_throttled else None
            return CancelAnswer(verdict, refusal, is_throttled, wait)
        if answer.body.lstrip().startswith(b"<"):
            page = "a page of HTML, as a proxy or a login portal sends it in place of the service"
            return CancelAnswer(CancelVerdict.LOST, f"HTTP {status_text(answer.status)} with {page}")
        objection = self._objection(answer)
        return CancelAnswer(CancelVerdict.CONFIRMED if objection is None else CancelVerdict.REFUSED, objection)

    def _objection(self, answer: Answer) -> str | None:
        """Return what an answer of a good status says against a cancel, or None."""
        try:
            payload = strict_json.read(answer.body) if answer.body.strip() else {}
        except strict_json.NotJson:
            return None
        failure = failure_in(payload, FAILED) if isinstance(payload, dict) else None
        if failure is None:
            return None
        reason = "refused without a reason" if is_error(payload) else f"it says {failure.shown(self._clean)}"
        return self._clean(payload.get("error_message")) or reason

    def _pending_page(self, path: str, deadline: Deadline) -> _Page:
        """Return one page of the list. Raises ``ListError`` and ``Denied``."""
        try:
            payload, at = self._read(path, deadline.left(), "scheduled_path and api_url")
        except Denied:
            raise
        except VoipsmsError as error:
            raise ListError(f"the list of pending messages cannot be had: {error}") from None
        listed = records(payload, lambda value: smsid_of(value, self._clean))
        return _Page(listed, announces_more(payload), announces_end(payload), at)

    def _page_path(self, page: int) -> str:
        """Return the path of a page of the list, by its number."""
        separator = "&" if "?" in self._paths.scheduled else "?"
        return f"{self._paths.scheduled}{separator}page={page}"
