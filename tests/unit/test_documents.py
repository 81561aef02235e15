# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents say what the code does: options, values, numbers, sentences; and their links lead somewhere."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, nodes

from ansible_collections.voip_communications.sms.plugins.module_utils._api import evidence
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import model
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.plugins.module_utils._send import log_search, posting, reconcile
from ansible_collections.voip_communications.sms.plugins.module_utils._task import send_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_result import NOT_KNOWN
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_window import LEFT_OUT
from ansible_collections.voip_communications.sms.tests.support import documents, markdown, restructured
from ansible_collections.voip_communications.sms.tests.support.documented import (
    FACTS,
    MODULES,
    PREFIX,
    RETURNED,
    SPECS,
    assert_fits,
    every_option,
    plugins,
    tasks,
)

SEND_OPTIONS = SPECS[f"{PREFIX}voipsms_send"]
README = documents.TEXTS["README.md"]
CONTRIBUTING = documents.TEXTS["CONTRIBUTING.md"]
ARCHITECTURE = documents.TEXTS["docs/development/architecture.md"]
SENT_ONCE = documents.guide("sent_once")
EVIDENCE = documents.guide("evidence")
CANCEL = documents.guide("cancel")
API = " ".join(documents.guide("api").split())
TROUBLESHOOTING = documents.guide("troubleshooting")
# Words that are written like options in the documents, and are none of the collection's.
OTHERS = {
    # Ansible's own
    "ansible_python_interpreter", "delegate_to", "run_once", "become", "module_defaults", "any_errors_fatal", "no_log",
    "callbacks_enabled", "end_play", "include_role", "max_fail_percentage", "meta", "pre_tasks", "post_tasks", "serial",
    "host_pinned", "strategy", "tasks_from", "type",
    # ansible-rulebook's own
    "execution_strategy",
    # of ansible-lint
    "enable_list", "warn_list",
    # folders
    "module_utils", "plugin_utils",
    # sections of a changelog fragment
    "major_changes", "minor_changes", "breaking_changes", "deprecated_features", "removed_features", "security_fixes",
    "known_issues",
    # what the sandbox notes of a request and a message, and its settings
    "content_type", "page_size", "state_at", "cancel_at", "accepted_at", "list_lag", "cancelled_shown", "hidden_before",
    "cancel_delay", "empty_lists", "log_order", "incoming_lag",
    # variables of the examples
    "rolled_back", "services_short", "voipsms_watch_recipients",
    # fields of the API, and of an HTTP answer
    "send_log", "delivery_date", "error_message", "sms_id", "sms_status",
    # parameters of libpq and PostgreSQL
    "sslmode", "synchronous_commit", "channel_binding", "require_auth", "target_session_attrs",
    "default_transaction_read_only",
}  # fmt: skip

# Its templates are those of a type of credential, whose inputs are their variables.
AWX = "docs/docsite/rst/guide_awx.rst"
# What Ansible, our roles and our playbooks define where an example is used.
AROUND = {
    "hostvars", "inventory_hostname", "inventory_hostname_short", "item", "lookup", "maintenance_window", "now",
    "omit", "playbook_dir", "query", "range", "voipsms_contacts",
}  # fmt: skip

every_document = pytest.mark.parametrize("name", documents.TEXTS)
in_markdown = pytest.mark.parametrize("name", [name for name in documents.TEXTS if name.endswith(".md")])


@in_markdown
def test_every_fence_is_a_block_that_tests_can_see(name: str) -> None:
    assert "```" not in markdown.prose(documents.TEXTS[name])


@every_document
def test_every_yaml_block_parses(name: str) -> None:
    for block in documents.blocks(name, "yaml"):
        assert yaml.safe_load(block.text), block.line


@every_document
def test_tasks_in_examples_use_options_that_exist(name: str) -> None:
    for module, options in tasks(documents.blocks(name, "yaml")):
        for option, value in options.items():
            assert_fits(SPECS[module], option, value)


