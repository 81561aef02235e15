# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make torture` runs for ten minutes finds nothing in a few seconds, and finds what is broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support import fault_server
from ansible_collections.voip_communications.sms.tests.support.fault_server import Behaviour
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION
from ansible_collections.voip_communications.sms.tests.tools import torture, torture_scheduled

PACKAGE = "ansible_collections.voip_communications.sms.plugins.module_utils"
UNCLAIMED = f"""
from {PACKAGE}._ledger import model
from {PACKAGE}._send import delivery
known = model.claimability
def claimability(row, dedupe, now):
    result = known(row, dedupe, now)
    return model.Claimability.FREE if result is model.Claimability.UNKNOWN else result
delivery.claimability = model.claimability = claimability
"""
SENT = f"""
from {PACKAGE}._send import results
results._OUTCOMES = {{}}
"""
CLOCK = (COLLECTION / "tests" / "support" / "clock" / "sitecustomize.py").read_text(encoding="utf-8")
KEEPS_CLAIMED = f"""
from {PACKAGE}._schedule import plan, snapshot
known = plan.scheduled_state
def scheduled_state(*known_facts, **more):
    state = known(*known_facts, **more)
    return plan.ScheduledState.UNLISTED if state is plan.ScheduledState.CANCELLING else state
snapshot.scheduled_state = scheduled_state
"""


def test_a_few_seconds_find_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert torture.main(["--seconds", "8", "--seed", "7"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("torture: 8 seconds, seed 7\n")
    assert "0 sent twice, 0 lost without a failed task, 0 called sent without proof, 0 secrets found" in printed
    assert not [name for name in ("runs", "plays", "told slow", "stories", "scheduled") if f" 0 {name}," in printed]
    assert "0 plays gone wrong" in printed
    assert (
        "0 equal messages pending, 0 ok with nothing pending, 0 ok and then delivered, 0 without a way out" in printed
    )


@pytest.mark.parametrize(
    ("lie", "behaviour", "count"),
    [
        pytest.param(UNCLAIMED, fault_server.read_then_reset(accepted=True), "sent twice", id="unknown is unclaimed"),
        pytest.param(SENT, fault_server.read_then_reset(), "called sent without proof", id="unknown is sent"),
    ],
)
def test_what_is_broken_on_purpose_is_found(lie: str, behaviour: Behaviour, count: str, tmp_path: Path) -> None:
    (tmp_path / "lies").mkdir()
    (tmp_path / "lies" / "sitecustomize.py").write_text(lie, encoding="utf-8")
    lies = str(tmp_path / "lies")
    counts = torture.torture(tmp_path, 90, 7, lies, until_wrong=True, choice=[behaviour, fault_server.ok()])
    assert counts[count] > 0, counts


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_message_that_is_kept_although_its_cancel_was_claimed_is_found(tmp_path: Path) -> None:
    (tmp_path / "lies").mkdir()
    # Python loads one such file, and the stories need that of the clock.
    (tmp_path / "lies" / "sitecustomize.py").write_text(f"{CLOCK}\n{KEEPS_CLAIMED}", encoding="utf-8")
    # With this seed, one of the first stories shows it.
    counts = torture_scheduled.torture_scheduled(tmp_path / "stories", 240, 3, str(tmp_path / "lies"), until_wrong=True)
    assert counts["ok with nothing pending"] > 0, counts
