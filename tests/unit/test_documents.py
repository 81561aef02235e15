# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents say what the code does: options, values, numbers, sentences; and their links lead somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.voip_communications.sms.plugins.module_utils import (
    _delivery,
    _evidence,
    _ledger,
    _order,
    _reconciliation,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._report import Outcome
from ansible_collections.voip_communications.sms.tests.support import markdown
from ansible_collections.voip_communications.sms.tests.support.documented import (
    MODULES,
    OPTIONS,
    PREFIX,
    RETURNED,
    SPECS,
    assert_fits,
    role_options,
    tasks,
)

SEND_OPTIONS = SPECS[f"{PREFIX}voipsms_send"]
TEXTS = {path.relative_to(markdown.COLLECTION).as_posix(): path.read_text("utf-8") for path in markdown.DOCUMENTS}
README = TEXTS["README.md"]
SENT_ONCE = TEXTS["docs/sent-once.md"]
API = TEXTS["docs/api.md"]
# Words that are written like options in the documents about the module, and are none.
OTHERS = {
    # Ansible's own
    "ansible_python_interpreter", "delegate_to", "run_once", "become", "module_defaults",
    # fields of the API, and of an HTTP answer
    "send_log", "delivery_date", "error_message", "sms_id", "sms_status",
    # parameters of libpq and PostgreSQL
    "sslmode", "synchronous_commit", "channel_binding", "require_auth", "target_session_attrs",
}  # fmt: skip

every_document = pytest.mark.parametrize("name", TEXTS)


@every_document
def test_every_fence_is_a_block_that_tests_can_see(name: str) -> None:
    assert "```" not in markdown.prose(TEXTS[name])


@every_document
def test_every_yaml_block_parses(name: str) -> None:
    for block in markdown.blocks(TEXTS[name], "yaml"):
        assert yaml.safe_load(block.text), block.line


@every_document
def test_tasks_in_examples_use_options_that_exist(name: str) -> None:
    for module, options in tasks(markdown.blocks(TEXTS[name], "yaml")):
        for option, value in options.items():
            assert_fits(SPECS[module], option, value)


@every_document
def test_options_with_values_in_the_text_exist(name: str) -> None:
    """Such as `on_unknown: skip`, or `ledger_created: true` of what is returned."""
    for word in markdown.code(TEXTS[name]):
        found = re.fullmatch(r"([a-z_]+)(?:: |=)(\S+)", word)
        if found and found[1] not in OTHERS | set(RETURNED):
            assert_fits(OPTIONS, found[1], yaml.safe_load(found[2]))


@pytest.mark.parametrize("name", ["README.md", "docs/sent-once.md", "docs/api.md", "docs/scheduled.md"])
def test_words_that_look_like_options_exist(name: str) -> None:
    words = {word for word in markdown.code(TEXTS[name]) if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)}
    known = {
        *OPTIONS,
        *RETURNED,
        *RETURNED["results"]["contains"],
        *(outcome.value for outcome in Outcome),
        *(name.removeprefix(PREFIX) for name in MODULES),
        *(path.name for path in markdown.COLLECTION.glob("roles/*")),
        *role_options(),
    }
    assert words - known - OTHERS == set()


@every_document
def test_links_within_the_collection_lead_somewhere(name: str) -> None:
    here = markdown.COLLECTION / name
    for link in markdown.links(TEXTS[name]):
        if link.startswith("https://"):
            continue
        path, _hash, anchor = link.partition("#")
        target = (here.parent / path).resolve() if path else here
        assert target.exists(), link
        assert not anchor or anchor in markdown.anchors(target.read_text("utf-8")), link


def test_the_readme_is_short_and_shows_the_two_commands() -> None:
    assert len(README.splitlines()) <= 150
    shown = "".join(block.text for block in markdown.blocks(README, "console"))
    assert "$ make demo\n" in shown
    assert "$ make test\n" in shown
    assert "not VoIP.ms" in README


def test_the_readme_lists_what_there_is() -> None:
    listed = [(row[0], re.sub(r"[`\[]|\].*", "", row[1])) for row in markdown.rows(README)]
    for kind, pattern in (
        ("module", "plugins/modules/[!_]*.py"),
        ("role", "roles/*"),
        ("playbook", "playbooks/*.yml"),
        ("callback", "plugins/callback/[!_]*.py"),
    ):
        there = {path.stem for path in markdown.COLLECTION.glob(pattern)}
        assert {name for what, name in listed if what == kind} == there


