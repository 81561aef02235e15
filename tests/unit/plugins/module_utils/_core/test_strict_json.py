# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON from a service that may be broken: one unambiguous value, or a refusal that quotes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.strict_json import NotJson, read

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**39), 10**39)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"null", None, id="null"),
        pytest.param(b"[]", [], id="list"),
        pytest.param(b" 7\n", 7, id="number between white space"),
        pytest.param(b'{"code": "200"}', {"code": "200"}, id="code as text"),
        pytest.param(b'{"code": 200.0}', {"code": 200.0}, id="code as fraction"),
        pytest.param(b'{"code": true}', {"code": True}, id="code as true"),
        pytest.param(b'{"sale": -0.005}', {"sale": -0.005}, id="negative fraction"),
        pytest.param(b'"\\ud800"', "\ud800", id="lone surrogate, escaped"),
        pytest.param(b'"\\ud83d\\ude00"', "\U0001f600", id="surrogate pair, escaped"),
        pytest.param(b'"\xf0\x9f\x98\x80"', "\U0001f600", id="emoji"),
        pytest.param(b'"{{ x }} \\u001b[31m"', "{{ x }} \x1b[31m", id="terminal escape and template"),
        pytest.param(b"9" * 40, 10**40 - 1, id="40 digits"),
        pytest.param(b"-" + b"9" * 40, 1 - 10**40, id="40 digits, negative"),
        pytest.param(b'{"a": {"x": 1}, "b": {"x": 2}}', {"a": {"x": 1}, "b": {"x": 2}}, id="one name in two objects"),
    ],
)
def test_every_kind_of_json_value_is_read(body: bytes, expected: Any) -> None:
    assert read(body) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "it is not JSON", id="empty"),
        pytest.param(b"<html>", "it is not JSON", id="html"),
        pytest.param(b'{"send_log": [', "it is not JSON", id="truncated"),
        pytest.param(b'{"a": 1} {"a": 1}', "it is not JSON", id="two values"),
        pytest.param(b"{'a': 1}", "it is not JSON", id="single quotes"),
        pytest.param(b'"\x1b[31m"', "it is not JSON", id="bare terminal escape"),
        pytest.param(b"\xef\xbb\xbf{}", "it is not JSON", id="byte order mark"),
        pytest.param(b'"\xff"', "it is not UTF-8", id="invalid UTF-8"),
        pytest.param(b'"\xed\xa0\x80"', "it is not UTF-8", id="lone surrogate, bare"),
        pytest.param("{}".encode("utf-16"), "it is not UTF-8", id="UTF-16"),
        pytest.param(b"\x1f\x8b\x08\x00", "it is not UTF-8", id="gzip"),
        pytest.param(b'{"code": NaN}', "it holds a number that is not finite", id="NaN"),
        pytest.param(b"-Infinity", "it holds a number that is not finite", id="-Infinity"),
        pytest.param(b"1e999", "it holds a number that is not finite", id="1e999"),
        pytest.param(b"9" * 41, "it holds a number of too many digits", id="41 digits"),
        pytest.param(b"-" + b"9" * 5000, "it holds a number of too many digits", id="5000 digits"),
        pytest.param(b"9" * 5000 + b".0", "it holds a number that is not finite", id="5000 digits and a fraction"),
        pytest.param(b"[" * 200_000, "it is nested too deeply", id="200,000 brackets"),
        pytest.param(b'{"a":' * 200_000, "it is nested too deeply", id="200,000 braces"),
        pytest.param(b'{"a": 1, "a": 1}', "a name occurs twice in one object", id="doubled key"),
        pytest.param(
            b'[{"b": {"a": 1, "\\u0061": 2}}]', "a name occurs twice in one object", id="doubled key, escaped"
        ),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(NotJson) as caught:
        read(body)
    assert str(caught.value) == reason


@given(st.binary() | st.text().map(str.encode))
def test_bytes_never_raise_anything_else(body: bytes) -> None:
    try:
        read(body)
    except NotJson as error:
        assert str(error)


@given(st.lists(st.sampled_from([*'[]{}:,"\\-+.eE019tu', "null", "true", "NaN", "\ud800"])).map("".join))
def test_what_looks_like_json_never_raises_anything_else(text: str) -> None:
    try:
        read(text.encode(errors="surrogatepass"))
    except NotJson as error:
        assert str(error)


@given(VALUES)
def test_what_json_writes_is_read(value: Any) -> None:
    assert read(json.dumps(value).encode()) == value
