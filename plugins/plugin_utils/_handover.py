# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the work of the playbook handover: tell, or ask, those whose shift has begun, by the modules that do so."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.handover import (
    HandoverPlan,
    Letter,
    plan_handover,
    read_handover,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.libraries import missing_in_controller

RunModule = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Runs a module of the collection with options, and returns its result."""

CHOICE = "mine"
_USUAL_WAIT = "15m"


def handover(options: Mapping[str, Any], run: RunModule, now: dt.datetime) -> dict[str, Any]:
    """Return the result of a handover at an aware instant. ``options`` are the variables without their prefix."""
    faults = Faults()
    try:
        contacts = options.get("contacts") or os.environ.get("VOIPSMS_CONTACTS")
        read = read_handover({**options, "contacts": contacts}, faults)
        if options.get("ask") and not options.get("from"):
            faults.add("with voipsms_ask, voipsms_from is needed, since a message without a sender cannot be answered")
        if faults.sentences:
            return _failed("invalid", faults.sentences)
        plan = plan_handover(read, now)
    except MissingLibrary as error:
        return _failed("invalid", [missing_in_controller(error)])
    results = [_told(letter, options, run) for letter in plan.letters]
    return _result(plan, results)


def _told(letter: Letter, options: Mapping[str, Any], run: RunModule) -> dict[str, Any]:
    """Return the result of one letter."""
    common = {"to": letter.recipients, "msg": letter.text, "from": options.get("from")}
    if not options.get("ask"):
        # A shift that gets longer is still the same shift.
        return run("voipsms_send", {**common, "idempotency_key": letter.key, "on_different": "skip"})
    question = {
        "choices": [{"name": CHOICE}],
        "needed": len(letter.people),
        "wait": options.get("wait") or _USUAL_WAIT,
        "poll": options.get("poll"),
        "idempotency_key": letter.question_key,
    }
    return run("voipsms_ask", {**common, **question})


def _result(plan: HandoverPlan, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one result of all letters; it fails where one of them has, or where it is not certain who is on call."""
    letters = [
        {"names": [person.name for person in letter.people], "text": letter.text, **_shown(result)}
        for letter, result in zip(plan.letters, results)
    ]
    warnings = [*plan.warnings, *(warning for result in results for warning in result.get("warnings", []))]
    known = {"letters": letters, "changed": any(result.get("changed") for result in results)}
    known |= {"warnings": warnings} if warnings else {}
    differences = [result["diff"] for result in results if "diff" in result]
    known |= {"diff": differences} if differences else {}
    failures = [result for result in results if result.get("failed")]
    sentences = [f"{', '.join(letter['names'])}: {letter['msg']}" for letter in letters]
    if failures or plan.faults:
        outcome = failures[0]["outcome"] if failures else "uncertain"
        msg = "; ".join([*plan.faults, *(sentences or ["nothing was sent"])])
        return {**known, "failed": True, "outcome": outcome, "msg": msg}
    if not letters:
        return {**known, "outcome": "idle", "msg": f"no shift has just begun: {plan.state}"}
    return {**known, "outcome": results[0]["outcome"], "msg": "; ".join(sentences)}


def _shown(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a result says of one letter."""
    return {"outcome": result.get("outcome", "unknown"), "msg": str(result.get("msg", ""))}


def _failed(outcome: str, sentences: Sequence[str]) -> dict[str, Any]:
    msg = "; ".join([*sentences, "nothing was sent"])
    return {"failed": True, "changed": False, "outcome": outcome, "msg": msg, "letters": []}