def first_sending_plays() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the first play of each document and example that sends or schedules, and where it stands."""
    shown = {
        name: [play for block in documents.blocks(name, "yaml") for play in block.plays()] for name in documents.TEXTS
    }
    files = sorted([*markdown.COLLECTION.glob("docs/examples/**/*.yml"), *markdown.COLLECTION.glob("tests/demo/*.yml")])
    for path in files:
        content = yaml.safe_load(path.read_text("utf-8"))
        shown[path.name] = content if isinstance(content, list) else []
    for name, plays in shown.items():
        sending = [
            play
            for play in plays
            if "hosts" in play and re.search(r"voipsms_(send|scheduled|window|notify|account_info)'", str(play))
        ]
        yield from ((name, play) for play in sending[:1] if play["name"] != "Tasks")


@pytest.mark.parametrize(("name", "play"), [pytest.param(*found, id=found[0]) for found in first_sending_plays()])
def test_the_first_playbook_shows_its_result(name: str, play: dict[str, object]) -> None:
    """Someone who sees ``ok`` alone cannot tell a message that was sent before from one that never was."""
    registered = re.findall(r"'register': '(\w+)'", str(play))
    assert [result for result in registered if f"{result}.msg" in str(play)], name


def scalars(node: yaml.Node | None, key: str = "") -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Yield every value of a YAML document as it is written, with the key that it belongs to."""
    if isinstance(node, yaml.ScalarNode):
        yield key, node
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from scalars(entry, key)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from scalars(value, name.value)


def values() -> Iterator[tuple[str, str, yaml.ScalarNode]]:
    """Yield where each value of an example stands, its key and the value: of documents, modules and whole files."""
    texts = {f"{name}:{block.line}": block.text for name in documents.TEXTS for block in documents.blocks(name, "yaml")}
    texts |= {name: module.EXAMPLES for name, module in MODULES.items()}
    texts |= {path.name: path.read_text("utf-8") for path in markdown.COLLECTION.glob("docs/examples/**/*.yml")}
    for where, text in texts.items():
        for key, node in scalars(yaml.compose(text, yaml.SafeLoader)):
            yield where, key, node


def test_values_in_examples_are_quoted_where_others_of_their_kind_would_be_misread() -> None:
    """YAML makes 1.1 of a version 1.10, 1320 of an hour 22:00, and a number of a phone number."""
    misread = re.compile(r"[+-]?\d+([.:-]\d+)+\b.*|\+\d.*|\d{6,}|yes|no|on|off", re.IGNORECASE)
    fine = re.compile(r"127\.0\.0\.1|\d\.\d+")
    numbers = {"latency", "deadline", "timeout", "max_cost", "poll"}
    found = [
        (where, key, node.value)
        for where, key, node in values()
        if node.style is None and misread.fullmatch(node.value)
        if not fine.fullmatch(node.value) or (key not in numbers and "127" not in node.value)
    ]
    assert found == []


def test_variables_of_examples_are_defined() -> None:
    """A reader pastes an example as it is; it defines its variables, or the document has done so before.

    What comes from elsewhere is named after it: facts and magic variables of Ansible, facts of our roles, and a vault.
    """
    blocks = {name: documents.blocks(name) for name in documents.TEXTS if name != AWX}
    texts = {name: "\n".join(b.text for b in found if b.language.startswith("yaml")) for name, found in blocks.items()}
    # The examples of voipsms_ledger are about results of tasks that have failed.
    texts |= {name: module.EXAMPLES for name, module in MODULES.items() if name != f"{PREFIX}voipsms_ledger"}
    found = []
    for name, text in texts.items():
        loops = re.findall(r"loop_var: (\w+)", text)
        known = {
            *re.findall(r"^ *(?:- )?(?:register: (?=\w+$))?(\w+)(?:$|:)", text, re.MULTILINE),
            *loops,
            *FACTS,
            *AROUND,
        }
        for template in re.findall(r"(?<!\$)\{\{(?:(?!\| default).)*?\}\}", text):
            names = Environment(autoescape=True).parse(template).find_all(nodes.Name)
            missing = {node.name for node in names if node.ctx == "load"} - known
            found += [(name, each) for each in missing if not each.startswith(("ansible_", "vault_"))]
    assert found == []


def test_examples_keep_working_in_the_years_to_come() -> None:
    """A message cannot be scheduled for a date that is over."""
    ahead = re.compile(r"delivery_date|start|end|at|date|maintenance_window_(start|end)")
    dates = [
        (where, key, node.value)
        for where, key, node in values()
        if ahead.fullmatch(key) and re.match(r"\d{4}-\d\d-\d\d[T ]", node.value)
    ]
    assert len(dates) > 15
    assert [found for found in dates if found[2] < "2030"] == []


@every_document
def test_options_with_values_in_the_text_exist(name: str) -> None:
    """Check words such as ``on_unknown: skip``, or ``ledger_created: true`` of a result."""
    for word in documents.code(name):
        match = re.fullmatch(r"([a-z_]+)(?:: |=)(\S+)", word)
        if match and match[1] not in OTHERS | set(RETURNED):
            assert_fits(every_option(), match[1], yaml.safe_load(match[2]))


