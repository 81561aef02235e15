# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of everyone in the tests. Those whose country matters are in ``people_abroad``."""

from __future__ import annotations

ANNA, BEN, CARA, DORA = "+12812345678", "+12812345679", "+12812345680", "+12812345681"
"""People, as users write their numbers and as results show them."""

STRANGER = "+447700900999"
"""Someone who is no contact of anyone."""

NOT_IN_SERVICE = "+15005550404"
"""A number that the sandbox always refuses, with code 404."""

OWN = "+17134567890"
"""The number of the account."""

ANN, BOB, CARL = "12812345678", "12812345679", "12812345680"
"""People, as the service has their numbers: without the plus sign."""

ABROAD = "442079460958"
"""Someone in another country, as the service has the number."""

OURS, BULK = "17134567890", "17130000000"
"""The number of the account, and the one from which it sends where none is named, as the service has them."""
