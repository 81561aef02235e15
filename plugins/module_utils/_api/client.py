# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP API of VoIP Communications: a method an endpoint, records in and out; the rest is in ``_api_scheduled``.

Knows nothing of Ansible and of the ledger. What only some calls need is loaded by them, since a module compiles all
that it loads each time that it is started. Every fact of the API is marked documented (the vendor's page "SMS API"),
observed (read in the source of the vendor's public apps) or assumed.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Callable, Optional
from urllib.parse import quote, quote_plus

from .._core import strict_json
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._core.http import Answer, Http, Lost, NotSent, Service, status_text
from .._message.outcome import Fate
from .evidence import REDIRECTING_STATUSES, REFUSING_STATUSES, THROTTLING_STATUS, Judgement, alike, is_error, judge

if TYPE_CHECKING:
    from .log import LogPages, LogRecord

DEFAULT_URL = "https://voip-communications.net/api-v2/index.php/"
"""The base of all calls (documented)."""

_SHOWN = 200
"""Characters of a text of the service that are shown at the most."""

_LEAST_SECRET = 4
"""Characters of a secret that is looked for. Shorter ones occur in any text by chance, smsids included."""

_REMEMBERED = 64
"""Texts of the service that need not be looked through once more; short ones, since an answer may hold megabytes."""


class Throttled(NotSent):
    """The service asks for fewer requests (429). ``retry_after``: seconds it asks to wait, if it says so."""

    def __init__(self, retry_after: Optional[float]) -> None:
        super().__init__("the service asks for fewer requests (HTTP 429)", passing=False)
        self.retry_after = retry_after


class Denied(NotSent):
    """The service does not know the credentials, or does not allow them this call (401, 403)."""


@contextmanager
def counted(api: Api) -> Iterator[None]:
    """Whatever is raised within tells how many requests were made until then."""
    try:
        yield
    except VoipsmsError as error:
        error.known = {**error.known, "requests": api.requests}
        raise


class Api:
    """The calls of one account. ``requests`` counts those that were begun."""

    def __init__(self, service: Service) -> None:
        """Raises ``MissingLibrary`` without ``requests``."""
        self._http = Http(service)
        self._secrets = _forms(service.user, service.password)
        # The records of an answer say the same of most recipients.
        self._cleaned = lru_cache(_REMEMBERED)(partial(_cleaned, secrets=self._secrets))
        self.requests = 0
        self._counting = threading.Lock()

    def send(
        self,
        recipients: Sequence[str],
        text: str,
        sender: Optional[str],
        *,
        segments: int,
        seconds: float,
        permits: Callable[[], bool],
        date: Optional[str] = None,
    ) -> Judgement:
        """``POST sms/send`` (documented): one text to one or several numbers, in E.164 digits.

        ``date``: ``YYYY-MM-DD HH:MM``, wall time of the account; without it the message is sent now.

        ``seconds``: for the whole exchange. ``permits`` is asked directly before the first byte leaves. Raises
        ``NotSent`` when nothing can have been sent; everything else, an answer that never came included, is a
        verdict on each recipient.
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
        if answer.status != 200:
            self._raise_for_status(answer)
            return alike(recipients, Fate.UNKNOWN, f"the service answered HTTP {status_text(answer.status)}")
        try:
            return judge(strict_json.read(answer.body), recipients, segments, self._clean)
        except strict_json.NotJson as error:
            return alike(recipients, Fate.UNKNOWN, f"the answer cannot be understood: {error}")

    def user(self, seconds: float) -> Mapping[str, Optional[str]]:
        """``GET cms/user`` (observed): the account's zone and balance warning.

        The record also holds credentials, so nothing but the named fields leaves this method. Raises ``VoipsmsError``.
        """
        payload = self._read("cms/user", seconds)[0]
        user = payload.get("user") if isinstance(payload, dict) else None
        if not isinstance(user, dict):
            raise VoipsmsError("the answer holds no account (user)")
        return {name: self._clean(user.get(name)) for name in ("user_timezone", "user_balance_warning")}

    def log(self, max_pages: int, seconds: float) -> LogPages:
        """``POST sms/summary`` (observed): the message log, page by page from 0; an empty page ends it (observed).

        At most ``max_pages`` are read. Raises ``VoipsmsError``, and ``Denied``.
        """
        from .log import every_page, records  # noqa: PLC0415 - rarely used

        deadline = Deadline(seconds)

        def page(number: int) -> list[LogRecord]:
            payload = self._read_form("sms/summary", {"page": str(number)}, deadline.left())
            return records(payload, self._clean)

        return every_page(page, max_pages)

    def _read(self, path: str, seconds: float) -> tuple[Any, Optional[float]]:
        """The JSON of a reading call, and the service's time (RFC 9110, 6.6.1). Raises ``VoipsmsError``."""
        self._count()
        answer = self._http.bodiless("GET", path, seconds)
        return self._payload(answer), _moment(answer.headers.get("date", ""))

    def _read_form(self, path: str, form: Mapping[str, str], seconds: float) -> Any:
        """The JSON of a call that only reads, although it is a POST. Raises ``VoipsmsError``."""
        self._count()
        return self._payload(self._http.post(path, form, seconds, lambda: True))

    def _payload(self, answer: Answer) -> Any:
        """The JSON of an answer to a reading call. Raises ``VoipsmsError`` for whatever is no success."""
        if answer.status != 200:
            self._raise_for_status(answer)
            raise VoipsmsError(f"the service answered HTTP {status_text(answer.status)}")
        try:
            payload = strict_json.read(answer.body)
        except strict_json.NotJson as error:
            raise VoipsmsError(f"the answer cannot be understood: {error}") from None
        if is_error(payload):
            message = self._clean(payload.get("error_message")) or "no reason given"
            raise VoipsmsError(f"the service refused the request: {message}")
        return payload

    def _count(self) -> None:
        """One more request; several threads may make some at once."""
        with self._counting:
            self.requests += 1

    def _raise_for_status(self, answer: Answer) -> None:
        """Raise ``NotSent`` for a status that proves that the request was not carried out."""
        if answer.status == THROTTLING_STATUS:
            raise Throttled(_retry_after(answer.headers.get("retry-after", "")))
        if answer.status in REDIRECTING_STATUSES:
            raise NotSent(
                f"the service redirects to another address (HTTP {answer.status}), which is never followed;"
                " if the API has moved, set api_url",
                passing=False,
            )
        if answer.status in REFUSING_STATUSES:
            sentence = f"the service refused the request (HTTP {status_text(answer.status)}{self._stated(answer.body)})"
            if answer.status in (401, 403):
                raise Denied(f"{sentence}: check api_key and api_password", passing=False)
            raise NotSent(sentence, passing=False)

    def _stated(self, body: bytes) -> str:
        """What the body of a refusal says, as the error envelope has it (observed), with a leading colon."""
        try:
            payload = strict_json.read(body)
        except strict_json.NotJson:
            return ""
        message = self._clean(payload.get("error_message")) if isinstance(payload, dict) else None
        return f": {message}" if message else ""

    def _clean(self, value: Any) -> Optional[str]:
        """A text of the service that may be shown: short, printable, and without a credential in any form."""
        if value is None or isinstance(value, (dict, list, bool)):
            return None
        text = str(value)
        return self._cleaned(text) if len(text) <= _SHOWN else _cleaned(text, self._secrets)


def _cleaned(text: str, secrets: Sequence[str]) -> Optional[str]:
    """A text of the service, in which none of the secrets is shown."""
    if any(secret in text for secret in secrets):
        return "(withheld, since it holds a credential)"
    # An answer may hold megabytes, of which little is shown.
    text = text.lstrip()[: 2 * _SHOWN]
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return text.strip()[:_SHOWN] or None


def _forms(user: str, password: str) -> tuple[str, ...]:
    """The forms in which a service could send a credential back: raw, URL-encoded, base64, escaped."""
    pair = f"{user}:{password}"
    raw = {user, password}
    forms = raw | {b64encode(secret.encode()).decode().rstrip("=") for secret in (*raw, pair)}
    forms |= {quote(form, safe=safe) for form in forms for safe in ("", "/")} | {quote_plus(secret) for secret in raw}
    # In PHP's JSON a slash is escaped too.
    escaped = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for secret in raw for ascii_only in (True, False)}
    forms |= escaped | {form.replace("/", "\\/") for form in escaped}
    forms |= {repr(secret)[1:-1] for secret in raw}
    return _shortest(form for form in forms if len(form) >= _LEAST_SECRET)


def _shortest(forms: Iterable[str]) -> tuple[str, ...]:
    """Those forms that hold no other: where one of the others is, one of these is too."""
    found: list[str] = []
    for form in sorted(set(forms), key=len):
        if not any(each in form for each in found):
            found.append(form)
    return tuple(found)


def _moment(value: str) -> Optional[float]:
    """An HTTP date as Unix seconds, or None."""
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _retry_after(value: str) -> Optional[float]:
    """Seconds to wait (RFC 9110, 10.2.3: a number, or a date), or None when the field says nothing usable."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    moment = _moment(value)
    return moment - time.time() if moment is not None and moment > time.time() else None
