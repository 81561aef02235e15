# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose the messages of the callback ``watch``: their text, their recipients and their key; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._core.errors import InputError
from .fitting import Part, fit, name_hosts
from .pipeline import Pipeline, event_key

FAILED, SUCCEEDED, SLOW = "failed", "succeeded", "slow"
EVENTS = (FAILED, SUCCEEDED, SLOW)

DEFAULT_DEADLINE = 20.0
DEFAULT_HOSTS_NAMED = 3
DEFAULT_SLOW_AFTER = 3600.0

PLACEHOLDERS = frozenset({"event", "name", "hosts", "failed", "unreachable", "total", "task", "user", "url", "time"})
"""The names that a text of the user may hold, in braces."""

_WORDS = {FAILED: "FAILED", SUCCEEDED: "SUCCEEDED", SLOW: "SLOW"}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LONGEST_DEADLINE = 300.0
_NO_RECIPIENTS = (
    "recipients is missing; set VOIPSMS_WATCH_RECIPIENTS, recipients in [voipsms_watch], or voipsms_watch_recipients"
)
_MOST_HOSTS = 100
_ACCOUNT = (
    "api_key",
    "api_password",
    "api_password_file",
    "api_url",
    "ca_path",
    "contacts",
    "default_region",
    "ledger",
    "ledger_account",
)


@dataclass(frozen=True)
class Settings:
    """The options of the plugin after reading. ``account`` holds those that are set and that ``voipsms_send`` has too.

    ``faults`` names the options that were wrong. Each has its default instead, since a wrong option must not silence a
    failure.
    """

    recipients: Any = None
    sender: Any = None
    tell: tuple[str, ...] = (FAILED,)
    slow_after: float = DEFAULT_SLOW_AFTER
    deadline: float = DEFAULT_DEADLINE
    hosts_named: int = DEFAULT_HOSTS_NAMED
    name: str = ""
    url: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    account: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


class Run(NamedTuple):
    """The known facts of a run: hosts in the order in which they are named, ``seconds`` since it began.

    ``failed`` are the hosts that failed or were unreachable; ``unreachable`` are only the latter.
    """

    playbook: str
    pipeline: Pipeline
    seconds: float
    failed: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    total: int = 0
    task: str = ""

    @property
    def event(self) -> str:
        """The event at the end of the run."""
        return FAILED if self.failed else SUCCEEDED


def read_settings(options: Mapping[str, Any]) -> Settings:
    """Return the settings from options that have their types already. An option that is not set is None."""
    faults: list[str] = []
    return Settings(
        recipients=_option(options, "recipients"),
        sender=_option(options, "from"),
        tell=tuple(_option(options, "tell") or (FAILED,)),
        slow_after=_number(options, "slow_after", DEFAULT_SLOW_AFTER, (0.1, 30 * 86400.0), faults),
        deadline=_number(options, "deadline", DEFAULT_DEADLINE, (1.0, _LONGEST_DEADLINE), faults),
        hosts_named=int(_number(options, "hosts_named", DEFAULT_HOSTS_NAMED, (0, _MOST_HOSTS), faults)),
        name=_plain(options.get("name") or ""),
        url=_plain(options.get("url") or ""),
        texts=_texts(options, faults),
        account={name: options[name] for name in _ACCOUNT if _option(options, name) is not None},
        faults=tuple(faults),
    )


def _option(options: Mapping[str, Any], name: str) -> Any:
    """Return an option; None when it is not set, or empty, as an unset variable of a pipeline is."""
    value = options.get(name)
    return None if value in ("", [], [""]) else value


def _number(
    options: Mapping[str, Any], name: str, default: float, bounds: tuple[float, float], faults: list[str]
) -> float:
    """Return a number; the default where it is not set or, with a fault, out of bounds."""
    value = options.get(name)
    if value is None:
        return default
    least, most = bounds
    if not least <= value <= most:
        faults.append(f"{name} must be from {least:g} to {most:.12g}; {default:g} is used instead")
        return default
    return float(value)


def _texts(options: Mapping[str, Any], faults: list[str]) -> dict[str, str]:
    """Return the texts of the user, by event; one that cannot be filled in is left out."""
    texts = {}
    for event in EVENTS:
        text = str(options.get(f"text_{event}") or "").strip()
        unknown = [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]
        if unknown:
            names = ", ".join(f"{{{name}}}" for name in unknown)
            known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
            faults.append(f"text_{event} holds {names}, so the default text is used; there are {known}")
        elif text:
            texts[event] = text
    return texts


