# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers as people write them, as YAML and INI break them, and as no one should send them."""

from __future__ import annotations

import itertools
import random
import string
import time
from collections.abc import Iterator

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._message import numbers as numbers_module
from ansible_collections.voip_communications.sms.plugins.module_utils._message.numbers import (
    NumberError,
    digits,
    is_plain,
    mask,
    read,
    region_fault,
    same,
)

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
MOBILE = phonenumbers.PhoneNumberType.MOBILE
ALLOWED = string.digits + "+ \u00a0\u202f-\u2010\u2011\u2012\u2013\u2014\u2212()./"


def examples(region: str) -> list[phonenumbers.PhoneNumber]:
    """Return the library's own example numbers of a region."""
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    found = [phonenumbers.example_number_for_type(region, kind) for kind in kinds]
    return [number for number in found if number is not None]


def digits_of(number: str, region: str) -> str | None:
    """Return the digits of a number, None where it is refused."""
    try:
        return read(number, region)
    except NumberError:
        return None


def e164(number: phonenumbers.PhoneNumber) -> str:
    """Return the digits of a number, by the library's own formatter."""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))[1:]


def refusal(value: object, region: str | None = None) -> str:
    """Return the sentence with which a value is refused."""
    with pytest.raises(NumberError) as caught:
        read(value, region)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("12812345678", None, "12812345678"),
        ("+12812345678", None, "12812345678"),
        ("0012812345678", None, "12812345678"),
        ("+1 (281) 234-5678", None, "12812345678"),
        ("(+1) 281/234.5678", None, "12812345678"),
        ("+1\u00a0281\u202f234\u20115678", None, "12812345678"),
        ("+1 281 234\u20135678", None, "12812345678"),
        (" +12812345678 ", None, "12812345678"),
        # national, with every way to write it
        ("(281) 234-5678", "US", "12812345678"),
        ("281 234 5678", "us", "12812345678"),
        ("12812345678", "US", "12812345678"),
        ("+12812345678", "GB", "12812345678"),
        ("0012812345678", "GB", "12812345678"),
        ("020 7946 0958", "GB", "442079460958"),
        ("442079460958", "GB", "442079460958"),
        ("030 123456", "DE", "4930123456"),
        ("(0)30 123456", "DE", "4930123456"),
        # the region's own prefix for abroad
        ("011 44 20 7946 0958", "US", "442079460958"),
        # a zero that is dialled at home only
        ("+44 (0)20 7946 0958", None, "442079460958"),
        ("0044 (0)20 7946 0958", "US", "442079460958"),
        ("44 (0)20 7946 0958", None, "442079460958"),
        # Italy keeps its zero
        ("+39 06 12345678", None, "390612345678"),
        ("06 12345678", "IT", "390612345678"),
        # the number that YAML garbles when it is not quoted
        ("00306912345678", None, "306912345678"),
        # possible, though not assigned: only what cannot be a number is refused
        ("+12001234567", None, "12001234567"),
        # the other reading is of local length, or no valid number
        ("512 345 678", "PL", "48512345678"),
        ("601 123 456", "CZ", "420601123456"),
        ("612 34 56 78", "ES", "34612345678"),
        ("442079460958", "US", "442079460958"),
        # the one reading is no valid number
        ("4420794609", "US", "14420794609"),
        # a valid number as short as the short numbers of its country
        ("02000", "NO", "4702000"),
    ],
)
def test_a_number_is_read_as_people_of_its_region_write_it(written: str, region: str | None, expected: str) -> None:
    assert read(written, region) == expected


@pytest.mark.parametrize(
    ("written", "region", "both"),
    [
        # both are valid numbers
        ("2015550123", "US", "+2015550123 and +12015550123 in US"),
        ("321 1234567", "CO", "+3211234567 and +573211234567 in CO"),
        # neither is
        ("200 743 9150", "US", "+2007439150 and +12007439150 in US"),
        ("+39 (0)6 12345678", None, "+390612345678 and +39612345678 without (0)"),
    ],
)
def test_two_readings_are_refused_and_shown(written: str, region: str | None, both: str) -> None:
    assert refusal(written, region) == (
        f"'{written}' can be read as {both}: write the one that is meant, with a leading +"
    )


def test_an_international_number_of_every_region_is_read() -> None:
    for region in REGIONS:
        for number in examples(region):
            plain = e164(number)
            international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            for written in (f"+{plain}", f"00{plain}", plain, international):
                assert read(written) == plain
            assert read(f"+{plain}", "US") == read(f"00{plain}", region) == plain


