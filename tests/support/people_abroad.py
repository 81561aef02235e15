# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of people in three countries, for tests of what depends on the country: regions, hours and prices."""

from __future__ import annotations

ANNA, BEN, DESK = "+4915112345678", "+447700900123", "+12815550100"
"""In Germany, in Great Britain and in the United States, as users write them."""
