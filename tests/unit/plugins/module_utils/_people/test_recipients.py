# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a list of recipients means, and what it says about those whom it cannot mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._message import numbers as numbers_module
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import Contacts, read_contacts
from ansible_collections.voip_communications.sms.plugins.module_utils._people.listeners import (
    read_listeners,
    read_people,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._people.recipients import (
    Recipient,
    Recipients,
    read_recipients,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANN
from ansible_collections.voip_communications.sms.tests.support.people_abroad import ANNA, BEN

CONTACTS: list[dict[str, Any]] = [
    {"name": "anna", "number": "+49 1511 2345678", "groups": ["dba", "oncall"]},
    {"name": "Ben Müller", "number": "+44 7700 900123", "groups": ["dba"]},
    {"name": "2nd line", "number": "+1 281 234 5678"},
    {"name": "Schmidt, Carla", "groups": "office"},
]


def contacts(*people: Any) -> Contacts:
    """Return contacts that have no fault."""
    faults = Faults()
    known = read_contacts(list(people or CONTACTS), faults)
    assert faults.sentences == ()
    return known


def recipients(value: object, known: Contacts | None = None, region: str | None = None) -> Recipients:
    """Return whom an option means."""
    return read_recipients("to", value, contacts() if known is None else known, region)


def sentences(value: object, known: Contacts | None = None) -> list[str]:
    """Return what is said of those who cannot be read."""
    return [unread.sentence for unread in recipients(value, known).faults]


@pytest.mark.parametrize(
    "value",
    [
        ["anna", "@dba", "+1 281 234 5678"],
        "anna, @dba, +1 281 234 5678",
        "anna; @dba; 12812345678;",
        "ANNA\n@DBA\n 0012812345678\n",
        '["anna", "@dba", "+12812345678"]',
        [{"number": "+4915112345678"}, "ben müller", "2nd line"],
        ["anna", "Ben  Mu\u0308ller", "2ND LINE"],
    ],
)
def test_everybody_is_meant_in_every_notation(value: object) -> None:
    found = recipients(value)
    assert [recipient.digits for recipient in found.read] == [ANNA[1:], BEN[1:], ANN]
    assert (found.repeated, found.faults) == ((), ())


def test_names_come_along() -> None:
    found = recipients([{"name": "dora", "number": "+12812345679", "language": "de"}, "+4915112345678", "@dba"])
    assert found.read == (
        Recipient("12812345679", "dora"),
        Recipient(ANNA[1:], "anna"),
        Recipient(BEN[1:], "Ben Müller"),
    )


def test_a_person_and_her_groups_get_one_message_without_a_word() -> None:
    assert recipients(["anna", "@dba", "@oncall"]).repeated == ()
    assert recipients(["anna", "@dba", "+49 1511 2345678", "anna"]).repeated == ("+49 1511 2345678", "anna")


def test_contacts_are_read_in_the_region() -> None:
    known = contacts({"name": "anna", "number": "01511 2345678"})
    assert recipients("anna", known, "DE").read == (Recipient(ANNA[1:], "anna"),)
    (unread,) = recipients("anna", known).faults
    assert (unread.given, unread.name) == ("01511 2345678", "anna")
    assert unread.sentence.startswith("number of anna: '01511 2345678' is not a possible phone number")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("ana", "there is no contact 'ana'; did you mean anna?"),
        ("Ben", "there is no contact 'Ben'; there are anna, Ben Müller, 2nd line, Schmidt, Carla"),
        ("DBA", "there is no contact 'DBA'; did you mean the group @dba?"),
        ("@Anna", "there is no group '@Anna'; did you mean the contact anna?"),
        ("@dab", "there is no group '@dab'; did you mean @dba?"),
        ("@", "there is no group '@'; there are @dba, @oncall, @office"),
        ("2nd lime", "'2nd lime' has the character 'n'"),
        (["Schmidt, Carla"], "the contact Schmidt, Carla has no number"),
        ("@office", "the contact Schmidt, Carla has no number"),
        ([{"name": "dora", "phone": "+12812345678"}], "recipient 1 (dora) has the unknown phone; a person has name, "),
        ([{"name": "dora", "number": 12812345678}], "number of recipient 1 (dora): 12812345678 is not text but a"),
        ([{"number": "12"}], "number of recipient 1: '12' is not a possible phone number"),
        ([{}], "recipient 1 has no number"),
        (12812345678, "12812345678 is not text but a number of type int: quote it"),
        ([["+12812345678"]], "a list was given where a phone number belongs"),
        ([None], "None was given where a phone number belongs"),
        ("anna,,ben müller", "'' has no digits"),
        ("'+12812345678'", '"\'": the quotes are part of the value'),
        (["+12812345678,+12812345679"], "give each number as a list element of its own"),
        ("[anna]", "to begins with [ but is not JSON"),
    ],
)
def test_who_is_not_known_is_refused(value: object, said: str) -> None:
    assert said in sentences(value)[0]


def test_the_key_of_a_number_is_told() -> None:
    assert sentences([{"name": "dora", "phone": "+12812345678"}])[0].endswith(
        "; the number of recipient 1 (dora) must be called number; recipient 1 (dora) has no number"
    )


def test_a_name_that_begins_like_a_number_is_found_again() -> None:
    assert sentences("2nd lime")[0].endswith("; did you mean the contact 2nd line?")


