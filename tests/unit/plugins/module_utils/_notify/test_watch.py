# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._message.text import measure
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import NONE, Pipeline
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.texts import read_texts
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.watch import (
    FAILED,
    SLOW,
    SUCCEEDED,
    Run,
    Settings,
    key,
    parameters,
    read_settings,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.watch import compose as parts_of
from ansible_collections.voip_communications.sms.tests.support.people import ANNA

GITHUB = Pipeline("github", "acme/shop-4711", 2, "https://github.com/acme/shop/actions/runs/12345678901", "anna")
FAILURE = Run(
    playbook="site.yml",
    pipeline=GITHUB,
    seconds=301,
    failed=("web1", "db1"),
    total=12,
    task="Restart nginx",
)


def settings(**options: Any) -> Settings:
    return read_settings(options)


def compose(event: str, facts: Run, read: Settings) -> str:
    """Return the text as it is sent."""
    return read_texts("msg", parts_of(event, facts, read), 1).default


def run(**changed: Any) -> Run:
    return FAILURE._replace(**changed)


def test_the_default_texts() -> None:
    assert compose(FAILED, FAILURE, settings()) == (
        "FAILED: site.yml, 2 of 12 hosts: web1, db1. Task: Restart nginx. By anna."
        " https://github.com/acme/shop/actions/runs/12345678901"
    )
    assert compose(SUCCEEDED, run(failed=()), settings()) == (
        "SUCCEEDED: site.yml, 12 hosts, after 5 minutes. By anna. https://github.com/acme/shop/actions/runs/12345678901"
    )
    alone = run(pipeline=Pipeline(NONE, "0123456789abcdef"), failed=(), total=0)
    assert compose(SLOW, alone, settings()) == "SLOW: site.yml, running for 5 minutes. Task: Restart nginx."


@pytest.mark.parametrize(
    ("failed", "unreachable", "total", "said"),
    [
        (("a", "b"), ("a", "b"), 2, "2 of 2 hosts unreachable: a, b."),
        (("a", "b", "c"), ("c",), 9, "3 of 9 hosts (1 unreachable): a, b, c."),
        (("a",), (), 1, "1 of 1 host: a."),
        (("a", "b", "c", "d", "e"), (), 5, "5 of 5 hosts: a, b, c and 2 more."),
    ],
)
def test_hosts_are_named_and_counted(
    failed: tuple[str, ...], unreachable: tuple[str, ...], total: int, said: str
) -> None:
    text = compose(FAILED, run(failed=failed, unreachable=unreachable, total=total, task=""), settings())
    assert text.startswith(f"FAILED: site.yml, {said} By anna.")


def test_no_host_is_named_if_none_shall_be() -> None:
    assert compose(FAILED, FAILURE, settings(hosts_named=0)).startswith("FAILED: site.yml, 2 of 12 hosts. Task:")


def test_what_matters_least_is_left_out_until_one_segment_holds_the_rest() -> None:
    kept = []
    for task, host in (("x" * 50, "a"), ("x" * 90, "a"), ("x", "host" * 8), ("x", "host" * 10)):
        names = tuple(f"{letter}-{host}" for letter in "abc")
        text = compose(FAILED, run(task=task, failed=names), settings())
        assert measure(text).segments == 1
        kept.append([word for word in ("By", "Task", "https", *names) if word in text])
    assert kept[:2] == [["Task", "https", "a-a", "b-a", "c-a"], ["https", "a-a", "b-a", "c-a"]]
    assert [[word[:1] for word in words] for words in kept[2:]] == [["a", "b", "c"], ["a", "b"]]


def test_nothing_that_matters_most_is_cut() -> None:
    name = "x" * 200
    assert compose(FAILED, FAILURE, settings(name=name)) == f"FAILED: {name}, 2 of 12 hosts: web1, db1."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
    ],
)
def test_time_is_told_in_full_units(seconds: float, said: str) -> None:
    assert f"running for {said}." in compose(SLOW, run(seconds=seconds), settings())


def test_a_task_with_a_template_is_not_named() -> None:
    for task in ("Restart {{ service }}", "Restart << error 1 - 'item' is undefined >>"):
        assert "Task" not in compose(FAILED, run(task=task), settings())
        assert compose(FAILED, run(task=task), settings(text_failed="[{task}]")) == "[]"


