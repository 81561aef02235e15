# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message log: tolerant of what a record lacks, strict about what a log is; and which records are asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Api, Denied
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import (
    LogError,
    LogFilter,
    LogPages,
    read_bound,
    records,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Service
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import Behaviour, FaultServer
from ansible_collections.voip_communications.sms.tests.support.log_records import RECORD
from ansible_collections.voip_communications.sms.tests.support.people import ABROAD, ANN, ANNA, OURS

HIDDEN = "(withheld)"
OBSERVED = {
    "sms_id": "7",
    "sms_country": "US",
    "sms_sale": "0.0100",
    "sms_inout": "OUT",
    "sms_status_date": "2026-12-01 22:00:03",
    "sms_type": "BULKSMS",
    "sms_internal": OURS,
    "sms_external": ANNA,
    "sms_msg": "db1 is down, please look",
    "sms_status": "SENT",
}


def clean(value: Any) -> str | None:
    return None if value is None else str(value)


def page(*identifiers: str | None) -> Behaviour:
    entries = [{**OBSERVED, "sms_id": identifier} for identifier in identifiers]
    return faults.answer(200, json.dumps({"error": False, "summary": entries}).encode())


def read(*behaviours: Behaviour, max_pages: int = 10) -> tuple[LogPages, list[dict[str, str]]]:
    """Return the log as it is read from a service that answers like this, and the forms that were posted."""
    with FaultServer(list(behaviours)) as server:
        found = Api(Service(url=server.url, user="canary-user", password="canary-password", timeout=5)).log(
            max_pages, seconds=10
        )
    assert {request.path for request in server.posts} == {"/faults/index.php/sms/summary"}
    return found, [dict(request.form) for request in server.posts]


def test_a_record_is_read_as_it_was_observed() -> None:
    assert records({"error": False, "summary": [OBSERVED]}, clean) == [RECORD]


@pytest.mark.parametrize("name", sorted(OBSERVED))
def test_a_record_may_lack_anything(name: str) -> None:
    for entry in ({**OBSERVED, name: None}, {key: value for key, value in OBSERVED.items() if key != name}):
        (found,) = records({"summary": [entry]}, clean)
        lacking = [field for field in RECORD._fields if getattr(found, field) in (None, "")]
        assert len(lacking) == 1


@pytest.mark.parametrize("payload", [None, [], "", {}, {"summary": None}, {"summary": {}}, {"summary": ["x"]}])
def test_what_is_no_log_is_an_error(payload: Any) -> None:
    with pytest.raises(LogError):
        records(payload, clean)


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        (LogFilter(), True),
        (LogFilter(numbers=frozenset({ANN, ABROAD})), True),
        (LogFilter(numbers=frozenset({OURS})), True),
        (LogFilter(numbers=frozenset({ABROAD})), False),
        (LogFilter(numbers=frozenset()), False),
        (LogFilter(text="is down"), True),
        (LogFilter(text="IS DOWN"), False),
        (LogFilter(direction="out"), True),
        (LogFilter(direction="in"), False),
        (LogFilter(since="2026-12-01", until="2026-12-01 23:59:59"), True),
        (LogFilter(since="2026-12-01 22:00:04"), False),
        (LogFilter(until="2026-12-01 22:00:02"), False),
        (LogFilter(text="is down", direction="in"), False),
    ],
)
def test_a_record_is_taken_when_everything_fits(asked: LogFilter, taken: bool) -> None:
    assert asked.takes(RECORD) is taken


def test_a_record_without_a_date_is_in_no_span() -> None:
    undated = RECORD._replace(date=None)
    assert LogFilter().takes(undated)
    assert not LogFilter(since="0001-01-01").takes(undated)
    assert not LogFilter(until="9999-12-31 23:59:59").takes(undated)


@pytest.mark.parametrize(
    ("given", "since", "until"),
    [
        ("2026-12-01", "2026-12-01", "2026-12-01 23:59:59"),
        ("2026-12-01 22:00", "2026-12-01 22:00", "2026-12-01 22:00:59"),
        ("2026-12-01 22:00:03", "2026-12-01 22:00:03", "2026-12-01 22:00:03"),
    ],
)
def test_a_bound_means_the_whole_day_or_minute(given: str, since: str, until: str) -> None:
    assert (read_bound(given, "since"), read_bound(given, "until")) == (since, until)


