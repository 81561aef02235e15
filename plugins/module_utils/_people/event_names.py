# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the contacts whom an event of a calendar means, by its attendees and by the names in its free text; pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from .person import Person

LEVEL = re.compile(r"\[L(\d)\]", re.ASCII | re.IGNORECASE)
"""The mark by which a schedule says which of its layers an event is from."""

_LONGEST_TEXT = 1000
"""Characters of an event in which names are looked for."""

# A hyphen, a dot or an apostrophe between letters makes them one word, so that Anna is not found in Anna-Maria, nor in
# anna@example.com; Anna's is Anna.
_BEFORE = r"(?<!\w)(?<!\w[-'.@\u2019])"
_AFTER = r"(?!\w)(?!['\u2019](?!s(?!\w))\w)(?![-.@]\w)"


class Attendee(NamedTuple):
    """A person who is to take part in an event: the ``address`` without ``mailto:``, and the name as it is written."""

    address: str = ""
    name: str = ""


class EventNames:
    """The names, aliases and addresses by which events may mean the contacts."""

    def __init__(self, people: Iterable[Person]) -> None:
        """Take the contacts."""
        self._by_address: dict[str, list[Person]] = {}
        self._by_text: dict[str, list[Person]] = {}
        for person in people:
            if person.email:
                self._by_address.setdefault(person.email.casefold(), []).append(person)
            for text in {_plain(one) for one in (person.name, person.email, *person.calendar)} - {""}:
                self._by_text.setdefault(text, []).append(person)
        # The longest alternative is tried first, so Anna Smith is never Anna.
        texts = sorted(self._by_text, key=lambda text: (-len(text), text))
        pattern = f"{_BEFORE}(?:{'|'.join(map(re.escape, texts))}){_AFTER}"
        self._pattern = re.compile(pattern) if texts else None

    def find(self, summary: str, attendees: Sequence[Attendee]) -> tuple[Person, ...]:
        """Return the contacts whom an event means, each once; none where it names no contact.

        Attendees count before the summary, and their addresses before their names.
        """
        found = [person for attendee in attendees for person in self._attendee(attendee)] or self._named(summary)
        return tuple({person.name: person for person in found}.values())

    def _attendee(self, attendee: Attendee) -> list[Person]:
        return self._by_address.get(attendee.address.casefold(), []) or self._named(attendee.name)

    def _named(self, text: str) -> list[Person]:
        if self._pattern is None:
            return []
        matches = self._pattern.finditer(_plain(LEVEL.sub(" ", text)))
        return [person for match in matches for person in self._by_text[match[0]]]


def level_of(summary: str) -> Optional[int]:
    """Return the level that the mark of an event says; None without a mark."""
    match = LEVEL.search(summary)
    return int(match[1]) if match else None


def readable(summary: str) -> str:
    """Return a summary in one line, with its HTML entities resolved."""
    return " ".join(html.unescape(summary).split())


def _plain(text: str) -> str:
    """Return a text as names are compared: neither case nor spaces count, nor how an accent is written."""
    return unicodedata.normalize("NFC", readable(text[:_LONGEST_TEXT])).casefold()