def test_what_is_not_parsed_would_have_been_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every country code, with every two digits behind it, in every length."""
    chance = random.Random(4)  # noqa: S311 - no secret
    plain = [number for number in of_every_code(chance) if is_plain(number)]
    assert len(plain) > 20_000
    with monkeypatch.context() as patched:
        patched.setattr(numbers_module, "is_plain", lambda _number: False)
        assert [number for number in plain if digits_of(f"+{number}", "US") != number] == []


def of_every_code(chance: random.Random) -> Iterator[str]:
    """Yield numbers of every country code."""
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        for length in range(6, 16 - len(str(code))):
            yield f"{code}{'0' * length}"
            for first in range(100):
                yield f"{code}{first:02d}{chance.randrange(10 ** (length - 2)):0{length - 2}d}"


def test_national_is_read_or_refused_but_never_another_number() -> None:
    refused = 0
    for region in REGIONS:
        for number in examples(region):
            written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
            try:
                assert read(written, region) == e164(number)
            except NumberError as error:
                refused += 1
                assert f"+{e164(number)} in {region}" in str(error)
    assert refused > 0


def test_at_most_6_regions_have_a_mobile_that_is_refused_as_it_is_written_there() -> None:
    examples = {region: phonenumbers.example_number_for_type(region, MOBILE) for region in REGIONS}
    mobiles = {region: mobile for region, mobile in examples.items() if mobile is not None}
    written = {
        region: phonenumbers.format_number(mobile, phonenumbers.PhoneNumberFormat.NATIONAL)
        for region, mobile in mobiles.items()
    }
    refused = {region for region, number in written.items() if digits_of(number, region) is None}
    print(f"of {len(written)} regions' example mobiles, {len(refused)} are refused: {', '.join(sorted(refused))}")
    assert len(written) >= 244
    assert len(refused) <= 6, refused
    # Spaces and hyphens do not matter.
    bare = {region: "".join(filter(str.isdigit, number)) for region, number in written.items()}
    assert {region for region, number in bare.items() if digits_of(number, region) is None} == refused
    # Each of them is a valid number in another country too, as digits.
    for region in refused:
        assert f" and +{e164(mobiles[region])} in {region}" in refusal(written[region], region)


def emergency_numbers(region: str) -> list[str]:
    """Return the numbers that are dialled for help in a region: those of three digits, and the longer ones known."""
    numbers = [f"{number:03}" for number in range(1000)] + ["10111", "90000", "144422", "723141"]
    return [number for number in numbers if phonenumbers.is_emergency_number(number, region)]


def test_no_emergency_number_is_read() -> None:
    count = 0
    for region in REGIONS:
        code = phonenumbers.country_code_for_region(region)
        for number in emergency_numbers(region):
            count += 1
            # 00 would mean that what follows is international.
            if not number.startswith("00"):
                assert f"'{number}' is a short or emergency number in {region}, " in refusal(number, region)
            for written in (number, f"+{number}", f"+{code}{number}"):
                refusal(written)
                refusal(written, region)
            # These digits are a subscriber's number in a few small countries.
            local = digits_of(f"{code} {number}", region)
            assert local is None or phonenumbers.is_valid_number(phonenumbers.parse(f"+{local}"))
    assert count > 500


@pytest.mark.parametrize(
    ("written", "region", "where"),
    [
        ("112", "DE", "DE"),
        ("911", "US", "US"),
        ("999", "GB", "GB"),
        ("10111", "ZA", "ZA"),
        ("116117", "DE", "DE"),
        ("116 117", "de", "DE"),
        # +49 1122 would be another number, in another country
        ("491122", "US", "US"),
        # +43 43112 would be possible too
        ("43 112", "AT", "AT"),
        ("+1 911", None, "US"),
        # with its country code too: a service might drop it
        ("+27 10111", None, "ZA"),
        ("0027 10111", "US", "ZA"),
        ("+49 116117", None, "DE"),
    ],
)
def test_a_short_number_is_refused(written: str, region: str | None, where: str) -> None:
    assert refusal(written, region) == (
        f"'{written}' is a short or emergency number in {where}, and a message goes to a full phone number only"
    )


def test_a_bracketed_zero_is_understood_or_refused() -> None:
    understood = 0
    for region in REGIONS:
        for number in examples(region):
            significant = phonenumbers.national_significant_number(number)
            try:
                plain = read(f"+{number.country_code} (0){significant}")
            except NumberError as error:
                assert f"+{e164(number)} without (0)" in str(error)
            else:
                understood += plain == e164(number)
                assert plain == e164(number)
    assert understood > 300


@pytest.mark.parametrize(
    ("value", "start"),
    [
        (12812345678, "12812345678 is not text but a number of type int: quote it"),
        (26577849273, "26577849273 is not text but a number of type int: quote it"),
        (90, "90 is not text but a number of type int: quote it"),
        (1.2812345678e10, "12812345678.0 is not text but a number of type float: quote it"),
        (float("nan"), "nan is not text"),
        pytest.param(10**5000, "a huge integer is not text", id="huge"),
        pytest.param(-(10**5000), "a huge integer is not text", id="huge-negative"),
        (True, "True was given where a phone number belongs: write it as text"),
        (None, "None was given where a phone number belongs"),
        (b"+12812345678", "a byte string was given where"),
        (["+12812345678"], "a list was given where"),
        pytest.param([10**5000], "a list was given where", id="huge-in-list"),
        ({"to": "+12812345678"}, "a dictionary was given where"),
        (object(), "a object was given where"),
    ],
)
def test_what_is_not_text_is_refused(value: object, start: str) -> None:
    assert refusal(value).startswith(start)


def test_a_number_is_told_how_to_quote_in_each_place() -> None:
    said = refusal(12812345678)
    for advice in (
        'in YAML "+12812345678"',
        "'\"+12812345678\"' beside a host",
        '"+12812345678" under [group:vars]',
        "number | string",
        "octal",
        "base 60",
    ):
        assert advice in said


@pytest.mark.parametrize(
    ("written", "character"),
    [
        ("+12812345678,+12812345679", r"','"),
        ("+12812345678;", r"';'"),
        ("+12812345678\n", r"'\n'"),
        ("\n+12812345678", r"'\n'"),
        ("+1281\r2345678", r"'\r'"),
        ("+1281\t2345678", r"'\t'"),
        ("+1281\x002345678", r"'\x00'"),
        ("+1281\x1b[31m2345678", r"'\x1b'"),
        ("+1281%2C2345678", "'%'"),
        ("+12812345678&to=13", "'&'"),
        ("\u0661\u0662\u0668\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", r"'\u0661'"),
        ("\uff11\uff12812345678", r"'\uff11'"),
        ("1800FLOWERS", "'F'"),
        ("+12812345678 ext 3", "'e'"),
        ("+12812345678x3", "'x'"),
        ("+12812345678;ext=3", "';'"),
        ("tel:+12812345678", "'t'"),
        ("+12812345678#3", "'#'"),
        ("*12812345678", "'*'"),
        ("1+2812345678", "'+'"),
        ("++12812345678", "'+'"),
        ("\uff0b12812345678", r"'\uff0b'"),
        ('"+12812345678"', "'\"'"),
        ("'+12812345678'", '"\'"'),
        ("+1\u200b2812345678", r"'\u200b'"),
        ("+1281\ud8002345678", r"'\ud800'"),
        pytest.param("a" * 100, "'a'", id="long"),
    ],
)
def test_foreign_characters_are_named_and_never_printed_raw(written: str, character: str) -> None:
    said = refusal(written)
    assert f"has the character {character}: " in said
    assert said.isprintable()
    assert len(said) < 300
    assert refusal(written, "US") == said


@pytest.mark.parametrize(
    ("written", "region", "reason"),
    [
        ("", None, "'' has no digits"),
        (" -() ", None, "' -() ' has no digits"),
        ("+", None, "'+' has no digits"),
        ("+0012812345678", None, "'+0012812345678' has both + and 00: write one of them"),
        ("+1281", None, "'+1281' is not a possible phone number: too short for country code 1"),
        ("+128123456789", None, "'+128123456789' is not a possible phone number: too long for country code 1"),
        ("+999123456789", None, "'+999123456789' is not a possible phone number: unknown country code"),
        ("1" * 100, None, f"'{'1' * 40}…' is not a possible phone number: too long"),
        (
            "020 7946 0958",
            None,
            (
                "'020 7946 0958' is not a possible phone number: unknown country code; "
                "write it with the country code, or set default_region"
            ),
        ),
        # without a region this zero must not turn London into Egypt
        (
            "(0)20 7946 0958",
            None,
            (
                "'(0)20 7946 0958' is not a possible phone number: unknown country code; "
                "write it with the country code, or set default_region"
            ),
        ),
        (
            "281",
            "US",
            "'281' is not a possible phone number: unknown country code, too short for country code 1 in US",
        ),
        # of local length: whoever dials it is taken to be in the place
        (
            "+1 555 0100",
            None,
            "'+1 555 0100' is not a possible phone number: without an area code for country code 1",
        ),
        (
            "555-0100",
            "US",
            (
                "'555-0100' is not a possible phone number: "
                "too short for country code 55, without an area code for country code 1 in US"
            ),
        ),
    ],
)
def test_an_impossible_number_is_refused_with_the_reason(written: str, region: str | None, reason: str) -> None:
    assert refusal(written, region) == reason


@given(st.text() | st.text(alphabet=ALLOWED, max_size=25), st.sampled_from([None, "US", "GB", "DE", "IT", "AR"]))
@example("200000000000", None)  # of the zeros that Egypt takes before a number, one goes at each reading
@example("+44 (0) 0 20 7946 0958", None)
def test_whatever_is_readis_plain_digits_and_reads_the_same(written: str, region: str | None) -> None:
    try:
        plain = read(written, region)
    except NumberError as error:
        assert str(error).isprintable()
        return
    assert set(plain) <= set(string.digits)
    assert read(f"+{plain}", region) == read(f"00{plain}", region) == plain
    reason = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(f"+{plain}"))
    assert reason == phonenumbers.ValidationResult.IS_POSSIBLE


@given(st.text(alphabet=ALLOWED + "a,;\n\u0661", max_size=20))
def test_only_the_allowed_characters_are_read(written: str) -> None:
    if set(written) - set(ALLOWED):
        assert "has the character" in refusal(written, "US")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.binary(), st.lists))
def test_no_other_type_is_read(value: object) -> None:
    assert refusal(value).isprintable()


@pytest.mark.parametrize(
    "text", ["1" * 80_000, "1" * 40_000 + "(0)" * 10_000, "+" + "(" * 1_000_000, "1 (0)" * 20_000, "\u0661" * 500_000]
)
def test_what_is_too_long_for_a_number_is_not_read(text: str) -> None:
    """80,000 digits took 2 seconds, to find a zero in brackets."""
    start = time.process_time()
    assert f" has {len(text)} characters, more than a phone number can have" in refusal(text)
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize(
    ("region", "known"),
    [
        (None, True),
        ("", True),
        ("US", True),
        ("us", True),
        ("UK", False),
        ("USA", False),
        ("001", False),
        ("U\n", False),
    ],
)
def test_a_region_is_named_by_its_two_letters(region: str | None, known: bool) -> None:
    said = region_fault(region)
    assert (said is None) == known
    assert said is None or ("ISO 3166" in said and said.isprintable())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12812345678", "12812345678"),
        ("+12812345678", "12812345678"),
        ("0012812345678", "12812345678"),
        ("+1 (281) 234-5678", "12812345678"),
        ("12812345678.0", ""),
        ("1.2812345678e10", ""),
        ("VOIPSMS", ""),
        ("1281,1282", ""),
        ("\u0661", ""),
        ("+", ""),
        ("", ""),
    ],
)
def test_digits_of_an_answer(text: str, expected: str) -> None:
    assert digits(text) == expected


def test_two_ways_to_write_a_number_are_the_same_number() -> None:
    assert same("+1 281 234 5678", "0012812345678")
    assert not same("12812345678", "12812345679")
    assert not same("abc", "abc")
    assert not same("", "")


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("12812345678", "+1********78"),
        ("+1 281 234 5678", "+1********78"),
        ("442079460958", "+44********58"),
        ("35226123456", "+352******56"),
        ("79161234567", "+7********67"),
        ("1234567", "+*******"),
        ("VOIPSMS", "+"),
        ("", "+"),
    ],
)
def test_a_masked_number_shows_its_country_and_two_digits(number: str, masked: str) -> None:
    assert mask(number) == masked


@given(st.text(alphabet=string.digits, max_size=20))
def test_a_mask_shows_at_most_5_digits_and_hides_at_least_3(number: str) -> None:
    shown = sum(character in string.digits for character in mask(number))
    assert shown <= 5
    assert shown == 0 or mask(number).count("*") >= 3


def test_a_mask_keeps_the_country_code() -> None:
    for number in itertools.chain.from_iterable(map(examples, REGIONS)):
        if len(e164(number)) >= 8:
            assert mask(e164(number)).startswith(f"+{number.country_code}*")


def test_without_phonenumbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers_module, "PHONENUMBERS_ERROR", "Traceback: no module")
    for call in (lambda: read("+12812345678"), lambda: region_fault(None)):
        with pytest.raises(MissingLibrary) as caught:
            call()
        assert (caught.value.package, caught.value.detail) == ("phonenumbers", "Traceback: no module")
    assert mask("12812345678") == "+1********78"
