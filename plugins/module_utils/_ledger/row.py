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
from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring_ascii
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

_OWN_COLUMNS = FIELDS.index("label")
"""The number of columns before the first one that the rows of a claim share."""


class NotFinite(ValueError):
    """A time is infinite, or no number: no rule can say what such a row means."""


def values_of(rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    """Yield rows as values of a database; the two structured columns are JSON.

    What a row shares with the one before it is converted once: the rows of a claim, and those of its result, differ in
    little more than the recipient and the smsids.
    """
    shared: _Shared | None = None
    for row in rows:
        if shared is None or not shared.is_shared_by(row):
            shared = _Shared(row)
        yield shared.values_of(row)


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


class _Shared:
    """The columns of a row that the rows of one claim have in common: all but the first three and the smsids."""

    def __init__(self, row: Row) -> None:
        """Convert them."""
        self._shared = _shared_of(row)
        columns: list[Any] = list(row)
        columns[_STATE] = row.state.value
        columns[_SMSIDS] = _NONE
        columns[_PREVIOUS] = None if row.previous is None else json.dumps(_to_json(row.previous))
        self._before, self._after = columns[_OWN_COLUMNS:_SMSIDS], columns[_SMSIDS + 1 :]
        texts = _texts(columns)
        self._text_before = _joined(["", *texts[_OWN_COLUMNS:_SMSIDS], ""])
        self._text_after = _joined(["", *texts[_SMSIDS + 1 :]])

    def is_shared_by(self, row: Row) -> bool:
        """Return whether a row has the same columns."""
        return _shared_of(row) == self._shared

    def values_of(self, row: Row) -> tuple[Any, ...]:
        """Return the values of a row that has the same columns; the checksum is that of ``_checksum``."""
        own = row.key, row.recipient, row.masked
        smsids = f"[{', '.join(map(encode_basestring_ascii, row.smsids))}]" if row.smsids else _NONE
        text = f"{_joined(own)}{self._text_before}{smsids}{self._text_after}"
        return (*own, *self._before, smsids, *self._after, _checksum_of(text))


def _shared_of(row: Row) -> tuple[Any, ...]:
    return row[_OWN_COLUMNS:_SMSIDS] + row[_SMSIDS + 1 :]


def _checksum(columns: Sequence[Any]) -> int:
    """Return the checksum of columns."""
    return _checksum_of(_joined(_texts(columns)))


def _checksum_of(text: str) -> int:
    """Return the checksum of the texts of all columns, one after the other."""
    return zlib.crc32(text.encode(errors="surrogatepass"))


def _joined(texts: Iterable[str]) -> str:
    """Return texts as they are where the checksum is made."""
    return "\0".join(texts)


def _texts(columns: Sequence[Any]) -> list[str]:
    """Return columns as texts, the same whatever number type a database returns for a time or a flag.

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
    return list(map(str, plain))


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
