# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Give a claim and a row of the ledger, which tests change by ``_replace``, and rows as earlier releases wrote them."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Claim,
    DedupePolicy,
    Fingerprints,
    Row,
    State,
)

NOW = 1_000_000.0
FINGERPRINTS = Fingerprints.of("test", "")
CLAIM = Claim(
    key="key",
    label="",
    dedupe=DedupePolicy(content="text", window=600.0),
    recipients={"ann": "+1*78"},
    owner="run 1",
    origin="host:1",
    start_within=90.0,
    finish_within=100.0,
)
UNKNOWN = Row(
    key="key",
    recipient="ann",
    masked="*78",
    label="",
    content="text",
    state=State.UNKNOWN,
    attempt=1,
    owner="run 1",
    origin="host:1",
    claimed_at=NOW - 100,
    first_byte_by=NOW - 10,
    lease_until=NOW - 1,
    keep_until=NOW + 1e6,
)

FIRST_FIELDS = Row._fields[: Row._fields.index("revision")]
"""The columns of the releases before SQLite's schema 5 and PostgreSQL's schema 4, besides the account."""

EARLIER_RECORDS = (
    (
        *("key", "ann", "+1*78", "deploy", "text", "sending", 2, "run 2", "host:1"),
        *(1000050.5, 1000140.5, 1000180.5, 2000000900.0, "[]"),
        (
            '{"key": "key", "recipient": "ann", "masked": "+1*78", "label": "deploy", "content": "text",'
            ' "state": "accepted", "attempt": 1, "owner": "run 1", "origin": "host:1", "claimed_at": 1000000.0,'
            ' "first_byte_by": 1000090.0, "lease_until": 1000130.0, "keep_until": 2000000900.0, "smsids": ["1", "2"],'
            ' "previous": null, "name": "name", "date": "2026-12-01 15:00", "delivers_at": 1900000000.0,'
            ' "listed": true}'
        ),
        *("name", "2026-12-01 15:00", 1900000000.0, False, 403947364),
    ),
    (
        *("plain", "bob", "+1*79", "", "text", "accepted", 1, "run 2", "host:1"),
        *(1000050.5, 1000140.5, 1000180.5, 2000000900.0, '["3"]', None),
        *("", None, None, False, 2323695395),
    ),
)
"""Two records as such a release wrote them: ``FIRST_FIELDS`` and a checksum."""

_PLAIN = Row(
    key="plain",
    recipient="bob",
    masked="+1*79",
    label="",
    content="text",
    state=State.ACCEPTED,
    attempt=1,
    owner="run 2",
    origin="host:1",
    claimed_at=1000050.5,
    first_byte_by=1000140.5,
    lease_until=1000180.5,
    keep_until=2000000900.0,
    smsids=("3",),
)
_SENDING = _PLAIN._replace(
    key="key",
    recipient="ann",
    masked="+1*78",
    label="deploy",
    state=State.SENDING,
    attempt=2,
    smsids=(),
    name="name",
    date="2026-12-01 15:00",
    delivers_at=1900000000.0,
)
_COVERED = _SENDING._replace(
    state=State.ACCEPTED,
    attempt=1,
    owner="run 1",
    claimed_at=1000000.0,
    first_byte_by=1000090.0,
    lease_until=1000130.0,
    smsids=("1", "2"),
    listed=True,
)
EARLIER_ROWS = (_SENDING._replace(previous=_COVERED), _PLAIN)
"""The rows of ``EARLIER_RECORDS``."""
