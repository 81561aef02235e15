# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox import dates
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.journal import Fault
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.state import State, StateError
from ansible_collections.voip_communications.sms.tests.support.people import BOB


def filled(path: Path) -> State:
    """Return a state with one of each thing in it."""
    state = State(path)
    with state.open():
        state.gateway.settings = state.gateway.settings.changed({"zone": "Europe/Berlin", "balance": 1})
        state.gateway.clock.set(dates.instant("2026-12-01T10:00:00Z"))
        state.gateway.send("12812345678,15005550404", "Größe")
        state.gateway.send(BOB, "later", delivery_date="2026-12-02 10:00")
        state.journal.note(
            method="POST",
            path="sms/send",
            form={"to": "1"},
            repeated=[],
            content_type="",
            headers={"X": "y", "Authorization": "Basic a2V5"},
            authorized=True,
            clock="2026-12-01T10:00:00Z",
        )
        state.journal.faults.append(Fault.from_fields({"status": 503, "times": 2}))
    return state


def test_survives_a_restart(tmp_path: Path) -> None:
    before, after = filled(tmp_path / "state"), State(tmp_path / "state")
    assert after.gateway.to_dict() == before.gateway.to_dict()
    assert after.journal.to_dict() == before.journal.to_dict()
    assert dates.iso(after.gateway.clock.now()).startswith("2026-12-01T10:00:0")


def test_what_was_waiting_goes_out_after_a_restart(tmp_path: Path) -> None:
    filled(tmp_path / "state")
    after = State(tmp_path / "state")
    assert [each["to"] for each in after.gateway.scheduled()] == [BOB]
    after.gateway.clock.advance(86400)
    with after.open():
        assert after.gateway.scheduled() == []
    assert [each.state for each in State(tmp_path / "state").gateway.messages] == ["SENT", "REFUSED", "SENT"]


def test_holds_no_credentials_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    filled(tmp_path / "state")
    assert "a2V5" not in (tmp_path / "state").read_text(encoding="utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "{}", '{"sandbox-state-1": {}}', '{"sandbox-state-1": {"gateway": 1}}', "\udcff"]
)
def test_a_foreign_file_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(StateError, match="is no state file"):
        State(path)
    assert path.read_bytes() == content.encode("utf-8", "surrogateescape")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be written"):
        State(tmp_path / "missing" / "state").keep()


def test_a_failed_write_keeps_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = filled(tmp_path / "state")
    before = (tmp_path / "state").read_bytes()

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StateError, match="No space left"):
        state.keep()
    assert (tmp_path / "state").read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["state"]
    assert json.loads(before)
