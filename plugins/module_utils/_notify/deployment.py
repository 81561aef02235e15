# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out what an event of a deployment is, the text and the key that tell it, and the result of telling it; pure.

What the hosts of a play report is read by ``plugin_utils/_deployment``, which also renders templates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .fitting import name_hosts
from .pipeline import Pipeline, event_key

STARTED, SUCCEEDED, FAILED, ROLLED_BACK, NOTE = EVENTS = ("started", "succeeded", "failed", "rolled_back", "note")

THROUGH, STOPPED = "through", "stopped"
"""What a host may report beside ``failed``: it has come through, or was stopped by the failure of another host."""

_WORDS = {STARTED: "Started", SUCCEEDED: "Done", FAILED: "FAILED", ROLLED_BACK: "ROLLED BACK", NOTE: "Note"}

_REACHED = frozenset(("sent", "duplicate", "would_send", "scheduled", "already_sent", "would_schedule"))
_IN_DOUBT = frozenset(("not_sent", "unknown", "in_progress", "held"))
# A recipient that could be read is a number in E.164.
_NUMBER = re.compile(r"\+[0-9]+", re.ASCII)
_LEAST_DEADLINE = 1.0


class DeploymentOptions(NamedTuple):
    """The options of the role ``deploy_notify``, except for its texts. What was not given is empty.

    ``deadline`` is in seconds, for all batches of a play together. ``hosts_named``: how many failed hosts a default
    text names before the rest is counted.
    """

    application: str
    version: str = ""
    environment: str = ""
    url: str = ""
    user: str = ""
    sender: str = ""
    recipients: object = ()
    contacts: object = ()
    severity: str = ""
    segments: int = 1
    deadline: float = 20.0
    required: bool = False
    attempt_id: str = ""
    events: tuple[str, ...] = (STARTED, SUCCEEDED, FAILED)
    hosts_named: int = 3

    @property
    def label(self) -> str:
        """The name of the deployment, by which hosts say what they report about."""
        return f"{self.application}/{self.version}/{self.environment}"

    def about(self, pipeline: Pipeline, hosts: Sequence[str], failed_hosts: Sequence[str]) -> dict[str, Any]:
        """Return what a template can use."""
        return {
            "application": self.application,
            "version": self.version,
            "environment": self.environment,
            "url": self.url or pipeline.url,
            "user": self.user or pipeline.user,
            "hosts": list(hosts),
            "failed_hosts": list(failed_hosts),
        }

    def key(self, event: str, note: str, pipeline: Pipeline) -> str:
        """Return the key of an event; two notes with different texts are two events."""
        run = Pipeline("attempt", self.attempt_id) if self.attempt_id else pipeline
        parts = ["deploy", self.application, self.version, self.environment, event]
        return event_key([*parts, *([note] if event == NOTE else [])], run, attempt=event == FAILED)

    def seconds_left(self, spent: float) -> float:
        """Return the deadline of an event on which earlier batches have spent so many seconds in vain."""
        return max(_LEAST_DEADLINE, self.deadline - spent)

    def to_notify(self, event: str, msg: object, key: str) -> dict[str, Any]:
        """Return the options of ``voipsms_notify`` for an event.

        An empty sender and empty contacts are left out, so that those of ``module_defaults`` and of the environment
        hold.
        """
        optional = {"from": self.sender, "contacts": self.contacts, "severity": self.severity}
        return {
            **{name: value for name, value in optional.items() if value},
            "event": event,
            "known_events": list(EVENTS),
            "to": self.recipients,
            "msg": msg,
            "segments": self.segments,
            "idempotency_key": key,
            "deadline": self.seconds_left(0.0),
            "required": False,
        }


class Fates(NamedTuple):
    """The hosts that ``failed``, and how the deployment has ended: failed, succeeded, or "" while it goes on."""

    failed: tuple[str, ...]
    ending: str


