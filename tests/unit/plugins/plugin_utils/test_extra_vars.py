# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the option ``-e`` has lost: words behind a space, and the letters of what stands under ``!unsafe``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.voip_communications.sms.plugins.plugin_utils._extra_vars import (
    AS_READ,
    left_over,
    letters,
    restored,
)

SURVEY = """
awx_job_id: 4711
!unsafe 'voipsms_to': !unsafe '+12815550100'
!unsafe 'voipsms_msg': !unsafe 'yes'
!unsafe 'voipsms_from': !unsafe ''
!unsafe 'people':
- !unsafe '0042'
- name: !unsafe '22:00'
  age: 7
both: !unsafe [1.10, {sound: off}]
"""
FORM = {
    "awx_job_id": AS_READ,
    "voipsms_to": "+12815550100",
    "voipsms_msg": "yes",
    "voipsms_from": "",
    "people": ["0042", {"name": "22:00", "age": AS_READ}],
    "both": ["1.10", {"sound": "off"}],
}


@pytest.fixture
def survey(tmp_path: Path) -> str:
    (tmp_path / "survey.yml").write_text(SURVEY)
    return f"@{tmp_path}/survey.yml"


def test_a_survey_is_read_letter_for_letter(survey: str) -> None:
    assert letters([survey], DataLoader()) == FORM


def test_a_path_is_relative_to_the_folder_where_ansible_was_started(
    survey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loader = DataLoader()
    loader.set_basedir("/")
    assert letters(["@survey.yml"], loader) == FORM


def test_of_several_the_later_one_counts(survey: str) -> None:
    found = letters([survey, "voipsms_to=1", "{voipsms_msg: !unsafe no, people: 1}"], DataLoader())
    assert (found["voipsms_to"], found["voipsms_msg"], found["people"]) == (AS_READ, "no", AS_READ)


def test_a_vaulted_file_is_decrypted_and_no_copy_stays(tmp_path: Path) -> None:
    secrets: list[Any] = [("default", VaultSecret(b"secret"))]
    (tmp_path / "survey.yml").write_bytes(VaultLib(secrets).encrypt(SURVEY))
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    assert letters([f"@{tmp_path}/survey.yml"], loader) == FORM
    assert not loader._tempfiles


@pytest.mark.parametrize("content", ["{", "[1, 2]", "", "\x00"])
def test_what_is_no_dictionary_has_no_letters(content: str, tmp_path: Path) -> None:
    (tmp_path / "vars.yml").write_text(content)
    assert letters([f"@{tmp_path}/vars.yml"], DataLoader()) == {}


def test_what_cannot_be_read_again_is_left_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "vaulted.yml").write_bytes(VaultLib([("default", VaultSecret(b"lost"))]).encrypt(SURVEY))
    files = [f"@{tmp_path}/{name}" for name in ("pipe", "vaulted.yml", "nowhere")]
    assert letters(["", *files], DataLoader()) == {}


@pytest.mark.parametrize(
    ("value", "kept", "wanted"),
    [
        (12815550100, "+12815550100", "+12815550100"),
        (4711, AS_READ, 4711),
        ([True, 34], ["yes", "0042"], ["yes", "0042"]),
        ([True], ["yes", "no"], [True]),
        ({"name": 1320, "age": 7}, {"name": "22:00", "age": AS_READ}, {"name": "22:00", "age": 7}),
    ],
)
def test_letters_take_their_place(value: Any, kept: Any, wanted: Any) -> None:
    assert restored(value, kept) == wanted


def test_words_left_over_are_named_with_their_variables() -> None:
    texts = [
        "voipsms_to=1 voipsms_msg=db1 is down",
        "alone",
        "voipsms_msg='db1 is down'",
        "@vars of mine.yml",
        "{a: b c}",
    ]
    sentences = left_over(texts)
    assert [sentence.split(":")[0] for sentence in sentences] == [
        "the words 'is down' were left over from the value of voipsms_to, voipsms_msg",
        "the words 'alone' belong to no variable",
    ]
