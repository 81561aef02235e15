# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge the fate of each message by the service's answer. Pure.

The statuses and records that prove something are listed here, once. Everything else proves nothing, so the fate of its
messages is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._message.numbers import digits
from .._message.outcome import Fate
from .failure import Cleaner, failure_in

ACCEPTED_CODE = 200
"""The only ``code`` of a record that means success (documented)."""

REFUSING_STATUSES = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})
"""HTTP statuses that refuse a whole request: 401 as the vendor documents, the others by RFC 9110."""

DENYING_STATUSES = frozenset({401, 403, 407})
"""HTTP statuses that refuse the credentials; 407 is the answer of a proxy, and proves nothing else."""

ABSENT_STATUSES = frozenset({404, 405})
"""HTTP statuses of an address at which there is no such call."""

REDIRECTING_STATUSES = frozenset({301, 307, 308})
"""Redirects that ask for the same request elsewhere, which prove that it was not carried out (RFC 9110, 15.4)."""

THROTTLING_STATUS = 429
"""Too many requests (RFC 6585): not carried out."""


class Verdict(NamedTuple):
    """The fate of one message, with the fields of its record. ``sale`` is the price in the account's currency.

    ``code_desc`` is the service's description, or a reason of our own where there is no usable record.
    """

    fate: Fate
    code: int | None = None
    code_desc: str | None = None
    smsids: tuple[str, ...] = ()
    status: str | None = None
    country: str | None = None
    type: str | None = None
    sale: float | None = None
    delivery_date: str | None = None


class Judgement(NamedTuple):
    """The verdict on each recipient of a request, and warnings for people."""

    verdicts: Mapping[str, Verdict]
    warnings: tuple[str, ...] = ()


class SendRecord(NamedTuple):
    """One record of a ``send_log``. ``code`` and ``smsid`` are None where the record has no usable value."""

    to: str
    code: int | None
    smsid: str | None
    fields: Mapping[str, Any]


def alike(recipients: Iterable[str], fate: Fate, reason: str) -> Judgement:
    """Return the same verdict on all recipients, when the answer says nothing about any one of them."""
    return Judgement({number: Verdict(fate, code_desc=reason) for number in recipients})


def judge(payload: Any, recipients: Sequence[str], segments: int, clean: Cleaner) -> Judgement:
    """Return what the JSON of an answer with status 200 proves about each recipient.

    ``recipients`` are E.164 digits. ``segments`` is the number of parts of the text. A long text may have one record
    for each part (documented: the log of each SMS processed), so only more records than parts are suspicious.
    """
    if not isinstance(payload, dict):
        return alike(recipients, Fate.UNKNOWN, "the answer is not a JSON object")
    if is_error(payload) and "send_log" not in payload:
        message = clean(payload.get("error_message")) or "no reason given"
        return alike(recipients, Fate.NOT_SENT, f"the service refused the request: {message}")
    log, failure = payload.get("send_log"), _failure(payload, clean)
    if not isinstance(log, list):
        and_failure = f", and says {failure}" if failure else ""
        return alike(recipients, Fate.UNKNOWN, f"the answer has no list of records (send_log){and_failure}")
    judgement = _judge_log([_record(entry, clean) for entry in log], recipients, segments, clean)
    return judgement if failure is None else _contradicted(judgement, failure)


def is_error(payload: Any) -> bool:
    """Return whether an answer is the error envelope (observed), which comes with status 200 and is never success."""
    return isinstance(payload, dict) and payload.get("error") in (True, 1, "true", "1")


def _failure(payload: Mapping[str, Any], clean: Cleaner) -> str | None:
    """Return what in an answer speaks of failure, with the service's message where there is one, or None."""
    failure = failure_in(payload)
    if failure is None:
        return None
    message = None if failure.name == "error_message" else clean(payload.get("error_message"))
    return failure.shown(clean) + (f" ({message})" if message else "")


def _contradicted(judgement: Judgement, failure: str) -> Judgement:
    """Return the verdicts of an answer that speaks of failure beside its records: none of them is success."""

    def doubted(verdict: Verdict) -> Verdict:
        if verdict.fate is Fate.ACCEPTED:
            sentence = f"the answer contradicts itself: it has records, and says {failure}"
        elif verdict.fate is Fate.UNKNOWN:
            sentence = f"{verdict.code_desc}, and says {failure}"
        else:
            return verdict
        return verdict._replace(fate=Fate.UNKNOWN, code_desc=sentence)

    verdicts = {number: doubted(verdict) for number, verdict in judgement.verdicts.items()}
    return judgement._replace(verdicts=verdicts)


