# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make an event of an incoming message, with nothing in it that a playbook could execute; pure."""

from __future__ import annotations

from typing import Any

from .._api.log import LogRecord
from .._message.neutral import neutral
from .answer_text import leading_number

LONGEST_TEXT = 1600
"""Characters of a text that an event has."""

_MOST_WORDS = 50
_LONGEST_WORD = 40
_SHORTEST_CODE = 4
_LONGEST_CODE = 9


def event_of(record: LogRecord, name: str, mark: str) -> dict[str, Any]:
    """Return the event of an incoming message. ``name``: of the contact who has sent it, empty for a stranger."""
    text = neutral(record.text, LONGEST_TEXT)
    words = _words(text)
    number = leading_number(text)
    return {
        "sms": {
            "id": mark,
            "from": f"+{record.external}" if record.external else "",
            "to": f"+{record.internal}" if record.internal else "",
            "name": neutral(name),
            "known": bool(name),
            "text": text,
            "word": words[0] if words else "",
            "words": words,
            "code": number if _SHORTEST_CODE <= len(number) <= _LONGEST_CODE else "",
            "date": neutral(record.date or ""),
        }
    }


def _words(text: str) -> list[str]:
    """Return the first words in lower case: their letters, digits, and the signs within names such as web-1."""
    cut = (part.casefold()[:_LONGEST_WORD] for part in text.split())
    bare = ("".join(one for one in part if one.isalnum() or one in "-_.").strip("-_.") for part in cut)
    return [word for word in bare if word][:_MOST_WORDS]
