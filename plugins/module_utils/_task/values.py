# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the values that the options of several modules hold: a sender, a text, a region, a number within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from .._core.errors import Faults
from .._core.notation import entries
from .._core.shown import not_text
from .._message.display import is_printable
from .._message.numbers import NumberError, read
from .._message.text import not_gsm7, to_gsm7
from .._people.contacts import Contacts, read_contacts
from .._people.recipients import Recipients, read_recipients

_SPACE = 0x20
_INVISIBLE = "\u2028\u2029\ufeff\ufffe"
"""Line ends beyond ASCII, and the byte order mark in both orders."""

_STAND_IN = "?"
_TEXTS: Mapping[str, str | None] = {
    **dict.fromkeys(("msg", "idempotency_key", "name", "key", "smsid", "event", "text", "outcome_text"), _STAND_IN),
    "title": _STAND_IN,
    **dict.fromkeys(("api_key", "api_password", "ledger_account", "ledger_password"), _STAND_IN),
    **dict.fromkeys(("timezone", "account_timezone"), "UTC"),
    **dict.fromkeys(("default_region", "since", "until")),
    "on_timeout": "fail",
    "scheduled_path": "list",
    "cancel_path": "{smsid}",
}
"""The options that hold a text, and what stands in for a value that is none, so that the other options can be read.

Their type is ``raw``, since Ansible would make text of anything: ``False`` of ``off``, ``1320`` of ``22:00``.
"""

_SECRETS = frozenset({"api_key", "api_password", "ledger_password"})
_LISTS = frozenset({"smsid"})
_WITH_DATES = frozenset({"since", "until"})
_KINDS_OF_TEXT = frozenset({"before", "start", "end", "announce", "moved", "off"})
_WITH_TEXTS = frozenset({"subject", "services", "reminders"}).union(f"{kind}_text" for kind in _KINDS_OF_TEXT)
"""Options that are read elsewhere, and hold texts as well."""


def with_texts(params: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Return the options with a text in every option that needs one; note those that hold anything else.

    None is an option that was not given. Identifiers become a list.
    """
    checked = dict(params)
    for name in [name for name in _TEXTS if name in params]:
        value = params[name]
        if name in _LISTS and value is not None:
            checked[name] = _texts(name, value, faults)
        elif value is not None and not isinstance(value, str):
            faults.add(f"{name}: {not_text(value, is_secret=name in _SECRETS)}")
            checked[name] = _TEXTS[name]
    return checked


def date_faults(options: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each text that YAML has read as a date. Only the controller knows: a module gets text."""
    texts = {name: value for name, value in options.items() if name in _TEXTS.keys() - _WITH_DATES | _WITH_TEXTS}
    return [f"{name}: {not_text(value)}" for name, option in texts.items() for value in _dates_in(option)]


def _dates_in(value: object) -> Iterator[date]:
    """Yield the dates of an option, in the lists and dictionaries of it too."""
    if isinstance(value, date):
        yield value
    elif not isinstance(value, str) and isinstance(value, (list, tuple, Mapping)):  # the last asks for long
        for element in value.values() if isinstance(value, Mapping) else value:
            yield from _dates_in(element)


def _texts(name: str, value: Any, faults: Faults) -> list[str]:
    """Return the texts of a list in any notation; note what is no text."""
    values = faults.attempt(lambda: entries(name, value)) or []
    faults.add(*dict.fromkeys(f"{name}: {not_text(item)}" for item in values if not isinstance(item, str)))
    return [item if isinstance(item, str) else _STAND_IN for item in values]


def read_sender(value: Any, region: str | None, faults: Faults) -> str | None:
    """Return the sender's digits; None without a sender, which makes a BULK message (documented). Note its faults."""
    if value is None or value == "":
        return None
    try:
        return read(value, region)
    except NumberError as error:
        faults.add(f"from: {error}")
        return None


def read_text(text: str, charset: str, faults: Faults) -> str:
    """Return the text as it is sent, and note the characters that ``charset=gsm7`` cannot write."""
    if charset == "auto":
        return text
    plain = to_gsm7(text)
    foreign = not_gsm7(plain)
    if foreign:
        shown = ", ".join(f"{character!a}" for character in foreign[:10])
        faults.add(f"msg holds characters that GSM-7 does not have ({shown}); replace them, or set charset=auto")
    return plain


def read_region(params: Mapping[str, Any]) -> str | None:
    """Return the region of national numbers, or None; an unknown region is not refused here."""
    return params["default_region"].upper() if params["default_region"] else None


def read_people(
    name: str, params: Mapping[str, Any], faults: Faults, *, contacts: Contacts | None = None
) -> Recipients:
    """Return whom an option means, with the contacts of the task unless they were read before. Note every fault."""
    known = read_contacts(params["contacts"], faults) if contacts is None else contacts
    recipients = read_recipients(name, params[name], known, read_region(params))
    faults.add(*recipient_faults(name, recipients))
    return recipients


def digits_of(recipients: Recipients) -> tuple[str, ...]:
    """Return the digits of the numbers that could be read, each once and in their order."""
    return tuple(recipient.digits for recipient in recipients.read)


def recipient_faults(name: str, recipients: Recipients) -> list[str]:
    """Return a sentence for each recipient in the option ``name`` who cannot be read."""
    return [f"{name}: {unread.sentence}" for unread in recipients.faults]


def repetition_warnings(recipients: Recipients) -> tuple[str, ...]:
    """Return a warning for each recipient whom ``to`` lists again, but not for whoever is in a group as well."""
    return tuple(
        f"{given!r} is listed more than once in to; it gets one message" for given in dict.fromkeys(recipients.repeated)
    )


def in_range(name: str, value: float | None, least: float, most: float) -> list[str]:
    """Return the fault of a number outside its bounds, not-a-number included; None stands for an absent option."""
    if value is None or least <= value <= most:
        return []
    return [f"{name} must be from {least:.12g} to {most:.12g}"]


def is_printable_name(value: str, longest: int) -> bool:
    """Tell whether a name has 1 to ``longest`` printable characters, and not spaces alone."""
    return 0 < len(value) <= longest and is_printable(value) and bool(value.strip())


def secret_faults(name: str, value: str) -> list[str]:
    """Return the fault of a key or password that cannot be sent as it is (RFC 7617: no control characters).

    A line end or a byte order mark comes with a copy of a file, and is not seen on a screen.
    """
    if not is_utf8(value):
        return [f"{name} is not UTF-8 text"]
    if any(ord(character) < _SPACE or "\x7f" <= character < "\xa0" or character in _INVISIBLE for character in value):
        return [f"{name} holds a line end, another control character or a byte order mark; remove it"]
    return []


def is_utf8(value: str) -> bool:
    """Tell whether a text can be encoded; a value of the environment in another encoding cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
