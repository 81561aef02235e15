# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports on cost for tests: records, with names and statuses that others have written, and the parts of a page."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogFilter, LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log_figures import figures_of
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import read_contacts
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_report import CostReport
from ansible_collections.voip_communications.sms.plugins.module_utils._task.names import Names
from ansible_collections.voip_communications.sms.tests.support.log_records import RECORD

TEXT = "the text of a message"
# What others may write into a log: markup, formulas, the other direction, templates.
HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "</style></title></svg><b>",
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\u05d0\u05d1\u05d2 (abc",
    "{{ lookup('pipe', 'id') }} $title ${style}",
    "&lt;script&gt;",
)


def record(**changes: Any) -> LogRecord:
    """Return a record of a message to Anna, with these changes."""
    return RECORD._replace(**{"id": None, "text": TEXT, **changes})


def hostile_records() -> list[LogRecord]:
    """Return records whose texts are hostile, one after the other in each field."""
    return [record(**{field: text}) for field in ("status", "type", "country") for text in HOSTILE]


def report_of(
    records: Sequence[LogRecord],
    contacts: Sequence[dict[str, str]] = (),
    log_filter: LogFilter = LogFilter(),  # noqa: B008 - it never changes
    **changes: Any,
) -> CostReport:
    """Return a report on these records, of a log that was read to its end."""
    report = CostReport(
        title="SMS report",
        figures=figures_of(record for record in records if log_filter.takes(record)),
        log_filter=log_filter,
        names=Names(read_contacts(list(contacts), Faults()), None),
        is_complete=True,
    )
    return report._replace(**changes)


class Page(HTMLParser):
    """What a browser would see of a page: its elements, with their attributes, and the text outside of its style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        """All of its texts, one in a line."""
        return "\n".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Forget what is no longer open."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if data.strip() and (not self._open or self._open[-1] != "style"):
            self.texts.append(data.strip())
