# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random stories over the real code and a real SQLite ledger, the same ones on every run.

MODEL_SEARCH=large tells many more, other ones each time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import model, own_claims, stored
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Claimability,
    DedupePolicy,
    Row,
    State,
    claimability,
    settled,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.plugins.module_utils._send import delivery
from ansible_collections.voip_communications.sms.tests.model.kept import LARGE, STORIES, InMemory, InSqlite
from ansible_collections.voip_communications.sms.tests.model.machine import SendingOnce
from ansible_collections.voip_communications.sms.tests.model.protocol import ONCE, ONE_AT_WORK, TRUE_SUCCESS
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT


class OverSqlite(InSqlite, SendingOnce):
    """Stories over a file."""


class OverMemory(InMemory, SendingOnce):
    """Stories over a dictionary."""


@pytest.mark.timeout(0 if LARGE else 300)
@pytest.mark.parametrize("machine", [OverSqlite, OverMemory])
def test_whatever_happens_it_is_sent_at_most_once_and_never_lost(machine: type[SendingOnce]) -> None:
    run_state_machine_as_test(machine, settings=settings(STORIES, max_examples=5_000 if LARGE else 60))


def lease_frees(row: Row | None, dedupe: DedupePolicy, now: float) -> Claimability:
    over = row is not None and row.state is State.SENDING and row.lease_until <= now
    return Claimability.FREE if over else claimability(row, dedupe, now)


def error_deletes(row: Row, fate: Fate, smsids: tuple[str, ...], now: float) -> Row | None:
    return None if fate is Fate.UNKNOWN else settled(row, fate, smsids, now)


def forgets_covered(row: Row, fate: Fate, smsids: tuple[str, ...], now: float) -> Row | None:
    return settled(row._replace(previous=None), fate, smsids, now)


def counts_unknown(row: Row, fate: Fate, smsids: tuple[str, ...], now: float) -> Row | None:
    return settled(row, Fate.ACCEPTED if fate is Fate.UNKNOWN else fate, smsids, now)


def never_free(row: Row | None, dedupe: DedupePolicy, now: float) -> Claimability:
    return Claimability.UNKNOWN if row is not None and row.state is State.UNKNOWN else claimability(row, dedupe, now)


def ahead_frees(row: Row | None, dedupe: DedupePolicy, now: float) -> Claimability:
    is_ahead = row is not None and row.state is State.SENDING and row.is_ahead(now)
    asked = dedupe.force or dedupe.resend_unknown
    return Claimability.FREE if is_ahead and asked else claimability(row, dedupe, now)


class Forgetful(own_claims.OwnClaims):
    """Believes the ledger alone, even one that was deleted meanwhile."""

    def claim(self, *claim: Any) -> dict[str, Row]:
        won = super().claim(*claim)
        self._rows.clear()
        return won


@pytest.mark.parametrize(
    ("invariant", "name", "rule"),
    [
        (ONCE, "claimability", lease_frees),
        (ONE_AT_WORK, "claimability", ahead_frees),
        (ONCE, "settled", error_deletes),
        (ONCE, "settled", forgets_covered),
        (ONCE, "OwnClaims", Forgetful),
        (TRUE_SUCCESS, "settled", counts_unknown),
        (NO_WAY_OUT, "claimability", never_free),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_rule_is_found(invariant: str, name: str, rule: Callable[..., Any]) -> None:
    """The first story that shows it is enough; the shortest takes long, and no one reads it here."""
    stories = settings(STORIES, max_examples=500, stateful_step_count=12, derandomize=True, phases=[Phase.generate])
    with ExitStack() as stack:
        # A run first reads its rows by the same rule as it claims them.
        for module in {"claimability": (model, delivery), "settled": (own_claims,)}.get(name, (stored,)):
            stack.enter_context(mock.patch.object(module, name, rule))
        with pytest.raises(AssertionError, match=invariant):
            run_state_machine_as_test(OverMemory, settings=stories)