def smsid_of(value: Any, clean: Cleaner) -> str | None:
    """Return an smsid as text, or None when a later cancel could not name it or it may not be shown."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    is_plain = 0 < len(text) <= 128 and text.isascii() and text.isprintable() and " " not in text
    return text if is_plain and clean(text) == text else None


def _judge_log(
    records: Sequence[SendRecord | None], recipients: Sequence[str], segments: int, clean: Cleaner
) -> Judgement:
    """Return the verdict on each recipient by the records of a ``send_log``; None stands for an unreadable record."""
    by_number: dict[str, list[SendRecord]] = {number: [] for number in recipients}
    warnings = []
    for record in records:
        if record is None:
            warnings.append("the answer holds a record that names no recipient; it was ignored")
        elif record.to not in by_number:
            warnings.append("the answer holds a record for a number that was not asked for; it was ignored")
        else:
            by_number[record.to].append(record)
    warnings += _duplicate_warnings(by_number, segments)
    verdict_of = _Verdicts(clean).of
    verdicts = {number: verdict_of(group) for number, group in by_number.items()}
    return Judgement(verdicts, tuple(dict.fromkeys(warnings)))


def _duplicate_warnings(by_number: Mapping[str, Sequence[SendRecord]], segments: int) -> Iterator[str]:
    """Yield a warning for each recipient that has more accepted records than its text has parts."""
    parts = "one part" if segments == 1 else f"{segments} parts"
    for number, group in by_number.items():
        if len(group) > segments and all(record.code == ACCEPTED_CODE for record in group):
            yield f"possible duplicate: {len(group)} records for +{number}, and its text has only {parts}"


class _Verdicts:
    """The verdicts by the records of one answer, of which most say the same but for their recipient and smsid."""

    def __init__(self, clean: Cleaner) -> None:
        """Start without any."""
        self._clean = clean
        self._known: dict[tuple[Any, ...], Verdict] = {}

    def of(self, records: Sequence[SendRecord]) -> Verdict:
        """Return the verdict on one recipient; what a single record has in common with another is judged once."""
        if len(records) != 1:
            return _verdict(records, self._clean)
        smsid, shared = records[0].smsid, _shared(records[0])
        try:
            verdict = self._known.get(shared)
        except TypeError:  # it has a list or an object
            return _verdict(records, self._clean)
        if verdict is None:
            verdict = self._known[shared] = _verdict(records, self._clean)
        return verdict if smsid is None or not verdict.smsids else verdict._replace(smsids=(smsid,))


def _shared(record: SendRecord) -> tuple[Any, ...]:
    """Return all of a record but recipient and smsid, with its types: to Python, True, 1 and 1.0 are equal."""
    rest = dict(record.fields)
    rest.pop("to", None)
    rest.pop("smsid", None)
    return (record.smsid is None, *rest, *rest.values(), *map(type, rest.values()))


def _verdict(records: Sequence[SendRecord], clean: Cleaner) -> Verdict:
    """Return the verdict on one recipient by its own records, which must all agree."""
    codes = {record.code for record in records}
    smsids = tuple(dict.fromkeys(record.smsid for record in records if record.smsid is not None))
    if not records:
        return Verdict(Fate.UNKNOWN, code_desc="the answer has no record for this recipient")
    if None in codes:
        return Verdict(Fate.UNKNOWN, code_desc="its record cannot be understood", smsids=smsids)
    if len(codes) > 1:
        return Verdict(Fate.UNKNOWN, code_desc="its records contradict each other", smsids=smsids)
    failure = _record_failure(records, clean) if codes == {ACCEPTED_CODE} else None
    if failure is None and codes == {ACCEPTED_CODE} and any(record.smsid is None for record in records):
        return Verdict(Fate.UNKNOWN, code_desc="its record has no smsid", smsids=smsids)
    first = records[0].fields
    return Verdict(
        fate=_fate(codes, failure),
        code=records[0].code,
        code_desc=failure or clean(first.get("code_desc")),
        smsids=smsids if codes == {ACCEPTED_CODE} else (),
        status=clean(first.get("status")),
        country=clean(first.get("country")),
        type=clean(first.get("type")),
        sale=_total(records),
        delivery_date=clean(first.get("delivery_date")),
    )


def _fate(codes: set[int | None], failure: str | None) -> Fate:
    """Return the fate of a message whose records have these codes, and may speak of failure beside them."""
    if codes != {ACCEPTED_CODE}:
        return Fate.REFUSED
    return Fate.ACCEPTED if failure is None else Fate.UNKNOWN


def _record_failure(records: Sequence[SendRecord], clean: Cleaner) -> str | None:
    """Return a sentence on the first of these accepted records that speaks of failure, or None."""
    failures = (failure_in(record.fields) for record in records)
    failure = next((failure for failure in failures if failure is not None), None)
    return None if failure is None else f"its record contradicts itself: code 200, and {failure.shown(clean)}"


def _record(entry: Any, clean: Cleaner) -> SendRecord | None:
    """Return a record as far as it can be understood, or None when it does not even name a recipient."""
    if not isinstance(entry, dict):
        return None
    to = entry.get("to")
    number = digits(str(to)) if isinstance(to, (str, int)) and not isinstance(to, bool) else ""
    if not number:
        return None
    smsid = smsid_of(entry.get("smsid"), clean)
    return SendRecord(to=number, code=_code(entry.get("code")), smsid=smsid, fields=entry)


def _code(value: Any) -> int | None:
    """Return a code that is a JSON number or string (both occur), or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    return int(value) if value == value // 1 and abs(value) < 1e9 else None


def _total(records: Sequence[SendRecord]) -> float | None:
    """Return the price of all parts, or None when the price of one of them cannot be read."""
    prices = [_price(record.fields.get("sale")) for record in records]
    readable = [price for price in prices if price is not None]
    return round(float(sum(readable)), 6) if len(readable) == len(prices) else None


def _price(value: Any) -> float | None:
    """Return a price that is a JSON number or string, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        price = float(value)
    except ValueError:
        return None
    return price if abs(price) < 1e9 else None
