# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interval of a median: its ends are the ranks that tables of the sign test name."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.tests.benchmark.tables import median_interval


@pytest.mark.parametrize(
    ("size", "ranks"),
    [(5, (1, 5)), (6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (20, (6, 15)), (30, (10, 21)), (100, (40, 61))],
)
def test_the_interval_of_a_median_ends_at_the_ranks_of_the_sign_test(size: int, ranks: tuple[int, int]) -> None:
    values = [float(value) for value in range(size, 0, -1)]
    assert median_interval(values) == ((size + 1) / 2, *map(float, ranks))
