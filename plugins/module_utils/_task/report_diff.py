# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show messages before and after a task as the lines that diff mode compares: text, size, recipients. Pure.

Check mode shows what a run then shows: a message that would be sent reads as sent. A task that changes nothing shows no
difference, whatever failed; one that does also shows who goes without the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .._message.display import printable
from .._message.outcome import Outcome, Result
from .._message.text import measure
from .report import CANCELLED, NEW, date_of, failed_to, has_changed, number_of, reason_in_brackets

_INDENT = "    "

_SENT: Mapping[Outcome, str] = {
    Outcome.SENT: "sent",
    Outcome.WOULD_SEND: "sent",
    Outcome.DUPLICATE: "sent",
    Outcome.UNKNOWN: "may have been sent",
}
_SCHEDULED: Mapping[Outcome, str] = {
    Outcome.SCHEDULED: "scheduled",
    Outcome.WOULD_SCHEDULE: "scheduled",
    Outcome.DUPLICATE: "scheduled",
    Outcome.CANCELLED: "scheduled",
    Outcome.WOULD_CANCEL: "scheduled",
    Outcome.NOT_SENT: "not scheduled",
    Outcome.UNKNOWN: "may have been scheduled, or still be pending",
}


def message_diff(results: Sequence[Result], *, label: str, text: str) -> dict[str, str]:
    """Return who has a message before and after. ``label``: the user's own key, or empty. ``text``: holds no secret."""
    before, after = _before_and_after(results, frozenset({Outcome.DUPLICATE}))
    # In the header, since Ansible shows few lines around a change.
    header = (f"message {label}" if label else "message") + _size(text)
    return _sides(header, *(_body(text, side, _SENT) if side else "" for side in (before, after)))


def pending_diff(results: Sequence[Result]) -> dict[str, str]:
    """Return the pending messages before and after, by date; messages that differ by their recipient alone are one."""
    before, after = _before_and_after(results, CANCELLED | {Outcome.DUPLICATE})
    return _sides("pending messages", _entries(before), _entries(after))


def _before_and_after(results: Sequence[Result], earlier: frozenset[Outcome]) -> tuple[list[Result], list[Result]]:
    """Return the results of the messages that were there, and of those that are there now, or are missing now."""
    before = [result for result in results if result.outcome in earlier]
    lasting = NEW | {Outcome.DUPLICATE}
    if any(has_changed(result) for result in results):
        # What has gone out before is history, neither pending before nor after.
        return before, [result for result in results if result.outcome not in CANCELLED | {Outcome.ALREADY_SENT}]
    return before, [result for result in results if result.outcome in lasting]


def _entries(results: Iterable[Result]) -> str:
    """Return an entry for each date and text, in their order."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((date_of(result), result.text or ""), []).append(result)
    return "".join(
        f"at {date}{_size(text)}:\n{_body(text, sorted(group, key=number_of), _SCHEDULED)}"
        for (date, text), group in sorted(groups.items(), key=lambda item: item[0])
    )


def _body(text: str, results: Iterable[Result], words: Mapping[Outcome, str]) -> str:
    """Return the lines of one message: its text, and each recipient with what is known of it."""
    recipients = [_recipient(result, words) for result in results]
    return "".join(f"{line}\n" for line in (*_text_lines(text), "to:", *recipients))


def _size(text: str) -> str:
    """Return in how many parts a text is sent, and in which encoding; nothing where it is not known."""
    if not text:
        return ""
    size = measure(text)
    return f", {size.segments} segment{'' if size.segments == 1 else 's'} in {size.encoding}"


def _text_lines(text: str) -> list[str]:
    """Return the lines of a text, indented, so that none of them can be taken for another part of the entry."""
    return [f"{_INDENT}{printable(line)}".rstrip() for line in text.splitlines()]


def _recipient(result: Result, words: Mapping[Outcome, str]) -> str:
    """Return the line of a recipient; why, where it has no message for certain."""
    word = words.get(result.outcome, result.outcome.value.replace("_", " "))
    reason = reason_in_brackets(result) if failed_to([result]) else ""
    return printable(f"{_INDENT}{number_of(result)}  {word}{reason}")


def _sides(header: str, before: str, after: str) -> dict[str, str]:
    """Return the two sides as Ansible compares them."""
    return {"before_header": header, "after_header": header, "before": before, "after": after}
