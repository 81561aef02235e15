# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that are easy to find again, in every form in which something might show them."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote, quote_plus

# Whatever a password may hold, a quote of each kind among it, and what URLs, JSON, shells and repr() write otherwise.
KEY = "canary-KEY-4711/ä+b%c"
PASSWORD = "canary-P4ss:/+ &=%'\"\\ü§-word"
# What only a wrong password would show.
WRONG = "canary-WRONG+/:%'\"\\ß"
_LEAST = 3
ENCODERS = (b64encode, urlsafe_b64encode)


def in_small_letters(url_encoded: str) -> str:
    """URL-encoding as some write it: `%2f`."""
    return re.sub("%..", lambda match: match[0].lower(), url_encoded)


def html_by_php(text: str) -> str:
    """HTML as PHP escapes it: an apostrophe is `&#039;`."""
    return html.escape(text).replace("&#x27;", "&#039;")


def forms(user: str, password: str) -> set[str]:
    """Return every form in which credentials might be shown."""
    plain = {user, password, f"{user}:{password}"}
    shown = plain | {quote(secret) for secret in plain} | {quote(secret, safe="") for secret in plain}
    shown |= {quote_plus(secret) for secret in plain}
    shown |= {repr(secret)[1:-1] for secret in plain} | {ascii(secret)[1:-1] for secret in plain}
    shown |= {json.dumps(secret, ensure_ascii=only)[1:-1] for secret in plain for only in (True, False)}
    shown |= {html.escape(secret) for secret in plain} | {html_by_php(secret) for secret in plain}
    shown |= {in_small_letters(quote(secret, safe="")) for secret in plain}
    shown |= {secret.encode().hex() for secret in plain} | {secret.encode().hex().upper() for secret in plain}
    for encoding in ("utf-8", "latin-1"):
        # Without the last characters, which the bytes that follow would change.
        written = [secret.encode(encoding, "replace") for secret in plain]
        shown |= {encode(secret).decode().rstrip("=")[:-1] for secret in written for encode in ENCODERS}
    # A single letter stands everywhere.
    return {form for form in shown if len(form) > _LEAST}


FORMS = forms(KEY, PASSWORD) | forms(KEY, WRONG)
# What a service might send back.
ECHOES = [
    f"You said {PASSWORD}",
    f"You said {KEY}",
    f"Authorization: Basic {b64encode(f'{KEY}:{PASSWORD}'.encode()).decode()}",
    f"https://{quote(KEY, safe='')}:{quote(PASSWORD, safe='')}@gateway",
    f"password={quote_plus(PASSWORD)}",
    repr(PASSWORD),
    json.dumps(PASSWORD),
    json.dumps(KEY, ensure_ascii=False).replace("/", "\\/"),
    f"password={in_small_letters(quote(PASSWORD, safe=''))}",
    f"<b>{html.escape(PASSWORD)}</b>",
    f"<b>{html_by_php(PASSWORD)}</b>",
    f"password 0x{PASSWORD.encode().hex()}",
    urlsafe_b64encode(f"{KEY}:{PASSWORD}".encode()).decode(),
    urlsafe_b64encode(PASSWORD.encode()).decode(),
]


def assert_absent(text: str, of: set[str] = FORMS) -> None:
    """Assert that no form of the credentials stands in a text; show what surrounds it when one does."""
    found = [(form, text[max(0, text.index(form) - 60) : text.index(form) + 90]) for form in of if form in text]
    assert not found


def assert_nothing_kept(folder: Path, of: set[str] = FORMS) -> None:
    """Assert that no file below a folder holds them."""
    for path in folder.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert not [form for form in of if form.encode() in kept], path