@every_document
def test_words_that_look_like_options_exist(name: str) -> None:
    words = {word for word in documents.code(name) if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)}
    known = {
        *every_option(),
        *plugins(),
        *FACTS,
        *RETURNED,
        *RETURNED["results"]["contains"],
        *RETURNED["totals"]["contains"],
        *(outcome.value for outcome in Outcome),
        NOT_KNOWN,
        LEFT_OUT,
        *(name.removeprefix(PREFIX) for name in MODULES),
        *(path.name for path in markdown.COLLECTION.glob("roles/*")),
    }
    assert words - known - OTHERS == set()


@in_markdown
def test_links_within_the_collection_lead_somewhere(name: str) -> None:
    here = markdown.COLLECTION / name
    for link in markdown.links(documents.TEXTS[name]):
        if link.startswith("https://"):
            continue
        path, _hash, anchor = link.partition("#")
        target = (here.parent / path).resolve() if path else here
        assert target.exists(), link
        assert not anchor or anchor in documents.anchors(target), link


def test_the_readme_is_short_and_shows_the_two_commands() -> None:
    assert len(README.splitlines()) <= 150
    shown = "".join(block.text for block in markdown.blocks(README, "console"))
    assert "$ make demo\n" in shown
    assert "$ make test\n" in shown
    assert "not VoIP.ms" in README


def test_links_of_the_readme_work_where_it_is_shown_alone() -> None:
    """Galaxy shows the README without the files around it."""
    addresses = markdown.links(README)
    assert [link for link in addresses if not link.startswith("https://")] == []
    for path, anchor in re.findall(r"/ansible-collection-sms/blob/main/([^)#]+)#?([^)]*)\)", README):
        file = markdown.COLLECTION / path
        assert file.exists(), path
        assert not anchor or anchor in documents.anchors(file), (path, anchor)


def test_the_readme_has_the_sections_that_people_look_for() -> None:
    for heading in ("Use cases", "Requirements", "Install", "Support", "Communication", "Release notes"):
        assert markdown.section(README, heading).strip(), heading


def test_the_readme_lists_what_there_is() -> None:
    rows = [(row[0], re.sub(r"[`\[]|\].*", "", row[1])) for row in markdown.rows(README)]
    listed = [(kind, name) for kind, names in rows for name in names.split(", ")]
    for kind, pattern in (
        ("module", "plugins/modules/[!_]*.py"),
        ("role", "roles/*"),
        ("playbook", "playbooks/*.yml"),
        ("callback", "plugins/callback/[!_]*.py"),
    ):
        there = {path.stem for path in markdown.COLLECTION.glob(pattern)}
        assert sorted(name for what, name in listed if what == kind) == sorted(there)


def make_targets(text: str) -> set[str]:
    """Return the names of the Makefile's targets that the first cells of the tables in a text have."""
    return {row[0].strip("`").removeprefix("make ") for row in markdown.rows(text) if row[0].startswith("`make ")}


def test_every_target_of_the_makefile_is_in_the_architecture() -> None:
    makefile = markdown.COLLECTION / "Makefile"
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile.read_text("utf-8"), re.MULTILINE))
    assert make_targets(markdown.section(ARCHITECTURE, "Make targets")) == targets - {"help", "tree", "venv"}
    assert make_targets(CONTRIBUTING) <= targets


def test_contributing_is_short() -> None:
    assert len(CONTRIBUTING.splitlines()) <= 80


def test_every_wing_is_in_the_architecture() -> None:
    wings = {path.name for path in (markdown.COLLECTION / "plugins" / "module_utils").glob("_[a-z]*")}
    listed = {row[0].strip("`/") for row in markdown.rows(markdown.section(ARCHITECTURE, "Wings"))}
    assert {name for name in listed if name.startswith("_")} == wings


def test_the_classes_of_the_glossary_exist() -> None:
    words = re.findall(r"`([A-Z][A-Za-z]+)`", markdown.section(ARCHITECTURE, "Glossary"))
    sources = (path.read_text("utf-8") for path in (markdown.COLLECTION / "plugins").rglob("*.py"))
    classes = set(re.findall(r"^class (\w+)", "\n".join(sources), re.MULTILINE))
    assert set(words) - classes == set()