def test_the_versions_in_the_readme_are_those_of_the_matrix() -> None:
    table = [row for row in markdown.rows(markdown.section(README, "Tested with")) if row[0][:1].isdigit()]
    matrix = ast.parse((markdown.COLLECTION / "tests" / "tools" / "matrix.py").read_text("utf-8")).body
    constants = {ast.unparse(node.targets[0]): node.value for node in matrix if isinstance(node, ast.Assign)}
    assert [(row[0], row[1]) for row in table] == ast.literal_eval(constants["PAIRS"])
    only = {row[0] for row in table if row[2] == "integration tests only"}
    assert only == ast.literal_eval(constants["INTEGRATION_ONLY"])


def test_the_makefile_targets_of_contributing_exist() -> None:
    makefile = markdown.COLLECTION / "Makefile"
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile.read_text("utf-8"), re.MULTILINE))
    listed = {row[0].strip("`").removeprefix("make ") for row in markdown.rows(TEXTS["CONTRIBUTING.md"])}
    assert listed - {"target"} == targets - {"help", "tree", "venv"}


def test_every_file_of_module_utils_is_in_contributing() -> None:
    rooms = markdown.section(TEXTS["CONTRIBUTING.md"], "The rooms, and who may call whom")
    files = {path.name for path in (markdown.COLLECTION / "plugins" / "module_utils").glob("_[a-z]*.py")}
    assert {name for name in files if name not in rooms} == set()


def test_the_times_are_those_of_the_code() -> None:
    minutes, days = 60, 86400
    windows = {row[0]: row[2] for row in markdown.rows(markdown.section(SENT_ONCE, "Keys and windows"))}
    assert windows["without `idempotency_key`"] == f"{_order.HASHED_WINDOW // minutes} minutes"
    assert windows["with `idempotency_key`"] == f"{_order.GIVEN_WINDOW // days} days"
    times = {row[0]: row[1:] for row in markdown.rows(markdown.section(SENT_ONCE, "States"))}
    assert times["first byte"][0] == f"{_delivery._BEGUN_BY:.0%} of the deadline".replace("%", " %")
    assert times["lease"][0].endswith(f"{_ledger.SETTLE_MARGIN:.0f} seconds")
    assert times["GRACE"][0] == f"{_ledger.GRACE / minutes:.0f} minutes"
    assert times["kept"][0].startswith(f"{_ledger.KEPT / days:.0f} days")
    pauses = ", ".join(f"{pause:g}" for pause in _delivery.PAUSES[:-1]) + f" and {_delivery.PAUSES[-1]:g} seconds"
    assert f"three times more, after {pauses}" in SENT_ONCE
    assert f"asks for {_delivery.LONGEST_RETRY_AFTER:.0f} seconds or less" in SENT_ONCE
    assert f"up to {_delivery.LONGEST_RETRY_AFTER:.0f} seconds" in API
    assert SEND_OPTIONS["batch_size"]["default"] == int(re.findall(r"sends (\d+) at a time", API)[0])


def test_the_limits_of_the_message_log_are_those_of_the_code() -> None:
    log = " ".join(markdown.section(SENT_ONCE, "What the message log decides").split())
    assert f"at most {_delivery.LOG_PAGES} pages and half of the time" in log
    assert f"more than {_delivery.LOG_PAGES} pages never proves" in log
    assert _delivery._LOG_SHARE == 0.5
    assert f"from {_reconciliation.ASTRAY / 3600:.0f} hours before the attempt" in log
    assert f"from {_ledger.GRACE / 60:.0f} minutes before the attempt" in log
    assert "begins a minute before its claim" in log
    assert _reconciliation.SLACK == 60


def test_the_statuses_are_those_of_the_code() -> None:
    refusing = ", ".join(map(str, sorted(_evidence.REFUSING_STATUSES)))
    redirecting = ", ".join(map(str, sorted(_evidence.REDIRECTING_STATUSES)))
    assert f"status {refusing} |" in SENT_ONCE
    assert f"takes {refusing} as a refusal" in API
    assert f"status {redirecting} |" in SENT_ONCE
    assert f"and {redirecting}, {_evidence.THROTTLING_STATUS} as proof" in API


def test_every_outcome_is_explained() -> None:
    explained = SENT_ONCE + TEXTS["docs/scheduled.md"]
    assert {each.value for each in Outcome if f"`{each.value}`" not in explained} == set()


def sentences(path: Path) -> Iterator[str]:
    """The constant texts of a source file; of an f-string, what stands between its values."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_the_sentences_that_are_explained_are_said() -> None:
    said = "\0".join(text for path in (markdown.COLLECTION / "plugins").rglob("*.py") for text in sentences(path))
    table = markdown.rows(markdown.section(SENT_ONCE, "What to do about each sentence"))[1:]
    assert len(table) > 10
    parts = [part for row in table for part in row[0].strip("`").split("…") if part]
    assert [part for part in parts if part not in said] == []
