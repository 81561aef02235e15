# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows as records of a database, and back: what rows share is converted once, and each is what it is alone."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Row,
    State,
    claimed,
    claimed_by,
    settled,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.row import (
    COLUMNS,
    FIELDS,
    row_from,
    values_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import CLAIM

NOW = 1_800_000_000.25
FIRST = claimed(None, CLAIM, "ann", NOW)
OTHER = Row(
    *("other key", "other \0", "\ud800 é", "label", "other text", State.CANCELLING, 7, "run 7", "there:7"),
    *(
        NOW + 7.5,
        NOW + 8.5,
        NOW + 9.5,
        NOW + 10.5,
        ("a", 'b " \\ é \ud800'),
        FIRST,
        "name",
        "2026-12-01 15:00",
        NOW + 11.5,
    ),
    *(True, 7, NOW + 12.5, NOW + 13.5, True),
)


def variants() -> list[Row]:
    """Return a row, and one that differs from it in each of its columns."""
    changes: list[dict[str, Any]] = [{name: getattr(OTHER, name)} for name in FIELDS]
    return [FIRST, *(FIRST._replace(**change) for change in changes), OTHER]


def test_rows_that_share_columns_are_written_as_each_is_alone() -> None:
    for one, other in permutations(variants(), 2):
        rows = [one, other, one]
        records = list(values_of(rows))
        assert records == [next(values_of([row])) for row in rows]
        assert [row_from(record) for record in records] == rows


def test_the_smsids_are_written_as_json_is() -> None:
    for smsids in ((), ("1",), ("1", 'é\ud800"\\\n')):
        record = next(values_of([FIRST._replace(smsids=smsids)]))
        assert record[COLUMNS.index("smsids")] == json.dumps(smsids)


def test_the_rows_of_a_claim_are_those_of_each_recipient() -> None:
    claim = CLAIM._replace(recipients={name: f"+{number}*" for number, name in enumerate(("ann", "bob", "cy", "di"))})
    stored = {"bob": settled(claimed(None, claim, "bob", NOW - 9e6), Fate.UNKNOWN, (), NOW) or FIRST}
    assert claimed_by(claim, stored, claim.recipients, NOW) == {
        name: claimed(stored.get(name), claim, name, NOW) for name in claim.recipients
    }
