# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the text of a question, with the codes of the person who gets it; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._core.errors import InputError
from .._message.text import measure, not_gsm7, to_gsm7
from .answer_text import is_decoration
from .question import Choice

HIDDEN = "#"
"""What stands for each digit of a code wherever people other than the recipient can see the text."""

HINT = (
    "Your answer was not understood. Please reply with one of the codes of the question, in one piece, at the beginning"
    " and without the equals sign."
)
_ELLIPSIS = "..."


def write(msg: str, choices: Sequence[Choice], codes: Iterable[str], max_segments: int) -> str:
    """Return the text of a question: what is asked, shortened where it must be, and each code with its label.

    Raises ``InputError`` where not even a word of what is asked fits beside the codes.
    """
    pairs = ", ".join(f"{code} = {choice.label}" for code, choice in zip(codes, choices))
    answers = _plain(f"Reply {pairs}.")
    asked = _plain(msg.strip())
    if asked[-1:].isalnum():
        asked += "."
    if _fits(f"{asked} {answers}", max_segments):
        return f"{asked} {answers}"
    least, most = 0, len(asked)
    while least < most:
        middle = (least + most + 1) // 2
        is_short = _fits(_shortened(asked, middle, answers), max_segments)
        least, most = (middle, most) if is_short else (least, middle - 1)
    if is_decoration(asked[:least]):
        raise InputError(
            f"the codes and their labels leave no room for the question in {max_segments} segments: raise max_segments,"
            " or shorten the labels"
        )
    return _shortened(asked, least, answers)


def hidden(digits: int, choices: Sequence[Choice]) -> list[str]:
    """Return what stands for the codes of a question where they must not be seen."""
    return [HIDDEN * digits for _choice in choices]


def _shortened(asked: str, length: int, answers: str) -> str:
    return f"{asked[:length].rstrip()}{_ELLIPSIS} {answers}"


def _fits(text: str, max_segments: int) -> bool:
    return measure(text).segments <= max_segments


def _plain(text: str) -> str:
    """Return a text with plain quotes and dashes where that makes it GSM-7, which takes fewer segments."""
    plain = to_gsm7(text)
    return text if not_gsm7(plain) else plain