def fates(reported: Mapping[str, str], everybody: Sequence[str], still_there: Collection[str]) -> Fates:
    """Return which hosts have failed, and how the deployment has ended.

    ``reported`` is what each host says about itself, ``everybody`` all hosts of the play. A host that is not
    ``still_there`` was lost, as an unreachable one is, and has failed; except for one that another host has stopped.
    """
    fate_of = {host: reported.get(host, "") for host in everybody}
    failed = tuple(
        host for host in everybody if fate_of[host] == FAILED or (host not in still_there and fate_of[host] != STOPPED)
    )
    if failed or STOPPED in fate_of.values():
        return Fates(failed, FAILED)
    return Fates((), SUCCEEDED if all(fate == THROUGH for fate in fate_of.values()) else "")


def default_parts(event: str, about: Mapping[str, Any], named: int) -> list[dict[str, Any]]:
    """Return the parts of the default text of an event, as ``fit_segments`` takes them.

    ``about`` is what a template can use. ``named`` is how many failed hosts to name before the rest is counted.
    """
    hosts = _hosts(event, about["hosts"], about["failed_hosts"], named)
    return [
        {"text": f"{_WORDS[event]}: {about['application']}"},
        {"text": about["version"], "rank": 1},
        {"text": f"on {about['environment']}" if about["environment"] else ""},
        {"text": hosts[0], "rank": 2, "shorten": hosts[1:]},
        {"text": f"by {about['user']}" if about["user"] else "", "rank": 3},
        {"text": about["url"], "rank": 4},
    ]


def told(event: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fact that the role leaves of telling an event; ``answer`` is the result of ``voipsms_notify``.

    It has ``failed`` when someone was not reached, or may not have been. One number that the service refuses among
    others is no failure, but a recipient that cannot be read is one.
    """
    results = list(answer.get("results") or ())
    outcomes = {result["outcome"] for result in results}
    unread = any(result["outcome"] == "refused" and not _NUMBER.fullmatch(str(result["to"])) for result in results)
    unreached = bool(outcomes) and not outcomes & _REACHED
    return {
        "event": event,
        "key": answer.get("key") or "",
        "text": answer.get("text") or "",
        "outcome": answer.get("outcome") or "unchanged",
        "msg": str(answer.get("msg") or "no answer"),
        "failed": bool(answer.get("failed")) or unread or unreached or bool(outcomes & _IN_DOUBT),
        "now": list(answer.get("now") or ()),
        "later": list(answer.get("later") or ()),
        "dropped": list(answer.get("dropped") or ()),
        "results": results,
    }


def untold(event: str, reason: str, *, failed: bool = True) -> dict[str, Any]:
    """Return the fact that the role leaves when there is no message, and why there is none."""
    return {**told(event, {"msg": reason}), "failed": failed}


def warnings(result: Mapping[str, Any], more: Iterable[str]) -> list[str]:
    """Return the warnings about the fact ``result``, each with its event; ``more`` are those of the module."""
    refused = any(entry["outcome"] == "refused" for entry in result["results"])
    sentences = [result["msg"]] if result["failed"] or refused else []
    start = f"{result['event']}: "
    return list(dict.fromkeys(start + sentence.removeprefix(start) for sentence in (*sentences, *more)))


def _hosts(event: str, hosts: Sequence[str], failed: Sequence[str], named: int) -> list[str]:
    """Return the hosts in a few words, and then in fewer."""
    if event == FAILED and len(hosts) == 1:
        return [f"({failed[0]})" if failed and failed[0] != "localhost" else ""]
    if event == FAILED and failed:
        count = f"{len(failed)} of {len(hosts)} hosts"
        firsts = [first for first in dict.fromkeys((named, 1)) if 0 < first <= named]
        names = [name_hosts(list(failed), first, short=True) for first in firsts]
        return [*(f"({count}: {some})" for some in names), f"({count})"]
    return [f"({len(hosts)} hosts)" if len(hosts) > 1 else ""]
