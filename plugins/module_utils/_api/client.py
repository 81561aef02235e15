# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Call the HTTP API of VoIP Communications, one method per endpoint; scheduled messages are in ``scheduled``.

Knows nothing of Ansible or of the ledger. A module compiles everything that it loads each time it starts, so what only
some calls need is loaded by them. Every fact about the API is marked documented (the vendor's page "SMS API"), observed
(read in the source of the vendor's public apps) or assumed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Callable

from .._core import strict_json
from .._core.credentials import Credentials
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._core.exchange import Answer, Http, Lost, NotSent, Service, status_text
from .._message.display import harmless, printable
from .._message.outcome import Fate
from .evidence import (
    ABSENT_STATUSES,
    DENYING_STATUSES,
    REDIRECTING_STATUSES,
    REFUSING_STATUSES,
    THROTTLING_STATUS,
    Judgement,
    alike,
    is_error,
    judge,
)
from .failure import failure_in

if TYPE_CHECKING:
    from .log import LogPages, LogRecord

DEFAULT_URL = "https://voip-communications.net/api-v2/index.php/"
"""The base of all calls (documented)."""

_MAX_SHOWN = 200
"""Most characters of a text of the service that are shown."""

_MOST_ENCODED = 24
"""Most characters that one character of a credential may take when it is encoded, even twice over."""

WITHHELD = "(withheld, since it holds a credential)"
"""What is shown in place of a text that holds the API key or the password."""

_CACHE_SIZE = 64
"""Number of cleaned texts that are kept. Only short ones are, since an answer may hold megabytes."""

_LONGEST_CACHED = 2_000
"""Most characters of the text of a message that is kept so; no service sends a longer one."""


class Throttled(NotSent):
    """The service asks for fewer requests (429). ``retry_after`` is how many seconds it asks to wait, if it says so."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("the service asks for fewer requests (HTTP 429)", passing=False)
        self.retry_after = retry_after


class Denied(NotSent):
    """The service does not know the credentials, or does not allow this call with them (401, 403)."""


@contextmanager
def counted(api: Api) -> Iterator[None]:
    """Add the number of requests made so far to every ``VoipsmsError`` that is raised within."""
    try:
        yield
    except VoipsmsError as error:
        error.known = {**error.known, "requests": api.requests}
        raise


class Api:
    """The calls of one account. ``requests`` counts the requests that were begun."""

    def __init__(self, service: Service) -> None:
        """Prepare for an account, without connecting. Raises ``MissingLibrary`` without ``requests``."""
        self._http = Http(service)
        self._credentials = Credentials(service.user, service.password)
        # The records of an answer have the same texts for most recipients.
        self._cleaned = lru_cache(_CACHE_SIZE)(partial(_cleaned, credentials=self._credentials))
        self._safe = lru_cache(_CACHE_SIZE)(partial(_safe, credentials=self._credentials))
        self.requests = 0
        self._count_lock = threading.Lock()

    def send(
        self,
        recipients: Sequence[str],
        text: str,
        sender: str | None,
        *,
        segments: int,
        seconds: float,
        permits: Callable[[], bool],
        date: str | None = None,
    ) -> Judgement:
        """Send one text to one or several numbers, in E.164 digits: ``POST sms/send`` (documented).

        ``segments`` is the number of parts of the text. ``date`` is ``YYYY-MM-DD HH:MM``, wall time of the account;
        without it the message is sent now. The whole exchange may take ``seconds``, and ``permits`` is called directly
        before the first byte leaves. Raises ``NotSent`` when nothing can have been sent. Everything else, even an
        answer that never came, is a verdict on each recipient.
        """
        form = {"to": ",".join(recipients), "msg": text}
        if sender:
            form["from"] = sender
        if date:
            form["delivery_date"] = date
        self._count()
        try:
            answer = self._http.post("sms/send", form, seconds, permits)
        except Lost as error:
            return alike(recipients, Fate.UNKNOWN, str(error))
        return self._judge(answer, recipients, segments)

    def user(self, seconds: float) -> Mapping[str, str | None]:
        """Return the account's time zone and balance warning: ``GET cms/user`` (observed).

        The answer also holds credentials, so only these two fields leave this method. Raises ``VoipsmsError``.
        """
        payload = self._read("cms/user", seconds)[0]
        user = payload.get("user") if isinstance(payload, dict) else None
        if not isinstance(user, dict):
            raise VoipsmsError("the answer holds no account (user)")
        return {name: self._clean(user.get(name)) for name in ("user_timezone", "user_balance_warning")}

    def log(self, max_pages: int, seconds: float) -> LogPages:
        """Read at most ``max_pages`` pages of the message log: ``POST sms/summary`` (observed).

        Pages count from 0, and an empty page ends the log (observed). Raises ``VoipsmsError``, and ``Denied``.
        """
        from .log import read_pages  # noqa: PLC0415 - a task that only sends does not load it

        deadline = Deadline(seconds)
        return read_pages(lambda number: self.log_page(number, deadline.left()), max_pages)

    def log_page(self, number: int, seconds: float) -> list[LogRecord]:
        """Read one page of the message log, counted from 0; raise as ``log`` does."""
        from .log import records  # noqa: PLC0415 - a task that only sends does not load it

        payload = self._read_form("sms/summary", {"page": str(number)}, seconds)
        return records(payload, self._clean)

    def _judge(self, answer: Answer, recipients: Sequence[str], segments: int) -> Judgement:
        """Return what the answer to ``sms/send`` proves about each recipient. Raises ``NotSent``."""
        if answer.status != 200:
            self._raise_for_status(answer)
            return alike(recipients, Fate.UNKNOWN, f"the service answered HTTP {status_text(answer.status)}")
        try:
            return judge(strict_json.read(answer.body), recipients, segments, self._clean)
        except strict_json.NotJson as error:
            return alike(recipients, Fate.UNKNOWN, f"the answer cannot be understood: {error}")

    def _read(self, path: str, seconds: float, addressed_by: str = "api_url") -> tuple[Any, float | None]:
        """GET the JSON of a call that reads, and the service's time in Unix seconds (RFC 9110, 6.6.1).

        ``addressed_by``: the options that say where the call is. Raises ``VoipsmsError``.
        """
        self._count()
        answer = self._http.request("GET", path, seconds)
        return self._payload(answer, addressed_by), _unix_seconds(answer.headers.get("date", ""))

    def _read_form(self, path: str, form: Mapping[str, str], seconds: float) -> Any:
        """POST a form for a call that only reads, and return its JSON. Raises ``VoipsmsError``."""
        self._count()
        return self._payload(self._http.post(path, form, seconds, lambda: True))

    def _payload(self, answer: Answer, addressed_by: str = "api_url") -> Any:
        """Return the JSON of an answer to a call that reads. Raises ``VoipsmsError`` for anything but success."""
        if answer.status != 200:
            self._raise_for_status(answer, addressed_by)
            raise VoipsmsError(f"the service answered HTTP {status_text(answer.status)}")
        try:
            payload = strict_json.read(answer.body)
        except strict_json.NotJson as error:
            raise VoipsmsError(f"the answer cannot be understood: {error}") from None
        failure = failure_in(payload) if isinstance(payload, dict) else None
        if failure is not None:
            reason = "no reason given" if is_error(payload) else f"it says {failure.shown(self._clean)}"
            message = self._clean(payload.get("error_message")) or reason
            raise VoipsmsError(f"the service refused the request: {message}")
        return payload

    def _count(self) -> None:
        """Count one more request. Several threads may make requests at once."""
        with self._count_lock:
            self.requests += 1

    def _raise_for_status(self, answer: Answer, addressed_by: str = "api_url") -> None:
        """Raise ``NotSent`` for a status which proves that the request was not carried out."""
        if answer.status == THROTTLING_STATUS:
            raise Throttled(retry_after(answer.headers.get("retry-after", "")))
        if answer.status in REDIRECTING_STATUSES:
            raise NotSent(
                f"the service redirects to another address (HTTP {answer.status}), which is never followed;"
                " if the API has moved, set api_url",
                passing=False,
            )
        if answer.status in REFUSING_STATUSES:
            sentence = f"the service refused the request (HTTP {status_text(answer.status)}{self._stated(answer)})"
            if answer.status in DENYING_STATUSES:
                raise Denied(f"{sentence}: check api_key and api_password", passing=False)
            hint = f": check {addressed_by}" if answer.status in ABSENT_STATUSES else ""
            raise NotSent(f"{sentence}{hint}", passing=False)

    def _stated(self, answer: Answer) -> str:
        """Return the message in the error envelope of a refusal (observed), after a colon, or an empty text.

        What a refusal of the credentials says is not shown at all, since it may quote them in a form of its own.
        """
        if answer.status in DENYING_STATUSES:
            return ""
        try:
            payload = strict_json.read(answer.body)
        except strict_json.NotJson:
            return ""
        message = self._clean(payload.get("error_message")) if isinstance(payload, dict) else None
        return f": {message}" if message else ""

    def safe_text(self, text: str) -> str:
        """Return the text of a message as data, or a remark in its place if it holds a credential.

        It is as the service holds it, but for characters that a terminal obeys.
        """
        return self._safe(text) if len(text) <= _LONGEST_CACHED else _safe(text, self._credentials)

    def _clean(self, value: Any) -> str | None:
        """Return a text of the service that may be shown: short, printable, without a credential in any form.

        Return None for a value that is not text or a number, or has nothing to show.
        """
        if value is None or isinstance(value, (dict, list, bool)):
            return None
        text = str(value)
        return self._cleaned(text) if len(text) <= _MAX_SHOWN else _cleaned(text, self._credentials)


def _safe(text: str, credentials: Credentials) -> str:
    """Return the text of a message without what a terminal obeys, or a remark in its place if it holds credentials."""
    return WITHHELD if credentials.are_in(text) else harmless(text)


def _cleaned(text: str, credentials: Credentials) -> str | None:
    """Return a text of the service, short and printable, or a remark in its place if it holds the credentials."""
    # An answer may hold megabytes, of which little is shown; nothing that is shown may begin to spell a credential.
    text = text.lstrip()[: 2 * _MAX_SHOWN + _MOST_ENCODED * credentials.longest]
    if credentials.are_in(text):
        return WITHHELD
    return printable(text[: 2 * _MAX_SHOWN]).strip()[:_MAX_SHOWN] or None


def _unix_seconds(value: str) -> float | None:
    """Return an HTTP date in Unix seconds, or None when it is not one."""
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str) -> float | None:
    """Return the seconds to wait (RFC 9110, 10.2.3: a number, or a date), or None when the field is not usable."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    date = _unix_seconds(value)
    return date - time.time() if date is not None and date > time.time() else None
