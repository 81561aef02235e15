# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the options of ``voipsms_notify`` with which the callback ``watch`` tells an event of a run; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._core.errors import InputError
from .._message.display import one_line
from .fitting import Part, name_hosts
from .pipeline import Pipeline, event_key

FAILED, SUCCEEDED, SLOW = "failed", "succeeded", "slow"

PLACEHOLDERS = frozenset({"event", "name", "hosts", "failed", "unreachable", "total", "task", "user", "url", "time"})
"""The names that a text of the user may hold, in braces."""

_SEVERITIES = {FAILED: "critical", SUCCEEDED: "info", SLOW: "warning"}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_TEMPLATE_ERROR = re.compile(r"<< error [0-9]+ - ")
_NUMBERS = {"slow_after": (3600.0, 0.1, 30 * 86400.0), "deadline": (20.0, 1.0, 300.0), "hosts_named": (3, 0, 100)}
"""The default, the least and the most of each option that is a number."""

_NO_RECIPIENTS = (
    "recipients is missing; set VOIPSMS_WATCH_RECIPIENTS, recipients in [voipsms_watch], or voipsms_watch_recipients"
)
_PASSED_ON = {
    "recipients": "to",
    **{name: name for name in ("from", "contacts", "default_region", "account_timezone", "ledger", "ledger_account")},
    **{name: name for name in ("limit", "account_limit", "critical_limit")},
    **{name: name for name in ("api_key", "api_password", "api_password_file", "api_url", "ca_path")},
}
"""The options that ``voipsms_notify`` has too, and what they are called there."""


class Settings(NamedTuple):
    """The options of the plugin after reading. ``options`` holds those that are set, for ``voipsms_notify``.

    ``faults`` names the options that were wrong. Each has its default instead, since a wrong option must not silence a
    failure.
    """

    options: Mapping[str, Any]
    tell: tuple[str, ...]
    slow_after: float
    deadline: float
    hosts_named: int
    name: str
    url: str
    texts: Mapping[str, str]
    faults: tuple[str, ...]


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
    """Return the settings from options that have their types already.

    One that is None or empty, as an unset variable of a pipeline is, is not set.
    """
    faults: list[str] = []
    options = {name: value for name, value in options.items() if value not in (None, "", [], [""])}
    numbers = {name: _number(name, options, faults) for name in _NUMBERS}
    return Settings(
        options={name: options[own] for own, name in _PASSED_ON.items() if own in options},
        tell=tuple(options.get("tell", (FAILED,))),
        **numbers,
        name=one_line(options.get("name", "")),
        url=one_line(options.get("url", "")),
        texts=_texts(options, faults),
        faults=tuple(faults),
    )


def _number(name: str, options: Mapping[str, Any], faults: list[str]) -> Any:
    """Return a number; the default where it is not set or, with a fault, out of bounds."""
    default, least, most = _NUMBERS[name]
    value = options.get(name, default)
    if least <= value <= most:
        return value
    faults.append(f"{name} must be from {least:g} to {most:.12g}; {default:g} is used instead")
    return default


def _texts(options: Mapping[str, Any], faults: list[str]) -> dict[str, str]:
    """Return the texts of the user, by event; one that cannot be filled in is left out."""
    texts = {}
    for event in _SEVERITIES:
        text = str(options.get(f"text_{event}", "")).strip()
        unknown = [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]
        if unknown:
            names = ", ".join(f"{{{name}}}" for name in unknown)
            known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
            faults.append(f"text_{event} holds {names}, so the default text is used; there are {known}")
        elif text:
            texts[event] = text
    return texts


def compose(event: str, run: Run, settings: Settings) -> str | list[dict[str, Any]]:
    """Return the text of an event: the user's own, or the parts of which one segment may leave out some."""
    name = settings.name or one_line(run.playbook)
    url = settings.url or one_line(run.pipeline.url)
    template = settings.texts.get(event)
    if template is not None:
        return _filled(template, _fields(event, run, settings, name=name, url=url))
    user, task = one_line(run.pipeline.user), _task_name(run)
    parts = [
        _head(event, run, settings.hosts_named, name),
        Part(f"Task: {task}." if task and event != SUCCEEDED else "", rank=2),
        Part(f"By {user}." if user else "", rank=3),
        Part(url, rank=1),
    ]
    return [part._asdict() for part in parts]


def _head(event: str, run: Run, hosts_named: int, name: str) -> Part:
    """Return the event, the run and its hosts. The shorter forms name fewer hosts, and the last only counts them."""
    start = f"{event.upper()}: {name}"
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
    """Return the name of the task, unless it holds a template without a value, or why that has none.

    Since ansible-core 2.19, the name of a loop over ``item`` has the error in its place, which may hold a secret.
    """
    name = one_line(run.task)
    return "" if "{{" in name or _TEMPLATE_ERROR.search(name) else name


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
        "user": one_line(run.pipeline.user),
        "url": url,
        "time": _duration(run.seconds),
    }


def _filled(text: str, fields: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: fields[match.group(1)], text)


def key(event: str, run: Run, settings: Settings) -> str:
    """Return the key of an event of a run. Another attempt of a pipeline has other keys, except for success."""
    parts = ("watch", settings.name or one_line(run.playbook), event)
    return event_key(parts, run.pipeline, attempt=event != SUCCEEDED)


def parameters(event: str, run: Run, settings: Settings) -> dict[str, Any]:
    """Return the options of ``voipsms_notify`` for an event; the others come from the environment, as for a task.

    Raises ``InputError`` when there are no recipients.
    """
    if "to" not in settings.options:
        raise InputError(_NO_RECIPIENTS)
    return {
        **settings.options,
        "event": event,
        "severity": _SEVERITIES[event],
        "known_events": list(_SEVERITIES),
        "msg": compose(event, run, settings),
        "idempotency_key": key(event, run, settings),
        "deadline": settings.deadline,
        "required": True,  # the callback turns the failure into a warning
    }
