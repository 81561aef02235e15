# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts from a list and from files, as people, spreadsheets and address books write them."""

from __future__ import annotations

import builtins
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contact_file import LONGEST
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import (
    Contacts,
    described,
    read_contacts,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._people.hours import Hours
from ansible_collections.voip_communications.sms.plugins.module_utils._people.person import KEYS, Person

ANNA = Person(
    number="+49 1511 2345678",
    name="anna",
    groups=("dba", "oncall"),
    email="anna@example.com",
    calendar=("Anna S.",),
    events=("failed", "rolled_back"),
    severity="warning",
    hours=Hours(480, 1320, "Europe/Berlin"),
    defers=True,
    language="de",
)
YAML = """\
voipsms_contacts:
  - name: anna
    number: "+49 1511 2345678"
    groups: [dba, oncall]
    email: anna@example.com
    calendar: ["Anna S."]
    events: [failed, rolled_back]
    severity: warning
    hours: {from: "08:00", to: "22:00", timezone: Europe/Berlin}
    quiet: defer
    language: de
  - {name: ben, number: "+447700900123"}
"""
CSV = """\
name,number,groups,email,calendar,events,severity,hours,quiet,language
anna,+49 1511 2345678,"dba, oncall",anna@example.com,Anna S.,"failed
rolled_back",warning,08:00-22:00 Europe/Berlin,defer,DE
,,,,,,,,,
ben,+447700900123
"""
VCARDS = """\
BEGIN:VCARD
VERSION:4.0
FN:anna
TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+49-30-1234567;ext=12
TEL;VALUE=uri;TYPE="voice,cell":tel:+49-1511-2345678
TEL;TYPE=fax:+49 30 1234568
EMAIL:anna@example.com
CATEGORIES:dba,oncall
PHOTO:data:image/png;base64,iVBORw0KGgo
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:Müller;Ben;;;
FN:
item1.TEL;TYPE=CELL:+44 7700
  900123
TEL;TYPE=CELL;TYPE=pref:+44 7700 900124
NOTE:a long
  line
END:VCARD
"""


def read(value: object) -> tuple[Contacts, tuple[str, ...]]:
    """Return contacts, and what is wrong with them."""
    faults = Faults()
    return read_contacts(value, faults), faults.sentences


def faults_of(value: object) -> tuple[str, ...]:
    return read(value)[1]


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """Return what writes a file and returns its path."""

    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def as_json(text: str) -> str:
    import yaml  # noqa: PLC0415

    return json.dumps(yaml.safe_load(text)["voipsms_contacts"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.yml", YAML),
        ("people.YAML", YAML.replace("voipsms_contacts", "contacts").encode("utf-8-sig")),
        ("people.json", as_json(YAML)),
        ("people.csv", CSV),
        ("people.csv", "\ufeff" + CSV.replace("\n", "\r\n")),
        ("people.csv", "sep=,\r\n" + CSV),
    ],
)
def test_a_file_says_all_of_a_person(name: str, content: str | bytes, file: Any) -> None:
    contacts, faults = read(file(name, content))
    assert faults == ()
    assert contacts.people == (ANNA, Person("+447700900123", "ben"))


def test_a_list_says_the_same_and_so_does_json_as_text() -> None:
    for value in (json.loads(as_json(YAML)), as_json(YAML)):
        assert read(value)[0].people == (ANNA, Person("+447700900123", "ben"))
    assert set(json.loads(as_json(YAML))[0]) == set(KEYS)


def test_joiners_are_part_of_names() -> None:
    name, group = "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0915\u094d\u200d\u0937"
    contacts, faults = read([{"name": name, "number": "+447700900123", "groups": [group]}])
    assert faults == ()
    assert contacts.people == (Person("+447700900123", name, (group,)),)


def test_the_other_half_of_the_world_saves_semicolons(file: Any) -> None:
    text = (
        '\ufeffName;Number;Groups\r\nanna;+49 1511 2345678;dba, oncall\r\n"Müller, Ben";+447700900123;"dba; office"\r\n'
    )
    contacts, faults = read(file("people.csv", text))
    assert faults == ()
    assert contacts.people == (
        Person("+49 1511 2345678", "anna", ("dba", "oncall")),
        Person("+447700900123", "Müller, Ben", ("dba", "office")),
    )
    for declaration in ("", "sep=\t\r\n", "SEP=\r\n"):
        tabs = declaration + text[1:].replace(";", "\t")
        assert read(file("people.csv", tabs))[0].people[0] == contacts.people[0], declaration


def test_an_address_book_prefers_mobile_phones(file: Any) -> None:
    contacts, faults = read(file("people.vcf", VCARDS.replace("\n", "\r\n")))
    assert faults == ()
    assert contacts.people == (
        Person("+49-1511-2345678", "anna", ("dba", "oncall"), "anna@example.com"),
        Person("+44 7700 900124", "Ben Müller"),
    )


def test_an_address_book_whose_lines_are_folded_within_a_character(file: Any) -> None:
    content = VCARDS.replace("\n", "\r\n").encode().replace("ü".encode(), b"\xc3\r\n \xbc")
    contacts, faults = read(file("people.vcard", content))
    assert faults == ()
    assert contacts.people[1].name == "Ben Müller"
    # No spreadsheet has saved it.
    assert faults_of(file("people.vcard", b"FN:J\xfcrgen\n"))[0].endswith("people.vcard' is not UTF-8")


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ("TEL:+1\nTEL;PREF=2:+2\nTEL;PREF=1:+3", "+3"),
        ("TEL;TYPE=home,pref:+1\nTEL;TYPE=CELL:+2", "+2"),
        ("TEL;TYPE=fax:+1", ""),
        ("TEL:+1\nTEL:+2", "+1"),
        ("TEL:TEL:+1%2D281", "+1-281"),
        ("TEL;PREF=x:+1\nTEL;PREF=7:+2", "+2"),
        ("", ""),
    ],
)
def test_one_of_several_numbers_is_taken(lines: str, number: str, file: Any) -> None:
    text = f"BEGIN:VCARD\nVERSION:3.0\nFN:anna\n{lines}\nEND:VCARD\n".replace("\n\n", "\n")
    contacts, faults = read(file("people.vcard", text))
    assert faults == ()
    assert contacts.people[0].number == number


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.yml",
            "- name: anna\n  number: 4915112345678\n",
            "number of contact 1 of '{}' (anna): 4915112345678 is not text",
        ),
        ("a.yml", "- name: anna\n number: 5\n", ", line 2 is not YAML that can be read here ("),
        (
            "a.yml",
            "- !vault |\n  $ANSIBLE_VAULT\n",
            ", line 1 is not YAML that can be read here (could not determine a con",
        ),
        ("a.yml", "[" * 10_000, "is not YAML"),
        ("a.yml", "anna: 5", "contacts '{}' must hold a list of people, alone or as voipsms_contacts"),
        ("a.yml", "- 5", "contact 1 of '{}' is not a person: contacts must be a list of people"),
        (
            "a.yml",
            "$ANSIBLE_VAULT;1.1;AES256\n6138",
            "contacts '{}' is encrypted by ansible-vault: load it with vars_files",
        ),
        ("a.json", '[\n{"name": "anna",}]', "contacts '{}', line 2 is not JSON ("),
        ("a.json", "[" * 100_000, "contacts '{}' is not JSON"),
        (
            "a.csv",
            "name;phone\nanna;+1\n",
            "contacts '{}', line 1 has the unknown phone: it must name the columns, of wh",
        ),
        ("a.csv", "anna;+1\n", "contacts '{}', line 1 has the unknown anna, +1: it must name the columns"),
        ("a.csv", "number\n+1\n", "contacts '{}', line 1 has no name: it must name the columns"),
        ("a.csv", "name,name\n", "contacts '{}', line 1 names a column twice"),
        ("a.csv", "name,number\nanna,1,2\n", "contacts '{}', line 2 has more cells than the first line has columns"),
        ("a.csv", 'name,number\nanna,"1\n', "contacts '{}', line 2 is not CSV ("),
        ("a.csv", "sep=;\nname;number\n;5\n", "line 3 of '{}' has no name"),
        (
            "a.csv",
            "name;number\nanna;4,91511E+12\n",
            "number of line 2 of '{}' (anna) is '4,91511E+12', in which a sprea",
        ),
        (
            "a.csv",
            "name;number\nJ\u00fcrgen;1\n".encode("latin-1"),
            "contacts '{}' is not UTF-8: a spreadsheet saves it so",
        ),
        ("a.csv", "name;number\n".encode("utf-16"), "contacts '{}' is not UTF-8"),
        ("a.vcf", "hello", "contacts '{}', line 1 is not a vCard"),
        ("a.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:anna\n", "contacts '{}', line 5 is not a vCard"),
        ("a.vcf", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "contacts '{}' holds something that is not a vCard"),
        ("a.vcf", "BEGIN:VCARD\nVERSION:3.0\nTEL:+1\nEND:VCARD\n", "card 1 of '{}' has no name"),
        ("a.txt", "anna", "contacts '{}' must end in one of .yml, .yaml, .json, .csv, .vcf, .vcard, which says what"),
        ("a.csv", "name\n" + " " * LONGEST, "contacts '{}' has more than 8 MiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(name: str, content: str | bytes, said: str, file: Any) -> None:
    path = file(name, content)
    (sentence,) = faults_of(path)
    assert said.format(path) in sentence


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/none/people.yml", "contacts '/none/people.yml' cannot be read (No such file or directory)"),
        ("/dev/null.csv", "contacts '/dev/null.csv' cannot be read (No such file or directory)"),
        ("a\0.csv", "contacts 'a\\x00.csv' is not a path"),
        ("$PEOPLE/people.csv", "contacts '/dev/people.csv' cannot be read (No such file or directory)"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(path: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEOPLE", "/dev")
    assert faults_of(path) == (said,)


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert faults_of(str(tmp_path / "a.csv"))[0].endswith(" cannot be read (Is a directory)")


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ({"name": "112", "number": "+1"}, "name of contact 1 looks like a number: '112' must have a letter, and no +"),
        ({"name": "+49 x", "number": "+1"}, "name of contact 1 looks like a number: '+49 x'"),
        ({"name": "24/7", "number": "+1"}, "name of contact 1 looks like a number: '24/7'"),
        ({"name": "@dba", "number": "+1"}, "name of contact 1 begins with @, which is for groups: '@dba'"),
        ({"name": 5, "number": "+1"}, "name of contact 1 must be a text that is not empty"),
        ({"name": "a\tb\x07", "number": "+1"}, "name of contact 1 must be at most 200 printable characters"),
        ({"number": "+1"}, "contact 1 has no name"),
        (
            "anna",
            "contact 1 is not a person: contacts must be a list of people, each with name and number, or the path",
        ),
        (
            {"name": "anna", "number": 4915112345678},
            "(anna): 4915112345678 is not text but a number of type int: quote",
        ),
        (
            {"name": "anna", "number": "9" * 101},
            "(anna): '9999999999999999999999999999999999999999…' has 101 characters",
        ),
        ({"name": "anna", "phone": "+1"}, "contact 1 (anna) has the unknown phone; a person has name, number, groups,"),
        (
            {"name": "anna", "groups": ["@dba"]},
            "groups of contact 1 (anna) has '@dba': write the names alone, without @",
        ),
        ({"name": "anna", "groups": [5]}, "groups of contact 1 (anna) must be a list of texts"),
        ({"name": "anna", "email": "anna"}, "email of contact 1 (anna) must be one address, such as anna@example.com"),
        ({"name": "anna", "calendar": 5}, "calendar of contact 1 (anna) must be a list of texts"),
        ({"name": "anna", "severity": "high"}, "severity of contact 1 (anna) must be one of info, warning, critical"),
        ({"name": "anna", "quiet": "never"}, "quiet of contact 1 (anna) must be one of drop, defer"),
        (
            {"name": "anna", "hours": "8-22"},
            "hours of contact 1 (anna) must be a dictionary with from, to, timezone, or a",
        ),
        (
            {"name": "anna", "language": False},
            "must be a language such as de or pt-BR, and YAML reads no as a truth value",
        ),
        ({"name": "anna", "language": "german"}, "language of contact 1 (anna) must be a language such as de or pt-BR"),
    ],
)
def test_a_contact_that_cannot_be_meant_is_refused(person: object, said: str) -> None:
    assert said in faults_of([person])[0]


def test_a_name_is_of_one_contact() -> None:
    assert faults_of([{"name": "Anna"}, {"name": " anna "}]) == (
        "contact 2 has the name 'anna', which contact 1 has already",
    )


def test_many_faults_are_counted() -> None:
    sentences = faults_of([{"name": f"anna {index}", "number": index} for index in range(500)])
    assert len(sentences) == 11
    assert sentences[-1] == "contacts have 490 more faults"


@pytest.mark.parametrize("value", [None, "", [], " ", {}, "[]"])
def test_an_empty_value_is_no_contacts_and_no_fault(value: object) -> None:
    contacts, faults = read(value)
    assert (contacts.people, faults) == ((), ())


def test_a_number_leads_to_its_contact() -> None:
    contacts, _faults = read(
        [{"name": "anna", "number": "0151 12345678"}, {"name": "ben", "number": "5678"}, {"name": "dora"}]
    )
    assert contacts.name_of("4915112345678", "DE") == "anna"
    assert contacts.name_of("4915112345678", "US") == ""
    assert contacts.name_of("", "DE") == ""


@pytest.mark.parametrize(("name", "library", "package"), [("a.yml", "yaml", "PyYAML"), ("a.vcf", "vobject", "vobject")])
def test_a_host_may_lack_the_library(
    name: str, library: str, package: str, file: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(name, "[]")
    monkeypatch.delitem(sys.modules, library, raising=False)
    real = builtins.__import__

    def without(module: str, *arguments: Any, **keywords: Any) -> Any:
        if module == library:
            raise ImportError("no module")
        return real(module, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingLibrary) as caught:
        read(path)
    assert (caught.value.package, caught.value.detail) == (package, "no module")


@pytest.mark.parametrize(
    ("number", "region", "to"),
    [("+12812345678", None, "+12812345678"), ("281 234 5678", "US", "+12812345678"), ("12", None, "")],
)
def test_a_contact_is_described_with_the_number_to_send_to(number: str, region: str | None, to: str) -> None:
    (person,) = read_contacts([{"name": "anna", "number": number, "groups": ["ops"]}], Faults()).people
    found = described(person, region)
    assert (found["name"], found["number"], found["to"], found["groups"]) == ("anna", number, to, ["ops"])
