# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row as a database keeps it: one value a column, in one order, and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .model import Row, State

COLUMNS = Row._fields
"""The columns, besides the account, in the order in which ``values`` gives them and ``revived`` takes them."""

_STATE, _SMSIDS, _PREVIOUS, _LISTED = map(COLUMNS.index, ("state", "smsids", "previous", "listed"))

_NONE = json.dumps(())


def values(row: Row) -> tuple[Any, ...]:
    """A row as values of a database: the two structured columns as JSON."""
    found: list[Any] = list(row)
    found[_STATE] = row.state.value
    found[_SMSIDS] = json.dumps(row.smsids) if row.smsids else _NONE
    found[_PREVIOUS] = None if row.previous is None else json.dumps(_nested(row.previous))
    return tuple(found)


def revived(kept: Sequence[Any]) -> Row:
    """A row as the transitions know it. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for a broken one."""
    found = list(kept)
    found[_STATE] = State(found[_STATE])
    found[_SMSIDS] = () if found[_SMSIDS] == _NONE else tuple(json.loads(found[_SMSIDS]))
    found[_LISTED] = bool(found[_LISTED])
    found[_PREVIOUS] = None if found[_PREVIOUS] is None else _revived(json.loads(found[_PREVIOUS]))
    return Row(*found)


def _nested(row: Row) -> dict[str, Any]:
    """What a row covers, as JSON has it."""
    return {**row._asdict(), "previous": None if row.previous is None else _nested(row.previous)}


def _revived(found: dict[str, Any]) -> Row:
    """What a row covers, out of JSON."""
    previous = found["previous"]
    found["state"] = State(found["state"])
    found["smsids"] = tuple(found["smsids"])
    found["listed"] = bool(found["listed"])
    found["previous"] = None if previous is None else _revived(previous)
    return Row(**found)
