# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Convert a row to the values of one database record and back: one value a column, in one order. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .model import Row, State

COLUMNS = Row._fields
"""The columns, besides the account, in the order in which ``values_of`` returns them and ``row_from`` expects them."""

_STATE, _SMSIDS, _PREVIOUS, _LISTED = map(COLUMNS.index, ("state", "smsids", "previous", "listed"))

_NONE = json.dumps(())


def values_of(row: Row) -> tuple[Any, ...]:
    """Return a row as values of a database; the two structured columns are JSON."""
    columns: list[Any] = list(row)
    columns[_STATE] = row.state.value
    columns[_SMSIDS] = json.dumps(row.smsids) if row.smsids else _NONE
    columns[_PREVIOUS] = None if row.previous is None else json.dumps(_to_json(row.previous))
    return tuple(columns)


def row_from(values: Sequence[Any]) -> Row:
    """Return the row of a database record. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for a broken one."""
    columns = list(values)
    columns[_STATE] = State(columns[_STATE])
    columns[_SMSIDS] = () if columns[_SMSIDS] == _NONE else tuple(json.loads(columns[_SMSIDS]))
    columns[_LISTED] = bool(columns[_LISTED])
    columns[_PREVIOUS] = None if columns[_PREVIOUS] is None else _from_json(json.loads(columns[_PREVIOUS]))
    return Row(*columns)


def _to_json(row: Row) -> dict[str, Any]:
    """Return a covered row as a JSON object."""
    return {**row._asdict(), "previous": None if row.previous is None else _to_json(row.previous)}


def _from_json(columns: dict[str, Any]) -> Row:
    """Return the covered row of a JSON object."""
    previous = columns["previous"]
    columns["state"] = State(columns["state"])
    columns["smsids"] = tuple(columns["smsids"])
    columns["listed"] = bool(columns["listed"])
    columns["previous"] = None if previous is None else _from_json(previous)
    return Row(**columns)
