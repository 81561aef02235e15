# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences with which input is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError


def sentences_of(call: Callable[..., object], *arguments: Any, **named: Any) -> tuple[str, ...]:
    """Return the sentences with which a call refuses its arguments; none of them may hold a credential."""
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    assert "canary" not in str(caught.value)
    assert str(caught.value) == "; ".join(caught.value.faults)
    return caught.value.faults
