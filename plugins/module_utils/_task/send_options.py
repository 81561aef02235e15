# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of ``voipsms_send`` to one delivery; whatever is wrong with them is named at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._core.errors import Faults
from .._ledger.model import NO_LEDGER, DedupePolicy, Fingerprints, Ledger, key_of
from .._message.numbers import Numbers, read_all
from .._message.outcome import Outcome, Result
from .._message.text import faults as text_faults
from .._message.text import measure as measure_of
from .._send.delivery import AT_A_TIME, SendRequest
from .options import Account, in_range, read_account, read_ledger, read_region
from .report import LOOK, TELL, FailurePolicy, summary
from .values import read_sender, read_text

HASHED_WINDOW = 600
"""Seconds for which the same text to the same recipient is a duplicate, without a key of the user's own."""

GIVEN_WINDOW = 30 * 86400
"""Seconds for which an ``idempotency_key`` of the user's own makes duplicates."""

RESEND_IF_ABSENT = "resend_if_absent"
"""The value of ``on_unknown`` that lets the message log say that a message was not sent."""

_MAX_KEY = 200
_YEAR = 365 * 86400


class SendOptions(NamedTuple):
    """What a task asks for: one delivery, how to judge it, and what was found on the way."""

    account: Account
    ledger: Ledger
    fingerprints: Fingerprints
    request: SendRequest
    encoding: str
    policy: FailurePolicy
    impossible: tuple[Result, ...]
    warnings: tuple[str, ...]


def read_send_options(params: Mapping[str, Any]) -> SendOptions:
    """The order of a task. Raises ``InputError`` with every fault, before anything is opened or sent."""
    faults = Faults()
    account = read_account(params, faults)
    ledger, fingerprints = read_ledger(params, faults)
    region = read_region(params)
    numbers = read_all(params["to"], region)
    impossible = _impossible(numbers, params["fail_on"], faults)
    sender = read_sender(params["from"], region, faults)
    text = read_text(params["msg"], params["charset"], faults)
    faults.add(*text_faults(text, params["max_segments"]), *_option_faults(params, ledger))
    faults.raise_if_any(known=lambda: _going_without(numbers, ledger))
    if account is None:  # read_account has noted why, so this line is never reached
        raise RuntimeError("an account without faults must be there")
    measure = measure_of(text)
    key = params["idempotency_key"] or key_of(sender or "", text)
    wanted = SendRequest(
        key=key,
        label=params["idempotency_key"] or "",
        sender=sender,
        text=text,
        segments=measure.segments,
        recipients=tuple(digits for _given, digits in numbers.read),
        dedupe=_terms(params, fingerprints.content(sender or "", text)),
        batch_size=params["batch_size"],
        at_a_time=AT_A_TIME,
        account_timezone=params["account_timezone"] or None,
        resend_absent=params["on_unknown"] == RESEND_IF_ABSENT,
    )
    policy = FailurePolicy(
        fail_on=params["fail_on"], skip_unknown=params["on_unknown"] == "skip", advice=_advice(params, ledger)
    )
    warnings = tuple(
        f"{given!r} is listed more than once in to; it gets one message" for given, _digits in numbers.duplicates
    )
    return SendOptions(account, ledger, fingerprints, wanted, measure.encoding, policy, impossible, warnings)


def _going_without(numbers: Numbers, ledger: Ledger) -> dict[str, Any]:
    """What a task that is refused returns of its recipients: a rescue may want to tell them otherwise."""
    reason = "nothing was sent to anybody, since the task was refused"
    results = [Result(f"+{digits}", Outcome.NOT_SENT, code_desc=reason) for _given, digits in numbers.read]
    results += [Result(given, Outcome.REFUSED, code_desc=sentence) for given, sentence in numbers.faults]
    known = summary(results, "", FailurePolicy())
    return {**{name: known[name] for name in ("results", "outcome", "failed_to")}, "ledger": ledger.name}


def _advice(params: Mapping[str, Any], ledger: Ledger) -> str:
    """What to do about a message of unknown fate."""
    if ledger.name == NO_LEDGER:
        return f"{LOOK}; this task has no ledger, so running it again sends again"
    again = "without force, which sends again in any case" if params["force"] else "again"
    return f"{LOOK}, and {TELL}; if it was not sent, run the task {again}"


def _impossible(numbers: Numbers, fail_on: str, faults: Faults) -> tuple[Result, ...]:
    """Numbers that cannot be: faults of the task, or, where one bad number shall not silence the rest, refused."""
    if fail_on == "any":
        faults.add(*(f"to: {sentence}" for _given, sentence in numbers.faults))
        return ()
    if not numbers.read and not any(given for given, _sentence in numbers.faults):
        faults.add("to: there is no number to send to")
    return tuple(Result(given, Outcome.REFUSED, code_desc=sentence) for given, sentence in numbers.faults)


def _option_faults(params: Mapping[str, Any], ledger: Ledger) -> list[str]:
    key = params["idempotency_key"]
    faults = [
        *in_range("dedupe_window", params["dedupe_window"], 1, _YEAR),
        *in_range("batch_size", params["batch_size"], 1, 1000),
        *in_range("max_segments", params["max_segments"], 1, 255),
    ]
    if key is not None and not (0 < len(key) <= _MAX_KEY and key.isprintable() and key.strip()):
        faults.append(f"idempotency_key must be 1 to {_MAX_KEY} printable characters")
    if key is not None and ledger.name == NO_LEDGER:
        faults.append("idempotency_key needs a ledger, and ledger is none, which remembers nothing")
    if params["on_unknown"] == RESEND_IF_ABSENT and ledger.name == NO_LEDGER:
        faults.append("on_unknown=resend_if_absent needs a ledger, and ledger is none, which remembers nothing")
    if params["on_unknown"] == RESEND_IF_ABSENT and not params["account_timezone"]:
        faults.append(
            "on_unknown=resend_if_absent needs account_timezone, without which the message log proves nothing"
        )
    return faults


def _terms(params: Mapping[str, Any], content: str) -> DedupePolicy:
    window = params["dedupe_window"]
    if window is None:
        window = HASHED_WINDOW if params["idempotency_key"] is None else GIVEN_WINDOW
    return DedupePolicy(
        content=content,
        window=float(window),
        force=params["force"],
        resend_unknown=params["on_unknown"] == "resend",
        skip_different=params["on_different"] == "skip",
    )
