# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of the module that reports what was sent and its cost, and name all of their faults at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from .._core.environment import home_fault
from .._core.errors import Faults
from .._core.whole_file import Refused, write
from .log_options import LogOptions, note_log_options
from .values import in_range, is_printable_name, with_texts

FORMS = (".html", ".csv", ".json")
"""Ends of names of files, which say what is written to them."""

_LONGEST_TITLE = 100
_MOST = 10**9


class CostOptions(NamedTuple):
    """What is reported of which log, and to which files, by absolute paths."""

    log: LogOptions
    dest: tuple[str, ...]
    title: str
    show_numbers: bool
    max_cost: Decimal | None
    zone: str | None


def read_cost_options(params: Mapping[str, Any]) -> CostOptions:
    """Return what to report. Raise ``InputError`` with every fault, before anything is asked.

    A file that cannot be written is a fault.
    """
    faults = Faults()
    params = with_texts(params, faults)
    log = note_log_options(params, faults)
    faults.add(*in_range("max_cost", params["max_cost"], 0, _MOST))
    title = params["title"]
    if not is_printable_name(title, _LONGEST_TITLE):
        faults.add(f"title must have 1 to {_LONGEST_TITLE} printable characters, in one line")
    dest = tuple(params["dest"] or ())
    faults.add(*_dest_faults(dest))
    return CostOptions(
        log=faults.checked(log),
        dest=dest,
        title=title,
        show_numbers=params["show_numbers"],
        # A float of Python is written as the user has written it.
        max_cost=None if params["max_cost"] is None else Decimal(str(params["max_cost"])),
        zone=params["account_timezone"] or None,
    )


def form_of(path: str) -> str:
    """Return the end of the name of a file, in small letters: one of ``FORMS``, or anything else."""
    return os.path.splitext(path)[1].lower()


def _dest_faults(dest: Iterable[str]) -> list[str]:
    """Return a sentence for each file that cannot be written, and for each that is named again."""
    faults = []
    places: set[str] = set()
    for path in dest:
        fault = _path_fault(path)
        if fault:
            faults.append(fault if fault.startswith("dest") else f"dest: {fault}")
            continue
        place = os.path.realpath(path)
        if place in places:
            faults.append(f"dest: {path!r} is named more than once")
        places.add(place)
    return faults


def _path_fault(path: str) -> str:
    """Return why a file cannot be written, or nothing."""
    if not os.path.isabs(path):
        return home_fault("dest", path) or f"{path!r} must be an absolute path, since a module runs in another folder"
    if form_of(path) not in FORMS:
        return f"{path!r} must end in one of {', '.join(FORMS)}, which says what is written"
    try:
        write(path, b"", is_check=True)
    except Refused as error:
        return str(error)
    except OSError as error:
        return f"{path!r} cannot be written ({error.strerror})"
    except ValueError:
        return f"{path!r} is not a path"
    return ""
