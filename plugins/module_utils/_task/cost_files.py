# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a report on cost to files: one for each form that is wanted, and none where nothing has changed.

The same log makes the same bytes: no file has in it when it was made.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any, NamedTuple

from .._core.errors import VoipsmsError
from .._core.whole_file import Refused, read, write
from .._message.display import harmless
from .cost_options import form_of
from .cost_report import KINDS, CostReport, shown_figures

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula."""

_LONGEST_DIFF = 200
"""Lines of a file that the diff shows."""

_MOST_READ = 2**20
"""Bytes of an old file that are read at least, to show them."""

_DESCRIPTION = re.compile(r'<meta name="description" content="([^"<>]{1,400})">')


class WrittenFile(NamedTuple):
    """One file of a report: whether it was written, or would be; and what diff mode compares."""

    path: str
    is_changed: bool
    before: str
    after: str

    def shown(self) -> dict[str, Any]:
        """Return the file as the task shows it."""
        return {"path": self.path, "changed": self.is_changed}

    def difference(self) -> dict[str, str]:
        """Return the two sides as Ansible compares them."""
        return {
            "before_header": self.path,
            "after_header": self.path,
            "before": self.before,
            "after": self.after if self.is_changed else self.before,
        }


def write_files(report: CostReport, dest: Iterable[str], *, check_mode: bool) -> list[WrittenFile]:
    """Write the files whose content has changed; in check mode, none.

    Raise ``VoipsmsError``, which knows the files before the one that could not be written.
    """
    files: list[WrittenFile] = []
    try:
        for path in dest:
            content = content_of(report, form_of(path))
            files.append(_written(path, content, check_mode=check_mode))
    except VoipsmsError as error:
        changed = any(file.is_changed for file in files)
        error.known = {"changed": changed, "files": [file.shown() for file in files]}
        raise
    return files


def content_of(report: CostReport, form: str) -> str:
    """Return the content of a file of this form, ``.html``, ``.csv`` or ``.json``."""
    if form == ".csv":
        return _csv(report)
    if form == ".json":
        data = {"title": report.title, "only": report.conditions(), **report.shown()}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    from .cost_page import page_of  # noqa: PLC0415 - only a page needs it

    return page_of(report)


def _written(path: str, content: str, *, check_mode: bool) -> WrittenFile:
    """Write one file unless it has this content already."""
    after = content.encode(errors="backslashreplace")
    try:
        before = read(path, max(_MOST_READ, len(after) + 1))
        is_changed = before != after
        if is_changed:
            write(path, after, is_check=check_mode, keeps_mode=True)
    except Refused as error:
        raise VoipsmsError(f"dest: {error}; the log was read") from None
    except OSError as error:
        raise VoipsmsError(f"dest: {path!r} cannot be written ({error.strerror}); the log was read") from None
    form = form_of(path)
    return WrittenFile(path, is_changed, _compared(before or b"", form), _compared(after, form))


def _compared(content: bytes, form: str) -> str:
    """Return what diff mode compares: the first lines, or of a page its summary."""
    text = harmless(content.decode(errors="replace"))
    if form == ".html":
        match = _DESCRIPTION.search(text)
        return f"{unescape(match[1])}\n" if match else ("another page\n" if text else "")
    lines = text.splitlines(keepends=True)
    rest = [f"... and {len(lines) - _LONGEST_DIFF} more lines\n"] if len(lines) > _LONGEST_DIFF else []
    return "".join(lines[:_LONGEST_DIFF] + rest)


def _csv(report: CostReport) -> str:
    """Return the report as one table, with a row for each group of each kind, and one for each fact."""
    columns = list(shown_figures(report.figures.total))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["by", "value", "name", *columns])
    for row in (*_rows(report), *_facts(report)):
        writer.writerow([_harmless_cell(cell) for cell in row])
    return file.getvalue()


def _rows(report: CostReport) -> Iterator[list[Any]]:
    """Yield a row for all records, and one for each group."""
    yield ["total", "", "", *shown_figures(report.figures.total).values()]
    for kind, groups in report.groups().items():
        for index, group in enumerate(groups):
            name = report.name(index) if kind == "numbers" else ""
            yield [KINDS[kind], group.key, name, *shown_figures(group.figures).values()]


def _facts(report: CostReport) -> Iterator[list[Any]]:
    """Yield a row for each fact about the figures."""
    yield ["fact", "complete", "yes" if report.is_complete else "no"]
    yield ["fact", "currency", "not known"]
    yield ["fact", "zone", f"{report.zone} (assumed)" if report.zone else "not known"]
    yield ["fact", "oldest", report.figures.oldest]
    yield ["fact", "newest", report.figures.newest]
    for name, value in report.conditions().items():
        yield ["fact", f"only {name}", ", ".join(value) if isinstance(value, list) else value]


def _harmless_cell(value: Any) -> str:
    """Return a cell that a spreadsheet shows as it is, since names and statuses are written by others."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
