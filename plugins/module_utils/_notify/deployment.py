# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has become of a deployment, how that is said, and what came of telling it; pure.

The role ``deploy_notify`` notes a fate of each host, a text: what has become of it, and of which deployment.
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
"""How each event is said."""

_TOLD = frozenset(("sent", "duplicate", "would_send", "scheduled", "already_sent", "would_schedule"))
_IN_DOUBT = frozenset(("not_sent", "unknown", "in_progress"))
# For these nothing waits for certain; whatever else may be under way already.
_NOT_SCHEDULED = frozenset(("not_sent", "refused"))


def fates(
    noted: Mapping[str, str], everybody: Sequence[str], still_there: Sequence[str], deployment: str
) -> dict[str, Any]:
    """Which hosts `failed`, which were `stopped` since another did, and the `ending`: failed, succeeded, or none yet.

    `noted`: the fate of each host. `everybody`: all hosts of the play; those who are not `still_there` were lost, as
    unreachable ones are, and have failed. What was noted of another deployment says nothing of this one.
    """
    became = {host: noted.get(host, "").removesuffix(f" {deployment}") for host in everybody}
    stopped = [host for host in everybody if became[host] == "stopped"]
    failed = [
        host
        for host in everybody
        if became[host] == "failed" or (host not in still_there and became[host] != "stopped")
    ]
    through = all(became[host] == "through" for host in everybody)
    ending = "failed" if failed or stopped else "succeeded" if through else ""
    return {"failed": failed, "stopped": stopped, "ending": ending}


def parts(event: str, about: Mapping[str, Any], named: int) -> list[dict[str, Any]]:
    """The parts of the default text of an event, as the filter ``fit_segments`` takes them.

    `about`: application, version, environment, url and user as texts, hosts and failed_hosts as lists. `named`: how
    many failed hosts to name before the rest is counted.
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
    """The recipients for whom a message was due, and for whom it is certain that none waits.

    `due`: what a look in check mode said of those who are to have it later; `scheduled`: what came of scheduling it.
    """
    wanted = [result["to"] for result in _results(due) if result["outcome"] == "would_send"]
    settled = {result["to"] for result in _results(scheduled) if result["outcome"] not in _NOT_SCHEDULED}
    return [to for to in dict.fromkeys(wanted) if to not in settled]


def result(
    message: Mapping[str, Any], said: Sequence[Mapping[str, Any]], due: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What came of telling an event: the fact that the role leaves.

    `message`: event, key, text and audience. `said`: what the modules returned. `due`: what looks in check mode did.
    One refused number among others is no failure, as with ``fail_on=all``; a module that says nothing of any recipient
    has refused all of it.
    """
    audience = message["audience"]
    results = [*_results(said), *(each for each in _results(due) if each["outcome"] != "would_send")]
    outcomes = list(dict.fromkeys(each["outcome"] for each in results))
    refused = [answer for answer in (*said, *due) if not answer.get("results")]
    silent = [answer for answer in due if not answer.get("results")]
    told = [*audience["faults"], *(str(answer.get("msg", "no answer")) for answer in (*said, *silent))]
    failed = bool(
        audience["faults"] or refused or _IN_DOUBT.intersection(outcomes) or (outcomes and not _TOLD & set(outcomes))
    )
    return {
        **{name: message[name] for name in ("event", "key", "text")},
        "outcome": "partial" if len(outcomes) > 1 else next(iter(outcomes), "unchanged"),
        "msg": "; ".join(dict.fromkeys(told)) or "nobody hears of this now",
        "failed": failed,
        **{name: audience[name] for name in ("now", "later", "dropped")},
        "results": results,
    }


def _hosts(event: str, hosts: Sequence[str], failed: Sequence[str], named: int) -> list[str]:
    """The hosts in a few words, and then in fewer."""
    if event == "failed" and len(hosts) == 1:
        return [f"({failed[0]})" if failed and failed[0] != "localhost" else ""]
    if event == "failed" and failed:
        count = f"{len(failed)} of {len(hosts)} hosts"
        firsts = [first for first in dict.fromkeys((int(named), 1)) if 0 < first <= int(named)]
        names = [name_hosts(list(failed), first, short=True) for first in firsts]
        return [*(f"({count}: {some})" for some in names), f"({count})"]
    return [f"({len(hosts)} hosts)" if len(hosts) > 1 else ""]


def _results(answers: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What became of each recipient, in all answers of modules together."""
    return [each for answer in answers for each in answer.get("results") or ()]
