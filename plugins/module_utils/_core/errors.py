# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the exceptions that every part of the collection raises. Pure: nothing here knows of Ansible."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable, TypeVar

T = TypeVar("T")


class VoipsmsError(Exception):
    """Something went wrong, and the text is a sentence for the user: no prefix, no final period, no secret.

    ``known`` holds what a task can return nevertheless, such as who goes without the message.
    """

    known: Mapping[str, Any] = {}


class InputError(VoipsmsError):
    """The task asks for something that cannot be done; nothing was sent.

    ``faults`` holds one sentence for each fault, in the order in which they were noted.
    """

    def __init__(self, *faults: str, known: Mapping[str, Any] | None = None) -> None:
        """Join the faults into one text; ``known`` is what a task can return nevertheless."""
        super().__init__("; ".join(faults))
        self.faults: tuple[str, ...] = faults
        self.known = known or {}


class MissingLibrary(VoipsmsError):
    """A required Python library cannot be imported.

    ``package`` is the name to install, ``detail`` the traceback of the failed import.
    """

    def __init__(self, package: str, detail: str) -> None:
        """Name the package in the text and keep the traceback out of it."""
        super().__init__(f"the Python library {package} cannot be imported")
        self.package = package
        self.detail = detail


def sentence_of(error: Exception) -> str:
    """Return the sentence of an error; of an exception that has none for the user, say where it showed."""
    return str(error) if isinstance(error, VoipsmsError) else f"{defect(error)} (please report this)"


def defect(error: Exception) -> str:
    """Return the class of an exception and where it showed, without its text, which may hold a secret.

    Reads no source file, as ``traceback`` would: the machine may be out of memory, or of files.
    """
    places = []
    link = error.__traceback__
    while link is not None:
        places.append(f"{os.path.basename(link.tb_frame.f_code.co_filename)}:{link.tb_lineno}")
        link = link.tb_next
    return f"internal error {type(error).__name__} at {' < '.join(reversed(places[-3:]))}"


class Faults:
    """The faults of one task, collected so that all of them are reported at once."""

    def __init__(self) -> None:
        """Start without any fault."""
        self._sentences: list[str] = []

    @property
    def sentences(self) -> tuple[str, ...]:
        """The noted sentences, each once."""
        return tuple(dict.fromkeys(self._sentences))

    def add(self, *sentences: str) -> None:
        """Note one sentence for each fault."""
        self._sentences.extend(sentences)

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Return the result of a reader, or None when it raises ``VoipsmsError``, whose sentences are noted.

        ``MissingLibrary`` passes through, since the task is not at fault.
        """
        try:
            return read()
        except MissingLibrary:
            raise
        except InputError as error:
            self.add(*error.faults)
        except VoipsmsError as error:
            self.add(str(error))
        return None

    def raise_if_any(self, known: Callable[[], Mapping[str, Any]] | None = None) -> None:
        """Raise ``InputError`` with every noted fault; ``known`` computes what a task can return nevertheless."""
        if self._sentences:
            raise InputError(*self.sentences, known=known() if known else None)

    def checked(self, value: T | None, known: Callable[[], Mapping[str, Any]] | None = None) -> T:
        """Return a value that ``attempt`` has read, now known not to be None.

        Raises ``InputError`` as ``raise_if_any`` does. A missing value without a fault is a mistake in this
        collection, not in the task, and raises ``RuntimeError``.
        """
        self.raise_if_any(known)
        if value is None:
            raise RuntimeError("a value is missing although no fault was noted")
        return value
