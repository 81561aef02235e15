# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which recipients the sandbox takes, by rules of its own: what the modules misread must not get through."""

from __future__ import annotations

from typing import Any

import phonenumbers
import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.recipients import (
    can_receive,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANN


@pytest.mark.parametrize(
    "number",
    [
        "15550100",  # no area code
        "49112",
        "1911",
        "4402079460958",  # the zero is dialled at home only
        "4902079460958000",
        "2012345678901",
        "448",
        "99912345678",
        "12",
        "0",
        "",
        "+12812345678",
        "1281234567\n",
        "١٢٨١٢٣٤٥٦٧٨",
        "81" + "1" * 14,  # more than E.164 has
        "1" * 5000,
    ],
)
def test_a_number_that_is_none_is_not_taken(number: str) -> None:
    assert not can_receive(number)


@pytest.mark.parametrize("number", ["12812345678", "15005550404", "12001234567", "442079460958", "390612345678"])
def test_a_number_of_a_phone_is_taken(number: str) -> None:
    assert can_receive(number)


def test_it_takes_an_example_of_each_region_and_kind_but_not_without_area_code() -> None:
    taken = 0
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                assert can_receive(f"{number.country_code}{phonenumbers.national_significant_number(number)}")
                taken += 1
    assert taken > 480
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        example = phonenumbers.example_number_for_non_geo_entity(code)
        assert example is not None
        assert can_receive(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[1:])


def test_it_does_not_ask_the_library_that_the_modules_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("parse", "is_possible_number", "is_possible_number_with_reason", "is_valid_number"):
        monkeypatch.delattr(phonenumbers, name)
    assert can_receive(ANN)
    assert not can_receive("15550100")


@pytest.mark.parametrize("number", ["15550100", "49112", "4402079460958"])
def test_the_record_of_such_a_recipient_is_refused(caller: Any, number: str) -> None:
    assert [each["code"] for each in caller.send(f"{number},{ANN}")] == [400, 200]
