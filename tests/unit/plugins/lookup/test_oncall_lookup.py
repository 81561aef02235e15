# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup oncall: its options, what it returns, and what it says where it is not certain who is on call."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ansible_collections.voip_communications.sms.plugins.lookup import oncall
from ansible_collections.voip_communications.sms.tests.support.people import BEN
from ansible_collections.voip_communications.sms.tests.support.rota import write_rota

NAME = "voip_communications.sms.oncall"
PEOPLE = [
    {"name": "anna", "number": "+1 281 234 5678", "groups": ["dba"], "language": "de"},
    {"name": "ben", "number": BEN},
]
MARCH = "2026-03-02T12:00:00+00:00"


@pytest.fixture
def rota(tmp_path: Path) -> str:
    """Return a calendar in which anna has a day of March, and after an hour without anyone ben has the next."""
    shifts = (("20260302T000000", "20260303T000000", "[L1] anna"), ("20260303T010000", "20260304T000000", "[L1] ben"))
    return write_rota(tmp_path, *shifts, zone="Europe/Berlin")


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, **_options: shown.append(text))
    return shown


def found(*terms: str, **options: Any) -> list[dict[str, Any]]:
    """Return what the lookup returns."""
    return lookup().run(list(terms), {}, **{"contacts": PEOPLE, "at": MARCH, **options})


def lookup() -> oncall.LookupModule:
    """Return the lookup with the options of its documentation, which Ansible's loader gives it otherwise."""
    options = yaml.safe_load(oncall.DOCUMENTATION)["options"]
    constants.config.initialize_plugin_configuration_definitions("lookup", NAME, options)
    plugin = oncall.LookupModule()
    plugin._load_name = NAME
    return plugin


def fault(*terms: str, **options: Any) -> str:
    with pytest.raises(AnsibleError) as caught:
        found(*terms, **options)
    return str(caught.value)


def test_who_is_on_call(rota: str) -> None:
    (anna,) = found(rota)
    assert anna == {
        "name": "anna",
        "number": "+1 281 234 5678",
        "groups": ["dba"],
        "language": "de",
        "severity": "info",
        "quiet": "drop",
        "since": "2026-03-02T00:00+01:00",
        "until": "2026-03-03T00:00+01:00",
        "level": 1,
        "next": [],
    }
    (ben,) = found(rota, next=True)
    assert (ben["name"], ben["since"]) == ("ben", "2026-03-03T01:00+01:00")
    assert found(rota, level="1") == [anna]
    # A variable that holds a list is one term.
    assert lookup().run([[rota, rota]], {}, contacts=PEOPLE, at=MARCH) == [anna]


def test_contacts_and_settings_of_the_environment(rota: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = tmp_path / "people.yml"
    people.write_text(yaml.safe_dump(PEOPLE), "utf-8")
    monkeypatch.setenv("VOIPSMS_CONTACTS", str(people))
    monkeypatch.setenv("VOIPSMS_CALENDAR_STALE_FOR", "soon")
    with pytest.raises(AnsibleError, match="stale_for 'soon' is not a duration"):
        lookup().run([rota], {}, at=MARCH)
    monkeypatch.setenv("VOIPSMS_CALENDAR_STALE_FOR", "2h")
    assert [one["name"] for one in lookup().run([rota], {}, at=MARCH)] == ["anna"]


def test_a_gap_fails_or_has_a_fallback(rota: str, warnings: list[str]) -> None:
    gap = "2026-03-03T00:30:00+01:00"
    sentence = "no one is on call at 2026-03-02T23:30+00:00"
    assert fault(rota, at=gap).endswith(f"{NAME}: {sentence}")
    (ben, number) = found(rota, at=gap, fallback=["ben", "+12812345670"])
    assert (ben["name"], ben["until"], ben["next"], number["number"]) == ("ben", "", [], "+12812345670")
    assert warnings == [f"{NAME}: {sentence}; the fallback is returned as well"]


def test_a_fallback_that_is_on_call_is_there_once(rota: str, tmp_path: Path, warnings: list[str]) -> None:
    assert [one["name"] for one in found(rota, str(tmp_path / "none.ics"), fallback="anna, ben")] == ["anna", "ben"]
    assert "none.ics' cannot be read (No such file or directory)" in warnings[0]


def test_every_fault_at_once() -> None:
    sentence = fault(contacts=[{"name": "anna"}, 1], at="noon", level=10, fallback="zoe")
    for part in (
        "contact 2 is not a person",
        "the lookup has no calendar",
        "level must be a whole number from 0 to 9",
        "at must be a date and time with an offset",
        "there is no contact 'zoe'",
    ):
        assert part in sentence


def test_a_library_that_is_missing(rota: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "recurring_ical_events":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    sentence = fault(rota)
    assert "the Python library recurring-ical-events cannot be imported by" in sentence
    assert "pip install 'recurring-ical-events>=3.8'" in sentence


def test_the_papers_say_what_is_returned(rota: str) -> None:
    contained = yaml.safe_load(oncall.RETURN)["_raw"]["contains"]
    assert set(contained) <= set(found(rota)[0])
    assert all(value["description"] and "sample" in value for value in contained.values())
