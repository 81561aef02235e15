# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Convert a row to the values of one database record and back: one value a column, in one order. Pure.

The last value is a checksum of the others. A row that does not match it, or cannot be read, is one of unknown fate: no
task takes it for unclaimed, and a person can resolve it.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from .model import Row, State, damaged

FIELDS = Row._fields
COLUMNS = (*FIELDS, "checksum")
"""The columns, besides the account, in the order in which ``values_of`` returns them and ``row_from`` expects them."""

_STATE, _SMSIDS, _PREVIOUS = map(FIELDS.index, ("state", "smsids", "previous"))
_TIMES = tuple(
    map(
        FIELDS.index,
        ("claimed_at", "first_byte_by", "lease_until", "keep_until", "delivers_at", "absent_at", "effect_by"),
    )
)
_FLAGS = tuple(map(FIELDS.index, ("listed", "confirmed")))

_FIRST_LATER = FIELDS.index("revision")
"""The first of the columns that earlier releases do not have."""

_LATER_DEFAULTS = [Row._field_defaults[name] for name in FIELDS[_FIRST_LATER:]]
_FIRST_TIMES, _FIRST_FLAGS = (tuple(index for index in some if index < _FIRST_LATER) for some in (_TIMES, _FLAGS))
_times_of = itemgetter(*_TIMES)

_NONE = json.dumps(())


class NotFinite(ValueError):
    """A time is infinite, or no number: no rule can say what such a row means."""


def values_of(row: Row) -> tuple[Any, ...]:
    """Return a row as values of a database; the two structured columns are JSON."""
    columns: list[Any] = list(row)
    columns[_STATE] = row.state.value
    columns[_SMSIDS] = json.dumps(row.smsids) if row.smsids else _NONE
    columns[_PREVIOUS] = None if row.previous is None else json.dumps(_to_json(row.previous))
    return (*columns, _checksum(columns))


def row_from(values: Sequence[Any]) -> Row:
    """Return the row of a database record, or a damaged one (``Row.is_damaged``) in its place.

    A record of an earlier release has no checksum (None). Raises ``NotFinite``.
    """
    *columns, checksum = values
    _check_times(columns)
    try:
        if checksum is None or checksum == _checksum(columns):
            return _read(columns)
    except NotFinite:
        raise
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    return damaged(*(value if isinstance(value, str) else "" for value in columns[:4]))


def intact_row_from(values: Sequence[Any]) -> Row:
    """Return the row of a record; raise ``ValueError`` for a damaged one, which no other row may be judged by."""
    row = row_from(values)
    if row.is_damaged:
        raise ValueError(f"the row of {row.masked} is damaged; resolve it with voipsms_ledger")
    return row


def is_intact(values: Sequence[Any]) -> bool:
    """Return whether the row of a record can be read."""
    try:
        return not row_from(values).is_damaged
    except NotFinite:
        return False


def _read(columns: list[Any]) -> Row:
    """Return the row of columns that are as they were written."""
    columns[_STATE] = State(columns[_STATE])
    columns[_SMSIDS] = () if columns[_SMSIDS] == _NONE else tuple(json.loads(columns[_SMSIDS]))
    for index in _FLAGS:
        columns[index] = bool(columns[index])
    columns[_PREVIOUS] = None if columns[_PREVIOUS] is None else _from_json(json.loads(columns[_PREVIOUS]))
    return Row(*columns)


def _checksum(columns: Sequence[Any]) -> int:
    """Return the checksum of columns, the same whatever number type a database returns for a time or a flag.

    Columns that earlier releases do not have count only when one of them is set: the rows of those keep their checksum.
    """
    plain = list(columns)
    times, flags = _TIMES, _FLAGS
    if plain[_FIRST_LATER:] == _LATER_DEFAULTS:
        del plain[_FIRST_LATER:]
        times, flags = _FIRST_TIMES, _FIRST_FLAGS
    for index in times:
        if plain[index] is not None:
            plain[index] = float(plain[index])
    for index in flags:
        plain[index] = bool(plain[index])
    return zlib.crc32("\0".join(map(str, plain)).encode(errors="surrogatepass"))


def _check_times(columns: Sequence[Any]) -> None:
    for index, value in zip(_TIMES, _times_of(columns)):
        if isinstance(value, float) and not math.isfinite(value):
            raise NotFinite(
                f"{FIELDS[index]} of the row of {columns[2]} is no finite number; see the message log for it"
            )


def _to_json(row: Row) -> dict[str, Any]:
    """Return a covered row as a JSON object."""
    return {**row._asdict(), "previous": None if row.previous is None else _to_json(row.previous)}


def _from_json(columns: dict[str, Any]) -> Row:
    """Return the covered row of a JSON object; an earlier release has written fewer columns."""
    previous = columns["previous"]
    columns["state"] = State(columns["state"])
    columns["smsids"] = tuple(columns["smsids"])
    columns["listed"] = bool(columns["listed"])
    columns["confirmed"] = bool(columns.get("confirmed", False))
    columns["previous"] = None if previous is None else _from_json(previous)
    row = Row(**columns)
    _check_times(row)
    return row
