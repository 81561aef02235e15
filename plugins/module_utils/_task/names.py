# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whose number a result is about."""

from __future__ import annotations

from collections.abc import Iterable

from .._message import numbers
from .._message.outcome import Result
from .._people.contacts import Contacts
from .._people.recipients import Recipients


class Names:
    """The names of the people of a task: those that its recipients were given by, and those of its contacts."""

    def __init__(self, contacts: Contacts, region: str | None, recipients: Recipients | None = None) -> None:
        """Take the ``region`` in which the contacts' numbers are read, and the recipients of the task if it has any."""
        self._contacts = contacts
        self._region = region
        read = recipients.read if recipients is not None else ()
        self._names = {recipient.digits: recipient.name for recipient in read if recipient.name}

    def of(self, number: str | None) -> str | None:
        """Return whose number this is, written as the service does; None where that is not known."""
        digits = numbers.digits(number or "")
        if not digits:
            return None
        if digits not in self._names:
            self._names[digits] = self._contacts.name_of(digits, self._region)
        return self._names[digits] or None

    def named(self, results: Iterable[Result]) -> list[Result]:
        """Return results with the names of their recipients."""
        if not self._names and not self._contacts.people:
            return list(results)
        return [result if result.name else self._named(result) for result in results]

    def _named(self, result: Result) -> Result:
        name = self.of(result.to)
        return result if name == result.name else result._replace(name=name)
