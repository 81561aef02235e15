# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP API of VoIP Communications: a method an endpoint, records in and out.

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
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional
from urllib.parse import quote, quote_plus

from ansible_collections.voip_communications.sms.plugins.module_utils import _json
from ansible_collections.voip_communications.sms.plugins.module_utils._deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._evidence import (
    REDIRECTING_STATUSES,
    REFUSING_STATUSES,
    THROTTLING_STATUS,
    Fate,
    Judgement,
    alike,
    is_error,
    judge,
    smsid_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._http import (
    Answer,
    Http,
    Lost,
    NotSent,
    Service,
    status_text,
)

if TYPE_CHECKING:
    from ansible_collections.voip_communications.sms.plugins.module_utils._log import LogPages, LogRecord
    from ansible_collections.voip_communications.sms.plugins.module_utils._pending import Listing, Record

DEFAULT_URL = "https://voip-communications.net/api-v2/index.php/"
"""The base of all calls (documented)."""

_SHOWN = 200
"""Characters of a text of the service that are shown at the most."""

_LEAST_SECRET = 4
"""Characters of a secret that is looked for. Shorter ones occur in any text by chance, smsids included."""

_REMEMBERED = 64
"""Texts of the service that need not be looked through once more; short ones, since an answer may hold megabytes."""

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

    def __init__(self, service: Service, paths: Paths = USUAL_PATHS) -> None:
        """Raises ``MissingLibrary`` without ``requests``."""
        self._http = Http(service)
        self._paths = paths
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
            return judge(_json.read(answer.body), recipients, segments, self._clean)
        except _json.NotJson as error:
            return alike(recipients, Fate.UNKNOWN, f"the answer cannot be understood: {error}")

    def pending(self, seconds: float) -> Listing:
        """``GET sms/scheduled`` (assumed): every message that waits, read to its last page.

        Whether the list has pages is not known, so ``page`` is asked for as the message log takes it (observed),
        counted from 0 or from 1: nothing new under two further pages is the end. Raises ``ListError`` when the list
        cannot be had or not be believed, and ``Denied``.
        """
        from ansible_collections.voip_communications.sms.plugins.module_utils import _pending  # noqa: PLC0415 - seldom used

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
            raise _pending.ListError(
                f"the list of pending messages has more than {_MOST_PAGES} pages, which cannot be right"
            )
        if more:
            raise _pending.ListError(
                "the list of pending messages says that there is more of it, which could not be read"
            )
        return _pending.Listing(tuple(found), at)

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
            payload = _json.read(answer.body) if answer.body.strip() else {}
        except _json.NotJson:
            return None
        if is_error(payload):
            return self._clean(payload.get("error_message")) or "refused without a reason"
        return None

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

        A page that brings nothing new ends it too: so a service that does not know ``page`` is asked twice, not for
        ever. At most ``max_pages`` are read. Raises ``VoipsmsError``, and ``Denied``.
        """
        from ansible_collections.voip_communications.sms.plugins.module_utils import _log  # noqa: PLC0415 - seldom used

        deadline = Deadline(seconds)
        found: list[LogRecord] = []
        known: set[LogRecord] = set()
        for page in range(max_pages):
            payload = self._read_form("sms/summary", {"page": str(page)}, deadline.left())
            further = _log.records(payload, self._clean)
            if known.issuperset(further):
                return _log.LogPages(tuple(found), ended=not further)
            # Pages shift while messages come in. Without an id, two equal records may well be two messages.
            found += [record for record in further if record.id is None or record not in known]
            known.update(further)
        return _log.LogPages(tuple(found))

    def _pending_page(self, path: str, deadline: Deadline) -> tuple[list[Record], bool, Optional[float]]:
        """The records of one page, whether it says that there are more, and the service's time."""
        from ansible_collections.voip_communications.sms.plugins.module_utils import _pending  # noqa: PLC0415 - seldom used

        try:
            payload, at = self._read(path, deadline.left())
        except Denied:
            raise
        except VoipsmsError as error:
            raise _pending.ListError(f"the list of pending messages cannot be had: {error}") from None
        found = _pending.records(payload, lambda value: smsid_of(value, self._clean))
        return found, _pending.names_more(payload), at

    def _page_path(self, page: int) -> str:
        separator = "&" if "?" in self._paths.scheduled else "?"
        return f"{self._paths.scheduled}{separator}page={page}"

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
            payload = _json.read(answer.body)
        except _json.NotJson as error:
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
            payload = _json.read(body)
        except _json.NotJson:
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
