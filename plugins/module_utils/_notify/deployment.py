# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out the state of a deployment, the text that tells it, and the result of telling it; pure.

The role ``deploy_notify`` notes the fate of each host: a text of a word and of the deployment it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .fitting import name_hosts

WORDS = {
    "started": "Started",
    "succeeded": "Done",
    "failed": "FAILED",
    "rolled_back": "ROLLED BACK",
    "note": "Note",
}
"""The word for each event at the start of a text."""

_REACHED = frozenset(("sent", "duplicate", "would_send", "scheduled", "already_sent", "would_schedule"))
_IN_DOUBT = frozenset(("not_sent", "unknown", "in_progress"))
# With these outcomes it is certain that no message waits; with any other, one may.
_NOT_SCHEDULED = frozenset(("not_sent", "refused"))


def fates(
    noted: Mapping[str, str], everybody: Sequence[str], still_there: Sequence[str], deployment: str
) -> dict[str, Any]:
    """Return which hosts ``failed``, which were ``stopped`` by the failure of another, and the ``ending``.

    The ending is failed, succeeded, or empty while there is none. ``noted`` is the fate of each host, ``everybody`` all
    hosts of the play. A host that is not ``still_there`` was lost, as an unreachable one is, and has failed. The fate
    of a host in another deployment does not count.
    """
    fate_of = {host: noted.get(host, "").removesuffix(f" {deployment}") for host in everybody}
    stopped = [host for host in everybody if fate_of[host] == "stopped"]
    failed = [
        host
        for host in everybody
        if fate_of[host] == "failed" or (host not in still_there and fate_of[host] != "stopped")
    ]
    through = all(fate_of[host] == "through" for host in everybody)
    ending = "failed" if failed or stopped else "succeeded" if through else ""
    return {"failed": failed, "stopped": stopped, "ending": ending}


def parts(event: str, about: Mapping[str, Any], named: int) -> list[dict[str, Any]]:
    """Return the parts of the default text of an event, as the filter ``fit_segments`` takes them.

    ``about`` holds application, version, environment, url and user as texts, hosts and failed_hosts as lists. ``named``
    is how many failed hosts to name before the rest is counted.
    """
    hosts = _hosts(event, about["hosts"], about["failed_hosts"], named)
    return [
        {"text": f"{WORDS[event]}: {about['application']}"},
        {"text": str(about["version"]), "rank": 1},
        {"text": f"on {about['environment']}" if about["environment"] else ""},
        {"text": hosts[0], "rank": 2, "shorten": hosts[1:]},
        {"text": f"by {about['user']}" if about["user"] else "", "rank": 3},
        {"text": str(about["url"]), "rank": 4},
    ]


def unscheduled(due: Iterable[Mapping[str, Any]], scheduled: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the recipients for whom a message was due, but for whom certainly none waits.

    ``due`` are the answers in check mode about those who are to get it later, ``scheduled`` the answers of scheduling
    it.
    """
    recipients = [result["to"] for result in _results(due) if result["outcome"] == "would_send"]
    settled = {result["to"] for result in _results(scheduled) if result["outcome"] not in _NOT_SCHEDULED}
    return [to for to in dict.fromkeys(recipients) if to not in settled]


def result(
    message: Mapping[str, Any], answers: Sequence[Mapping[str, Any]], due: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the result of telling an event: the fact that the role leaves.

    ``message`` holds event, key, text and audience. ``answers`` are the results of the modules, ``due`` those in check
    mode about recipients who are to get it later. One refused number among others is not a failure, as with
    ``fail_on=all``; a module without any result for a recipient has refused all of them.
    """
    audience = message["audience"]
    results = [*_results(answers), *(entry for entry in _results(due) if entry["outcome"] != "would_send")]
    outcomes = list(dict.fromkeys(entry["outcome"] for entry in results))
    refused = [answer for answer in (*answers, *due) if not answer.get("results")]
    silent = [answer for answer in due if not answer.get("results")]
    sentences = [*audience["faults"], *(str(answer.get("msg", "no answer")) for answer in (*answers, *silent))]
    failed = bool(
        audience["faults"] or refused or _IN_DOUBT.intersection(outcomes) or (outcomes and not _REACHED & set(outcomes))
    )
    return {
        **{name: message[name] for name in ("event", "key", "text")},
        "outcome": "partial" if len(outcomes) > 1 else next(iter(outcomes), "unchanged"),
        "msg": "; ".join(dict.fromkeys(sentences)) or "no one is told of this now",
        "failed": failed,
        **{name: audience[name] for name in ("now", "later", "dropped")},
        "results": results,
    }


def _hosts(event: str, hosts: Sequence[str], failed: Sequence[str], named: int) -> list[str]:
    """Return the hosts in a few words, and then in fewer."""
    if event == "failed" and len(hosts) == 1:
        return [f"({failed[0]})" if failed and failed[0] != "localhost" else ""]
    if event == "failed" and failed:
        count = f"{len(failed)} of {len(hosts)} hosts"
        firsts = [first for first in dict.fromkeys((int(named), 1)) if 0 < first <= int(named)]
        names = [name_hosts(list(failed), first, short=True) for first in firsts]
        return [*(f"({count}: {some})" for some in names), f"({count})"]
    return [f"({len(hosts)} hosts)" if len(hosts) > 1 else ""]


def _results(answers: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the result for each recipient from all answers of modules together."""
    return [entry for answer in answers for entry in answer.get("results") or ()]
