# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the text that a person gets, by the language that they read; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from .._core.errors import Faults, InputError
from .._core.shown import not_text
from .._message.text import faults as text_faults
from .fitting import Part, fit, read_parts

DEFAULT = "default"
"""The key of the text for everyone whose language has none."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", re.ASCII)


class Texts(NamedTuple):
    """The text for everyone, and those in languages, by tags in lower case."""

    default: str
    by_language: Mapping[str, str]

    def text_for(self, language: str) -> str:
        """Return the text in a language: in its region, without a region, in any region, or else that for everyone."""
        base = language.partition("-")[0]
        of_other_regions = (tag for tag in self.by_language if tag.partition("-")[0] == base)
        tag = next((tag for tag in (language, base, *of_other_regions) if tag in self.by_language), None)
        return self.default if tag is None else self.by_language[tag]


def read_texts(name: str, value: object, segments: int) -> Texts:
    """Return the texts of a message, fitted into as many segments as it has parts for. Raises ``InputError``.

    It is a text, or a list of parts as ``read_parts`` takes them, or one of these for each language, and perhaps for
    ``DEFAULT``; without that, the first language is for everyone.
    """
    if not isinstance(value, Mapping):
        return Texts(_read_text(name, value, segments), {})
    faults = Faults()
    texts: dict[str, str] = {}
    for language, entry in value.items():
        tag = str(language).strip().lower().replace("_", "-")
        if tag != DEFAULT and not _LANGUAGE.fullmatch(tag):
            hint = ', and YAML reads no as a truth value: write "no" in quotes' if language is False else ""
            faults.add(
                f"{name} has the key {str(language)[:40]!r}, which is neither a language such as de nor {DEFAULT}{hint}"
            )
        if tag in texts:
            faults.add(f"{name} has the text in {tag} twice")
        text = faults.attempt(partial(_read_text, f"{name} in {tag}", entry, segments))
        texts[tag] = text or ""
    if not texts:
        faults.add(f"{name} has no text in any language")
    faults.raise_if_any()
    default = texts.get(DEFAULT, next(iter(texts.values())))
    return Texts(default, {tag: text for tag, text in texts.items() if tag != DEFAULT})


def _read_text(name: str, value: object, segments: int) -> str:
    """Return a text that can be sent. Raises ``InputError`` with every fault."""
    if isinstance(value, (list, tuple)):
        try:
            parts = read_parts(value)
        except InputError as error:
            raise InputError(*(f"{name}: {fault}" for fault in error.faults)) from error
    elif isinstance(value, str):
        parts = (Part(value),)
    else:
        raise InputError(f"{name}: {not_text(value)}")
    text = fit(parts, segments)
    faults = text_faults(text)
    if faults:
        raise InputError(*(f"{name}: {fault}" for fault in faults))
    return text
