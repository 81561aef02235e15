# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make texts from outside harmless for the terminal that shows them. Pure.

A terminal obeys control characters: an escape begins a command, a carriage return writes over the line, and a
directional override shows a text in another order than it has.
"""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
"""What stands for a character that a terminal would obey, so that a text is as long as it was."""

_OBEYED = re.compile(
    # C0 and C1 controls but tab, line feed, and the carriage return before a line feed
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)"
    # directional embeddings, overrides and isolates, and halves of surrogate pairs, which cannot be written
    "|[\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_JOINERS = "\u200c\u200d"
"""They are part of words in Persian, Hindi and others, and of emoji; terminals show them, or nothing."""

# Spaces, controls, separators of lines and paragraphs, and halves of surrogate pairs
_NOT_IN_A_LINE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def harmless(text: str) -> str:
    """Return the text of a message as data: line ends, tabs and joiners stay, and nothing else that is obeyed."""
    return _OBEYED.sub(REPLACEMENT, text)


def is_printable(text: str) -> bool:
    """Tell whether a text can stand in one line: every character can be printed, or joins others."""
    seen = "".join(one for one in text if one not in _JOINERS)
    return seen.isprintable() and bool(seen) is bool(text)


def printable(text: str) -> str:
    """Return a text for one line, with a space for every character that neither can be printed nor joins others."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in _JOINERS else " " for one in text)


def one_line(text: str) -> str:
    """Return a name for the text of a message: whole, but in one line, and without what no message can carry."""
    return _NOT_IN_A_LINE.sub(" ", text).strip()
