# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the service answered to what became of each message. Pure.

The statuses and records that prove something are listed here, once. Everything that is not listed proves nothing,
and its messages are of unknown fate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from .._message.numbers import digits
from .._message.outcome import Fate

ACCEPTED_CODE = 200
"""The only ``code`` of a record that means success (documented)."""

REFUSING_STATUSES = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})
"""HTTP statuses by which a whole request is refused. The vendor documents 401; the others by RFC 9110."""

REDIRECTING_STATUSES = frozenset({301, 307, 308})
"""Redirects that ask for the same request elsewhere, so that it was not carried out here (RFC 9110, 15.4)."""

THROTTLING_STATUS = 429
"""Too many requests (RFC 6585): not carried out."""


class Verdict(NamedTuple):
    """What became of one message, with what the service said of it. ``sale``: price in the account's currency."""

    fate: Fate
    code: Optional[int] = None
    code_desc: Optional[str] = None
    smsids: tuple[str, ...] = ()
    status: Optional[str] = None
    country: Optional[str] = None
    type: Optional[str] = None
    sale: Optional[float] = None
    delivery_date: Optional[str] = None


class Judgement(NamedTuple):
    """The verdict on each recipient that was asked for, and what people should know besides."""

    verdicts: Mapping[str, Verdict]
    warnings: tuple[str, ...] = ()


class SendRecord(NamedTuple):
    """One record of a ``send_log``. ``code`` is None where the record does not say anything usable."""

    to: str
    code: Optional[int]
    smsid: Optional[str]
    fields: Mapping[str, Any]


Clean = Callable[[Any], Optional[str]]
"""Turns a text of the service into one that may be shown, or None."""


def alike(recipients: Iterable[str], fate: Fate, reason: str) -> Judgement:
    """One verdict for all: nothing was said of any of them."""
    return Judgement({number: Verdict(fate, code_desc=reason) for number in recipients})


def judge(payload: Any, recipients: Sequence[str], segments: int, clean: Clean) -> Judgement:
    """What the JSON of an answer with status 200 says of each recipient.

    ``recipients``: E.164 digits. ``segments``: into how many parts the text is split; a long text may have one
    record a part (documented: the log of each SMS processed), so only more records than parts are suspicious.
    """
    if not isinstance(payload, dict):
        return alike(recipients, Fate.UNKNOWN, "the answer is not a JSON object")
    log = payload.get("send_log")
    if is_error(payload):
        message = clean(payload.get("error_message")) or "no reason given"
        if "send_log" not in payload:
            return alike(recipients, Fate.NOT_SENT, f"the service refused the request: {message}")
        return alike(recipients, Fate.UNKNOWN, f"the answer contradicts itself: records and an error ({message})")
    if not isinstance(log, list):
        return alike(recipients, Fate.UNKNOWN, "the answer has no list of records (send_log)")
    return _judge_log([_record(entry, clean) for entry in log], recipients, segments, clean)


def is_error(payload: Any) -> bool:
    """Whether an answer is the error envelope (observed), which comes with status 200 and is never success."""
    return isinstance(payload, dict) and payload.get("error") in (True, 1, "true", "1")


def smsid_of(value: Any, clean: Clean) -> Optional[str]:
    """An smsid as text, or None when it is not one that a later cancel could name, or may not be shown."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    plain = 0 < len(text) <= 128 and text.isascii() and text.isprintable() and " " not in text
    return text if plain and clean(text) == text else None


def _judge_log(
    records: Sequence[Optional[SendRecord]], recipients: Sequence[str], segments: int, clean: Clean
) -> Judgement:
    by_number: dict[str, list[SendRecord]] = {number: [] for number in recipients}
    warnings = []
    for record in records:
        if record is None:
            warnings.append("the answer holds a record that names no recipient; it was ignored")
        elif record.to not in by_number:
            warnings.append("the answer holds a record for a number that was not asked for; it was ignored")
        else:
            by_number[record.to].append(record)
    for number, found in by_number.items():
        if len(found) > segments and all(record.code == ACCEPTED_CODE for record in found):
            parts = "one part" if segments == 1 else f"{segments} parts"
            warnings.append(f"possible duplicate: {len(found)} records for +{number}, and its text has only {parts}")
    verdicts = {number: _verdict(found, clean) for number, found in by_number.items()}
    return Judgement(verdicts, tuple(dict.fromkeys(warnings)))


def _verdict(records: Sequence[SendRecord], clean: Clean) -> Verdict:
    """The verdict on one recipient by its own records: they must all say the same."""
    codes = {record.code for record in records}
    smsids = tuple(dict.fromkeys(record.smsid for record in records if record.smsid is not None))
    if not records:
        return Verdict(Fate.UNKNOWN, code_desc="the answer has no record for this recipient")
    if None in codes:
        return Verdict(Fate.UNKNOWN, code_desc="its record cannot be understood", smsids=smsids)
    if len(codes) > 1:
        return Verdict(Fate.UNKNOWN, code_desc="its records contradict each other", smsids=smsids)
    if codes == {ACCEPTED_CODE} and any(record.smsid is None for record in records):
        return Verdict(Fate.UNKNOWN, code_desc="its record has no smsid", smsids=smsids)
    fate = Fate.ACCEPTED if codes == {ACCEPTED_CODE} else Fate.REFUSED
    first = records[0].fields
    return Verdict(
        fate=fate,
        code=records[0].code,
        code_desc=clean(first.get("code_desc")),
        smsids=smsids if fate is Fate.ACCEPTED else (),
        status=clean(first.get("status")),
        country=clean(first.get("country")),
        type=clean(first.get("type")),
        sale=_total(records),
        delivery_date=clean(first.get("delivery_date")),
    )


def _record(entry: Any, clean: Clean) -> Optional[SendRecord]:
    """A record as far as it can be understood; None when it does not even name a recipient."""
    if not isinstance(entry, dict):
        return None
    to = entry.get("to")
    number = digits(str(to)) if isinstance(to, (str, int)) and not isinstance(to, bool) else ""
    if not number:
        return None
    smsid = smsid_of(entry.get("smsid"), clean)
    return SendRecord(to=number, code=_code(entry.get("code")), smsid=smsid, fields=entry)


def _code(value: Any) -> Optional[int]:
    """A code as a JSON number or string (both occur), or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    return int(value) if value == value // 1 and abs(value) < 1e9 else None


def _total(records: Sequence[SendRecord]) -> Optional[float]:
    """The price of all parts, or None when one of them has none that can be read."""
    prices = [_price(record.fields.get("sale")) for record in records]
    known = [price for price in prices if price is not None]
    return round(float(sum(known)), 6) if len(known) == len(prices) else None


def _price(value: Any) -> Optional[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        price = float(value)
    except ValueError:
        return None
    return price if abs(price) < 1e9 else None