def test_no_playbook_is_printed_twice() -> None:
    texts = [block.text for name in documents.TEXTS for block in documents.blocks(name, "yaml") if block.plays()]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_the_times_are_those_of_the_code() -> None:
    minutes, days = 60, 86400
    windows = {row[0]: row[2] for row in restructured.rows(restructured.section(SENT_ONCE, "Keys and windows"))}
    assert windows["without idempotency_key"] == f"{send_options.HASHED_WINDOW // minutes} minutes"
    assert windows["with idempotency_key"] == f"{send_options.GIVEN_WINDOW // days} days"
    times = {row[0]: row[1:] for row in restructured.rows(restructured.section(EVIDENCE, "States"))}
    assert times["first byte"][0] == f"{posting.BEGUN_BY:.0%} of the deadline".replace("%", " %")
    assert times["lease"][0].endswith(f"{model.SETTLE_MARGIN:.0f} seconds")
    assert times["GRACE"][0] == f"{model.GRACE / minutes:.0f} minutes"
    assert times["kept"][0].startswith(f"{model.KEPT / days:.0f} days")
    pauses = ", ".join(f"{pause:g}" for pause in posting.PAUSES[:-1]) + f" and {posting.PAUSES[-1]:g} seconds"
    proofs = " ".join(restructured.section(EVIDENCE, "What an answer proves").split())
    assert f"three times more, after {pauses}" in proofs
    assert f"asks for {posting.LONGEST_RETRY_AFTER:.0f} seconds or less" in proofs
    assert f"up to {posting.LONGEST_RETRY_AFTER:.0f} seconds" in API
    assert SEND_OPTIONS["batch_size"]["default"] == int(re.findall(r"sends (\d+) at a time", API)[0])


def test_the_assumed_times_are_the_defaults_of_the_options() -> None:
    options = SPECS[f"{PREFIX}voipsms_scheduled"]
    table = {row[0]: row for row in restructured.rows(restructured.section(CANCEL, "What is assumed"))}
    for name, unit in (("list_grace", "seconds"), ("cancel_grace", "seconds"), ("handover", "minutes")):
        assert table[name][1] == f"{options[name]['default']:g} {unit}"
        assert table[name][3] == options[name]["fallback"][1][0]
    assert f"No cancel is later than {model.GRACE / 60:.0f} minutes" in CANCEL


def test_the_limits_of_the_message_log_are_those_of_the_code() -> None:
    log = " ".join(restructured.section(EVIDENCE, "What the message log decides").split())
    assert f"at most {log_search.LOG_PAGES} pages and half of the time" in log
    assert f"more than {log_search.LOG_PAGES} pages never proves" in log
    assert log_search.LOG_SHARE == 0.5
    assert f"from {reconcile.LARGEST_ZONE_ERROR / 3600:.0f} hours before the attempt" in log
    assert f"from {model.GRACE / 60:.0f} minutes before the attempt" in log
    assert "begins a minute before its claim" in log
    assert reconcile.SLACK == 60


def test_the_statuses_are_those_of_the_code() -> None:
    refusing = ", ".join(map(str, sorted(evidence.REFUSING_STATUSES)))
    redirecting = ", ".join(map(str, sorted(evidence.REDIRECTING_STATUSES)))
    proofs = " ".join(restructured.section(EVIDENCE, "What an answer proves").split())
    assert f"status {refusing} - " in proofs
    assert f"takes {refusing} as a refusal" in API
    assert f"status {redirecting} - " in proofs
    assert f"and {redirecting}, {evidence.THROTTLING_STATUS} as proof" in API


def test_every_outcome_is_explained() -> None:
    explained = SENT_ONCE + documents.guide("scheduled")
    assert {outcome.value for outcome in Outcome if f"``{outcome.value}``" not in explained} == set()


def messages() -> str:
    """Return every constant text of the sources, playbooks and roles; of an f-string, the text between its values."""
    sources = [
        path for root in ("plugins", "roles", "playbooks") for path in (markdown.COLLECTION / root).rglob("*.py")
    ]
    texts = [text for path in sources for text in constants(path)]
    files = [path for root in ("roles", "playbooks") for path in (markdown.COLLECTION / root).rglob("*.yml")]
    # A sentence may be folded.
    texts += [" ".join(path.read_text("utf-8").split()) for path in files]
    return "\0".join(texts)


def constants(path: Path) -> Iterator[str]:
    """Yield the constant texts of a source file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_the_sentences_that_are_explained_are_said() -> None:
    explained = restructured.sentences(TROUBLESHOOTING)
    assert len(explained) > 60
    parts = [part for sentence in explained for part in sentence.split("…") if part]
    everything = messages()
    assert [part for part in parts if part not in everything] == []
