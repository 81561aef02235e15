# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP API of VoIP Communications: a method an endpoint, records in and out.

Knows nothing of Ansible and of the ledger. Every fact of the API is marked documented (the vendor's page "SMS API"),
observed (read in the source of the vendor's public apps) or assumed.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Optional
from urllib.parse import quote, quote_plus

from ansible_collections.voip_communications.sms.plugins.module_utils import _json
from ansible_collections.voip_communications.sms.plugins.module_utils._evidence import (
    REDIRECTING_STATUSES,
    REFUSING_STATUSES,
    THROTTLING_STATUS,
    Fate,
    Judgement,
    alike,
    judge,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._http import (
    Answer,
    Http,
    Lost,
    NotSent,
    Service,
    status_text,
)

DEFAULT_URL = "https://voip-communications.net/api-v2/index.php/"
"""The base of all calls (documented)."""

_SHOWN = 200
"""Characters of a text of the service that are shown at the most."""

_LEAST_SECRET = 4
"""Characters of a secret that is looked for. Shorter ones occur in any text by chance, smsids included."""


class Throttled(NotSent):
    """The service asks for fewer requests (429). ``retry_after``: seconds it asks to wait, if it says so."""

    def __init__(self, retry_after: Optional[float]) -> None:
        super().__init__("the service asks for fewer requests (HTTP 429)", passing=False)
        self.retry_after = retry_after


class Denied(NotSent):
    """The service does not know the credentials, or does not allow them this call (401, 403)."""


class Api:
    """The calls of one account. ``requests`` counts those that were begun."""

    def __init__(self, service: Service) -> None:
        """Raises ``MissingLibrary`` without ``requests``."""
        self._http = Http(service)
        self._secrets = _forms(service.user, service.password)
        self.requests = 0

    def send(
        self,
        recipients: Sequence[str],
        text: str,
        sender: Optional[str],
        *,
        segments: int,
        seconds: float,
        permits: Callable[[], bool],
    ) -> Judgement:
        """``POST sms/send`` (documented): one text to one or several numbers, in E.164 digits.

        ``seconds``: for the whole exchange. ``permits`` is asked directly before the first byte leaves. Raises
        ``NotSent`` when nothing can have been sent; everything else, an answer that never came included, is a
        verdict on each recipient.
        """
        form = {"to": ",".join(recipients), "msg": text}
        if sender:
            form["from"] = sender
        self.requests += 1
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
            kind = Denied if answer.status in (401, 403) else NotSent
            raise kind(sentence, passing=False)

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
        if any(secret in text for secret in self._secrets):
            return "(withheld, since it holds a credential)"
        printable = "".join(character if character.isprintable() else " " for character in text).strip()
        return printable[:_SHOWN] or None


def _forms(user: str, password: str) -> frozenset[str]:
    """The forms in which a service could send a credential back: raw, URL-encoded, base64, escaped."""
    pair = f"{user}:{password}"
    raw = {user, password}
    forms = raw | {b64encode(secret.encode()).decode().rstrip("=") for secret in (*raw, pair)}
    forms |= {quote(form, safe=safe) for form in forms for safe in ("", "/")} | {quote_plus(secret) for secret in raw}
    # In PHP's JSON a slash is escaped too.
    escaped = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for secret in raw for ascii_only in (True, False)}
    forms |= escaped | {form.replace("/", "\\/") for form in escaped}
    forms |= {repr(secret)[1:-1] for secret in raw}
    return frozenset(form for form in forms if len(form) >= _LEAST_SECRET)


def _retry_after(value: str) -> Optional[float]:
    """Seconds to wait (RFC 9110, 10.2.3: a number, or a date), or None when the field says nothing usable."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        wait = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return wait if wait > 0 else None