@pytest.mark.parametrize("given", ["2026-02-30", "2026-12-01T22:00", "yesterday", "2026-12-01 24:00", "2026-12-1", "1"])
def test_a_bound_that_is_no_date_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="since"):
        read_bound(given, "since")


def test_pages_are_read_until_an_empty_one() -> None:
    found, forms = read(page("1", "2"), page("3"), page())
    assert ([record.id for record in found.records], found.ended) == (["1", "2", "3"], True)
    assert forms == [{"page": "0"}, {"page": "1"}, {"page": "2"}]


def test_a_service_that_knows_no_pages_is_asked_twice() -> None:
    found, forms = read(page("1", "2"), page("1", "2"), page("1", "2"))
    # It may have shown a first page twice, of many.
    assert ([record.id for record in found.records], found.ended, len(forms)) == (["1", "2"], False, 2)


def test_pages_that_shift_bring_no_record_twice() -> None:
    found, _forms = read(page("1", "2"), page("2", "3"), page())
    assert [record.id for record in found.records] == ["1", "2", "3"]


def test_equal_records_without_an_identifier_are_two_messages() -> None:
    found, _forms = read(page(None, None), page(None, "2"), page())
    assert [record.id for record in found.records] == [None, None, None, "2"]


def test_no_more_pages_are_read_than_asked_for() -> None:
    found, forms = read(page("1"), page("2"), page("3"), max_pages=2)
    assert (len(found.records), found.ended, len(forms)) == (2, False, 2)


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (faults.answer(200, b'{"error": true, "error_message": "no log here"}'), "no log here"),
        (faults.answer(404), "404"),
        (faults.answer(500), "500"),
        (faults.answer(200, b"<html>"), "cannot be understood"),
        (faults.read_then_reset(), ""),
    ],
)
def test_half_a_log_is_no_log(behaviour: Behaviour, sentence: str) -> None:
    with pytest.raises(VoipsmsError) as caught:
        read(page("1"), behaviour)
    assert sentence in str(caught.value)
    assert "canary" not in str(caught.value)


def test_wrong_credentials_are_told_apart() -> None:
    with pytest.raises(Denied):
        read(faults.answer(401))


# --- What says failure ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{"error": "yes"}, {"error": 2}, {"status": False}, {"status": "ERROR"}, {"success": False}, {"errors": ["x"]}],
    ids=repr,
)
@pytest.mark.parametrize("entries", [[], [OBSERVED]], ids=["no records", "a record"])
def test_a_log_that_says_failure_is_no_log(fields: dict[str, Any], entries: list[Any]) -> None:
    """An empty page ends the log, and a log that has ended proves that a message was not sent."""
    with pytest.raises(VoipsmsError, match="the service refused the request"):
        read(faults.answer_json({**fields, "summary": entries}))


@pytest.mark.parametrize(
    "fields",
    [
        *(
            {"sms_status": status}
            for status in ("FAILED", "NOT_SENT", "Cancelled", "SCHEDULED", "NOK", False, 0, ["ERROR"])
        ),
        *({"sms_error": "no route"}, {"error": True}, {"sms_success": False}, {"sms_failed": 1}),
        {"sms_status": "canary, and FAILED"},
    ],
    ids=repr,
)
def test_a_record_that_says_failure_is_no_proof(fields: dict[str, Any]) -> None:
    (found,) = records({"summary": [{**OBSERVED, **fields}]}, lambda value: HIDDEN if "canary" in str(value) else None)
    assert not found.is_proof


@pytest.mark.parametrize(
    "fields", [{}, {"sms_status": None}, {"sms_msg": "Backup FAILED"}, {"sms_type": "ERROR"}], ids=repr
)
def test_a_record_that_says_no_failure_is_proof(fields: dict[str, Any]) -> None:
    (found,) = records({"summary": [{**OBSERVED, **fields}]}, clean)
    assert found.is_proof