def test_without_contacts_a_name_says_where_they_go() -> None:
    (said,) = sentences("anna", Contacts())
    assert said == (
        "'anna' is not a phone number, and has no contact: give contacts, or set VOIPSMS_CONTACTS, or write the number"
    )
    (said,) = sentences("@dba", Contacts())
    assert said == "'@dba' has no contact: give contacts, or set VOIPSMS_CONTACTS, or write the number"
    assert sentences("@dba", contacts({"name": "anna"})) == ["there is no group '@dba': no contact has groups"]
    (sentence,) = sentences("@anna", contacts({"name": "anna"}))
    assert sentence == "there is no group '@anna'; did you mean the contact anna?"


def test_contacts_with_faults_are_not_taken_for_all() -> None:
    faults = Faults()
    known = read_contacts([*CONTACTS, {"name": "dora", "number": 5}, {"number": "+12812345679"}], faults)
    assert [sentence[:28] for sentence in faults.sentences] == ["number of contact 5 (dora): ", "contact 6 has no name"]
    assert sentences("emil", known) == ["there is no contact 'emil' among the contacts that could be read"]


@pytest.mark.parametrize("values", [None, "", [], (), " \n"])
def test_an_empty_value_has_no_number_to_send_to(values: object) -> None:
    assert sentences(values) == ["there is no number to send to"]


@pytest.mark.parametrize(
    ("values", "count"),
    [({"a": 1}, 1), (",", 1), ("+12812345678,", 0), ("+12812345678,,", 1), ([["+12812345678"]], 1), ([""], 1)],
)
def test_what_cannot_be_a_list_of_recipients(values: object, count: int) -> None:
    assert len(sentences(values)) == count


def test_a_recipient_that_cannot_be_read_is_shown_as_it_was_given() -> None:
    """So that a rescue finds it again, unless it is endless."""
    assert [unread.given for unread in recipients(["12 ", "x\ty", 5, "9" * 999]).faults] == [
        "12",
        "x\ty",
        "5",
        "9" * 40 + "…",
    ]


@given(st.lists(st.sampled_from(["+12812345678", "0012812345678", "+442079460958", "anna", "x", ""]), max_size=6))
def test_nothing_given_is_lost(values: list[str]) -> None:
    found = recipients(values)
    wanted = [recipient.digits for recipient in found.read]
    assert len(set(wanted)) == len(wanted)
    unreadable = {value for value in values if value in ("x", "")}
    assert len(found.read) + len(found.repeated) == sum(value not in unreadable for value in values)
    assert {unread.given for unread in found.faults} == (unreadable if values else {""})


def test_ten_thousand_recipients_are_read() -> None:
    found = recipients([f"+1281{2000000 + count}" for count in range(10_000)], region="US")
    assert (len(found.read), found.faults) == (10_000, ())


def test_people_keep_what_they_want() -> None:
    faults = Faults()
    known = contacts({"name": "anna", "number": "+49 1511 2345678", "groups": ["dba"], "severity": "warning"})
    people = read_people(["@dba", {"number": "+12812345678", "events": ["failed"]}, "ana"], known, faults)
    assert [(person.name, person.severity, person.events) for person in people] == [
        ("anna", "warning", ()),
        ("", "info", ("failed",)),
    ]
    assert faults.sentences == ("recipient 3: there is no contact 'ana'; did you mean anna?",)


def test_without_phonenumbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers_module, "PHONENUMBERS_ERROR", "Traceback: no module")
    with pytest.raises(MissingLibrary):
        recipients([])


# --- People, with what they want to hear ----------------------------------------------------------------------------


def test_listeners_have_their_numbers_and_what_they_want() -> None:
    known = contacts({**CONTACTS[0], "language": "de", "events": ["failed"]}, CONTACTS[1])
    listeners = read_listeners("to", ["@dba", "anna", "281 234 5678"], known, "US")
    people = [(person.number, person.name, person.language) for person in listeners.people]
    assert people == [
        (ANNA, "anna", "de"),
        (BEN, "Ben M\u00fcller", ""),
        (ANNA, "anna", "de"),
        (f"+{ANN}", "", ""),
    ]
    assert (listeners.repeated, listeners.faults, listeners.warnings) == ((), (), ())


def test_one_who_cannot_be_read_silences_no_other() -> None:
    listeners = read_listeners("to", ["ana", "123", "Schmidt, Carla", "ben m\u00fcller", "@nobody"], contacts(), None)
    assert [person.name for person in listeners.people] == ["Ben M\u00fcller"]
    assert [fault.given for fault in listeners.faults] == ["ana", "123", "Schmidt, Carla", "@nobody"]
    assert "did you mean anna?" in listeners.faults[0].sentence


def test_who_has_preferences_that_cannot_be_read_is_told_as_if_there_were_none() -> None:
    entry = {"number": "+1 281 234 5678", "name": "desk", "hours": "at night", "severity": "high", "events": ["fail"]}
    listeners = read_listeners("to", [entry], contacts(), None, ["failed"])
    (person,) = listeners.people
    assert (person.hours, person.severity, person.number) == (None, "info", f"+{ANN}")
    assert [warning.split(" of ")[0] for warning in listeners.warnings] == ["events", "severity", "hours"] or (
        len(listeners.warnings) == 3
    )


@pytest.mark.parametrize("value", [[], "", None, "[1"])
def test_no_listeners_are_a_fault(value: object) -> None:
    listeners = read_listeners("to", value, contacts(), None)
    assert listeners.people == ()
    assert len(listeners.faults) == 1