def test_names_are_told_on_one_line_and_without_control_characters() -> None:
    text = compose(FAILED, run(task="Restart\n\x1b[31mnginx\udcff"), settings())
    assert "Task: Restart [31mnginx." in text


def test_words_that_stay_ucs2_arrive_whole_and_others_are_written_plainly() -> None:
    """Joiners are part of words in Persian; marks of direction and flags of emoji have no plain form either."""
    word = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u200f!\u00a0\U0001f468\u200d\U0001f469 \u2764\ufe0f"
    for read in (settings(name=word), settings(text_failed=f" {word}\n"), settings(text_failed="{task}")):
        assert word in compose(FAILED, run(task=word), read)
    for parts in (settings(name="\u201cshop\u201d\u200b"), settings(text_failed="\u201cshop\u201d\u200b")):
        assert '"shop"' in compose(FAILED, run(task="Restart\u00a0\u2026"), parts)


def test_a_text_of_the_users_own() -> None:
    own = "{event} {name} {hosts} {failed}/{unreachable}/{total} {task} {user} {url} {time}"
    read = settings(text_failed=own, name="Nightly", url="https://x.example/", tell=["failed"])
    changed = run(unreachable=("db1",))
    assert compose(FAILED, changed, read) == (
        "failed Nightly web1, db1 2/1/12 Restart nginx anna https://x.example/ 5 minutes"
    )
    assert compose(SLOW, changed, read).startswith("SLOW: Nightly, ")


def test_a_text_with_an_unknown_placeholder_is_not_used_and_named() -> None:
    read = settings(text_failed="{name} {error}", text_slow="{name.__class__}")
    assert read.texts == {}
    assert [fault.partition(",")[0] for fault in read.faults] == [
        "text_failed holds {error}",
        "text_slow holds {name.__class__}",
    ]


def test_numbers_out_of_bounds_are_named_and_the_defaults_used() -> None:
    read = settings(slow_after=float("nan"), deadline=0.0, hosts_named=-1)
    assert read._replace(faults=()) == settings()
    assert [fault.partition(" ")[0] for fault in read.faults] == ["slow_after", "deadline", "hosts_named"]


def test_numbers_within_bounds_are_taken() -> None:
    read = settings(slow_after=1, deadline=30, hosts_named=0)
    assert (read.slow_after, read.deadline, read.hosts_named, read.faults) == (1.0, 30.0, 0, ())


@pytest.mark.parametrize("nobody", [None, "", [], [""]])
def test_without_recipients_there_is_nothing_to_do(nobody: Any) -> None:
    with pytest.raises(InputError, match="recipients is missing"):
        parameters(FAILED, FAILURE, settings(recipients=nobody))


def test_what_is_not_set_is_left_to_the_environment() -> None:
    read = settings(recipients=[ANNA], api_key="", api_url=None, ledger="/l", account_timezone="UTC", **{"from": None})
    assert read.options == {"to": [ANNA], "ledger": "/l", "account_timezone": "UTC"}


@pytest.mark.parametrize(("event", "severity"), [(FAILED, "critical"), (SLOW, "warning"), (SUCCEEDED, "info")])
def test_an_event_has_its_word_and_how_severe_it_is_for_people_who_choose(event: str, severity: str) -> None:
    found = parameters(event, FAILURE, settings(recipients=[ANNA]))
    assert (found["event"], found["severity"]) == (event, severity)


def test_the_key_is_of_the_name_the_event_and_the_run() -> None:
    assert key(FAILED, FAILURE, settings()) == "watch/site.yml/failed/github-acme/shop-4711-2"
    assert key(SLOW, FAILURE, settings(name="a b")) == "watch/a b/slow/github-acme/shop-4711-2"


def test_success_is_told_once_for_all_attempts() -> None:
    assert key(SUCCEEDED, FAILURE, settings()) == "watch/site.yml/succeeded/github-acme/shop-4711"


def test_a_run_with_hosts_that_failed_has_failed() -> None:
    assert (FAILURE.event, run(failed=()).event) == (FAILED, SUCCEEDED)
