# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exceptions that every part of the collection raises; pure, it knows nothing of Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional, TypeVar

T = TypeVar("T")


class VoipsmsError(Exception):
    """Anything that went wrong and has a sentence for the user: no prefix, no final period, no secret.

    `known` is what a task can return nevertheless, such as who goes without the message.
    """

    known: Mapping[str, Any] = {}


class InputError(VoipsmsError):
    """The task asks for something that cannot be done; nothing was sent.

    `faults` holds one sentence for each fault, in the order in which they were found.
    """

    def __init__(self, *faults: str, known: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__("; ".join(faults))
        self.faults: tuple[str, ...] = faults
        self.known = known or {}


class MissingLibrary(VoipsmsError):
    """A Python library that is needed cannot be imported.

    `package` is the name to install, `detail` the traceback of the failed import.
    """

    def __init__(self, package: str, detail: str) -> None:
        super().__init__(f"the Python library {package} cannot be imported")
        self.package = package
        self.detail = detail


class Faults:
    """Gathers everything that is wrong with a task, so that all of it is named at once."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[str] = []

    def add(self, *sentences: str) -> None:
        """Note one sentence for each fault."""
        self._found.extend(sentences)

    def attempt(self, read: Callable[[], T]) -> Optional[T]:
        """What a reader returns; None when it raises ``VoipsmsError``, whose sentences are noted.

        ``MissingLibrary`` goes through: it is not the task that is wrong.
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

    def raise_if_any(self, known: Optional[Callable[[], Mapping[str, Any]]] = None) -> None:
        """Raise ``InputError`` with every fault that was noted; ``known`` makes what can be returned nevertheless."""
        if self._found:
            raise InputError(*dict.fromkeys(self._found), known=known() if known else None)
