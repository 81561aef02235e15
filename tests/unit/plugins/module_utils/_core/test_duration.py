# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations as people write them."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.duration import read_seconds, seconds_in
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError


@pytest.mark.parametrize(
    ("value", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), (0, 0), ("45", 45)]
)
def test_a_duration_is_read_as_seconds(value: object, seconds: float) -> None:
    assert read_seconds("wait", value) == seconds


@pytest.mark.parametrize("value", [None, "", "h", "15 minutes", -5, 1.5, True, [], "1m1h", "-5m"])
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(InputError, match="is not a duration"):
        read_seconds("wait", value)


def test_units_are_needed_where_a_number_alone_is_none() -> None:
    assert [seconds_in(text) for text in ("45", "", "1d", "0m")] == [None, None, 86400, 0]
