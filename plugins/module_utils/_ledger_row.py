# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row as a database keeps it: one value a column, in one order, and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from operator import attrgetter
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import Row, State

COLUMNS = tuple(column.name for column in fields(Row))
"""The columns, besides the account, in the order in which ``values`` gives them and ``revived`` takes them."""

_READ = attrgetter(*COLUMNS)
_STATE, _SMSIDS, _PREVIOUS = (COLUMNS.index(name) for name in ("state", "smsids", "previous"))

_NONE = json.dumps(())


def values(row: Row) -> tuple[Any, ...]:
    """A row as values of a database: the two structured columns as JSON."""
    found = list(_READ(row))
    found[_STATE] = row.state.value
    found[_SMSIDS] = json.dumps(row.smsids) if row.smsids else _NONE
    found[_PREVIOUS] = None if row.previous is None else json.dumps(asdict(row.previous))
    return tuple(found)


def revived(kept: Iterable[Any]) -> Row:
    """A row as the transitions know it. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for a broken one."""
    found = dict(zip(COLUMNS, kept))
    found["smsids"] = () if found["smsids"] == _NONE else json.loads(found["smsids"])
    found["previous"] = None if found["previous"] is None else json.loads(found["previous"])
    return _row(found)


def _row(found: dict[str, Any]) -> Row:
    previous = found["previous"]
    found["state"] = State(found["state"])
    found["smsids"] = tuple(found["smsids"])
    found["listed"] = bool(found["listed"])
    found["previous"] = None if previous is None else _row(previous)
    return Row(**found)