def compose(event: str, run: Run, settings: Settings) -> str:
    """Return the text of an event. The default one leaves out the least important parts to fit one segment."""
    name = settings.name or _plain(run.playbook)
    url = settings.url or _plain(run.pipeline.url)
    template = settings.texts.get(event)
    if template is not None:
        return _filled(template, _fields(event, run, settings, name=name, url=url))
    user, task = _plain(run.pipeline.user), _task_name(run)
    parts = [
        _head(event, run, settings.hosts_named, name),
        Part(f"Task: {task}." if task and event != SUCCEEDED else "", rank=2),
        Part(f"By {user}." if user else "", rank=3),
        Part(url, rank=1),
    ]
    return fit(parts)


def _head(event: str, run: Run, hosts_named: int, name: str) -> Part:
    """Return the event, the run and its hosts. The shorter forms name fewer hosts, and the last only counts them."""
    start = f"{_WORDS[event]}: {name}"
    if event == SLOW:
        return Part(f"{start}, running for {_duration(run.seconds)}.")
    if event == SUCCEEDED:
        return Part(f"{start}, {_hosts(run.total)}, after {_duration(run.seconds)}.", shorten=(f"{start}.",))
    start = f"{start}, {_affected(run)}"
    forms = [f"{start}: {name_hosts(run.failed, first)}." for first in range(hosts_named, 0, -1)]
    forms.append(f"{start}.")
    return Part(forms[0], shorten=tuple(forms[1:]))


def _affected(run: Run) -> str:
    """Return how many of the hosts failed, and how many of them were unreachable."""
    share = f"{len(run.failed)} of {_hosts(run.total)}"
    if not run.unreachable:
        return share
    return f"{share} unreachable" if run.unreachable == run.failed else f"{share} ({len(run.unreachable)} unreachable)"


def _hosts(number: int) -> str:
    return "1 host" if number == 1 else f"{number} hosts"


def _duration(seconds: float) -> str:
    """Return a time in the unit that people would use. It is rounded down, so that it never exceeds the actual time."""
    for unit, name, least in ((3600, "hours", 2 * 3600), (60, "minutes", 2 * 60)):
        if seconds >= least:
            return f"{int(seconds // unit)} {name}"
    return f"{int(seconds)} seconds" if int(seconds) != 1 else "1 second"


def _task_name(run: Run) -> str:
    """Return the name of the task, unless it still holds a template, whose value is not known."""
    name = _plain(run.task)
    return "" if "{{" in name else name


def _fields(event: str, run: Run, settings: Settings, *, name: str, url: str) -> dict[str, str]:
    """Return the values of the placeholders."""
    return {
        "event": event,
        "name": name,
        "hosts": name_hosts(run.failed, settings.hosts_named) if run.failed and settings.hosts_named else "",
        "failed": str(len(run.failed)),
        "unreachable": str(len(run.unreachable)),
        "total": str(run.total),
        "task": _task_name(run),
        "user": _plain(run.pipeline.user),
        "url": url,
        "time": _duration(run.seconds),
    }


def _filled(text: str, fields: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: fields[match.group(1)], text)


def _plain(text: str) -> str:
    """Return a name on one line, without characters that a phone cannot show."""
    return " ".join("".join(character if character.isprintable() else " " for character in str(text)).split())


def key(event: str, run: Run, settings: Settings) -> str:
    """Return the key of an event of a run. Another attempt of a pipeline has other keys, except for success."""
    parts = ("watch", settings.name or _plain(run.playbook), event)
    return event_key(parts, run.pipeline, attempt=event != SUCCEEDED)


def parameters(event: str, run: Run, settings: Settings) -> dict[str, Any]:
    """Return the options of ``voipsms_send`` for an event; the others come from the environment, as for a task.

    Raises ``InputError`` when there are no recipients.
    """
    if settings.recipients is None:
        raise InputError(_NO_RECIPIENTS)
    options: dict[str, Any] = {
        **settings.account,
        "to": settings.recipients,
        "from": settings.sender,
        "msg": compose(event, run, settings),
        "idempotency_key": key(event, run, settings),
        "deadline": settings.deadline,
        # One wrong number must not silence the others, and a text that differs is still the same event.
        "fail_on": "all",
        "on_different": "skip",
    }
    return {name: value for name, value in options.items() if value is not None}
