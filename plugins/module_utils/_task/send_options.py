# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the options of ``voipsms_send`` into a send request, and name everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .._core.errors import Faults
from .._ledger.model import NO_LEDGER, DedupePolicy, Fingerprints, key_of
from .._message.outcome import Result
from .._message.text import faults as text_faults
from .._message.text import measure
from .._people.contacts import Contacts, read_contacts
from .._people.recipients import Recipients, read_recipients
from .._send.delivery import AT_A_TIME
from .._send.request import SendRequest
from .account import Account, read_account
from .names import Names
from .open_ledger import limits_of, of_this_run, read_ledger
from .refused_task import not_sent_results, unread_results
from .report import CHECK_LOG, TELL_LEDGER, FailurePolicy, summary
from .values import (
    digits_of,
    in_range,
    is_printable_name,
    read_region,
    read_sender,
    read_text,
    recipient_faults,
    repetition_warnings,
    with_texts,
)

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

HASHED_WINDOW = 600
"""Seconds for which the same text to the same recipient is a duplicate, without a key of the user's own."""

GIVEN_WINDOW = 30 * 86400
"""Seconds for which an ``idempotency_key`` of the user's own makes duplicates."""

RESEND_IF_ABSENT = "resend_if_absent"
"""The value of ``on_unknown`` that lets the message log say that a message was not sent."""

_MAX_KEY = 200
_YEAR = 365 * 86400


class SendOptions(NamedTuple):
    """One delivery, how to judge its results, and what the task reports besides.

    ``impossible``: the refused results of recipients that cannot be read. ``warnings``: of the options.
    """

    account: Account
    ledger: Ledger
    fingerprints: Fingerprints
    request: SendRequest
    encoding: str
    policy: FailurePolicy
    impossible: tuple[Result, ...]
    names: Names
    warnings: tuple[str, ...]


def read_send_options(params: Mapping[str, Any]) -> SendOptions:
    """Return what a task asks for. Raise ``InputError`` with every fault, before anything is opened or sent."""
    faults = Faults()
    params = with_texts(params, faults)
    maybe_account = read_account(params, faults)
    ledger, fingerprints = read_ledger(params, faults)
    region = read_region(params)
    contacts, warnings = _contacts(params, faults)
    recipients = read_recipients("to", params["to"], contacts, region)
    impossible = _impossible(recipients, params["fail_on"], faults)
    sender = read_sender(params["from"], region, faults)
    text = read_text(params["msg"] or "", params["charset"], faults)
    limits = limits_of(params, faults)
    faults.add(*text_faults(text, params["max_segments"]), *_option_faults(params, ledger))
    account = faults.checked(maybe_account, known=partial(_not_sent_results, recipients, ledger))
    ledger, fingerprints = of_this_run(params, ledger, fingerprints)
    return SendOptions(
        account=account,
        ledger=ledger,
        fingerprints=fingerprints,
        request=_request(params, sender, text, digits_of(recipients), fingerprints)._replace(limits=limits),
        encoding=measure(text).encoding,
        policy=_failure_policy(params, ledger),
        impossible=impossible,
        names=Names(contacts, region, recipients),
        warnings=(*warnings, *repetition_warnings(recipients)),
    )


def _request(
    params: Mapping[str, Any], sender: str | None, text: str, recipients: tuple[str, ...], fingerprints: Fingerprints
) -> SendRequest:
    """Return the send request of options that have no fault."""
    return SendRequest(
        key=params["idempotency_key"] or key_of(sender or "", text),
        label=params["idempotency_key"] or "",
        sender=sender,
        text=text,
        segments=measure(text).segments,
        recipients=recipients,
        dedupe=_dedupe_policy(params, fingerprints.content(sender or "", text)),
        batch_size=params["batch_size"],
        at_a_time=AT_A_TIME,
        account_timezone=params["account_timezone"] or None,
        resend_absent=params["on_unknown"] == RESEND_IF_ABSENT,
    )


def _contacts(params: Mapping[str, Any], faults: Faults) -> tuple[Contacts, tuple[str, ...]]:
    """Return the contacts, and warnings about them: as for a recipient, ``fail_on`` decides whether a fault fails."""
    own = Faults()
    contacts = read_contacts(params["contacts"], own)
    if params["fail_on"] == "any":
        faults.add(*own.sentences)
        return contacts, ()
    return contacts, own.sentences


def _not_sent_results(recipients: Recipients, ledger: Ledger) -> dict[str, Any]:
    """Return what is known of a refused task: to whom nothing was sent."""
    results = [*not_sent_results(recipients.read), *unread_results(recipients.faults)]
    known = summary(results, "", FailurePolicy())
    return {**{name: known[name] for name in ("results", "outcome", "failed_to")}, "ledger": ledger.name}


def _failure_policy(params: Mapping[str, Any], ledger: Ledger) -> FailurePolicy:
    """Return which outcomes fail the task, and its advice about a message of unknown fate."""
    return FailurePolicy(
        fail_on=params["fail_on"],
        skip_unknown=params["on_unknown"] == "skip",
        allow_held=params.get("on_limit") == "hold",
        advice=_advice(params, ledger),
    )


def _advice(params: Mapping[str, Any], ledger: Ledger) -> str:
    """Return what to do about a message of unknown fate."""
    if ledger.name == NO_LEDGER:
        return f"{CHECK_LOG}; this task has no ledger, so running it again sends again"
    again = "without force, which sends again in any case" if params["force"] else "again"
    return f"{CHECK_LOG}, and {TELL_LEDGER}; if it was not sent, run the task {again}"


def _impossible(recipients: Recipients, fail_on: str, faults: Faults) -> tuple[Result, ...]:
    """Note unreadable recipients as faults with ``fail_on=any``; else return them as refused; the others are tried."""
    if fail_on == "any":
        faults.add(*recipient_faults("to", recipients))
        return ()
    if not recipients.read and not any(unread.given for unread in recipients.faults):
        faults.add(*recipient_faults("to", recipients))
    return unread_results(recipients.faults)


def _option_faults(params: Mapping[str, Any], ledger: Ledger) -> list[str]:
    """Return a sentence for each fault of the options that concern this module alone."""
    key = params["idempotency_key"]
    faults = [
        *in_range("dedupe_window", params["dedupe_window"], 1, _YEAR),
        *in_range("batch_size", params["batch_size"], 1, 1000),
        *in_range("max_segments", params["max_segments"], 1, 255),
    ]
    if key is not None and not is_printable_name(key, _MAX_KEY):
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


def _dedupe_policy(params: Mapping[str, Any], content: str) -> DedupePolicy:
    """Return which earlier messages count as the same. ``content``: the fingerprint of sender and text."""
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
