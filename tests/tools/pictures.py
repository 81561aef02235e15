# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the pictures of the documentation from the code: the states of a message, and the rooms of the code.

Writes docs/docsite/rst/images/*.dot, and by Graphviz the *.svg beside each. A test holds both against the code.

Usage: pictures.py FOLDER, that of the images in the work tree
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from ansible_collections.voip_communications.sms.plugins.module_utils._evidence import Fate
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import (
    GRACE,
    Claim,
    Row,
    Standing,
    State,
    Terms,
    claimed,
    settled,
    standing,
    state_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._resolution import resolve
from ansible_collections.voip_communications.sms.tests.tools import layout

Arrow = tuple[str, str]

# The pictures are under the licence of this file.
LICENCE = [line.removeprefix("# ") for line in Path(__file__).read_text("utf-8").splitlines()[:2]]
NO_ROW = "no row"
# Why a row goes from one state to another. Which of these there are is found by running the functions, see `moves`.
REASONS: dict[Arrow, str] = {
    (NO_ROW, "sending"): "claim, before the first byte",
    ("sending", "accepted"): "a record with code 200",
    ("sending", "refused"): "a record with another code",
    ("sending", NO_ROW): "provably nothing was sent",
    ("sending", "unknown"): "no proof either way,\nor the run died",
    ("unknown", "accepted"): "found in the message log",
    ("unknown", NO_ROW): "provably not in it",
    ("unknown", "sending"): "GRACE and window over,\non_unknown=resend, or force",
    ("refused", "sending"): "next run",
    ("accepted", "sending"): "window over, or force",
    ("accepted", "cancelled"): "taken back",
    ("cancelled", "sending"): "wanted again",
}
# The rooms of plugins/module_utils, and what they are for. `plugins` is all that Ansible itself calls.
ROOMS: dict[str, tuple[str, ...]] = {
    "what Ansible calls": ("modules/", "action/", "callback/", "filter/", "lookup/", "plugin_utils/"),
    "the front": ("_front", "_response"),
    "what a task wants": ("_options", "_order", "_appointment"),
    "scheduled messages": ("_calendar", "_cancellation", "_agenda", "_plan"),
    "delivery": ("_delivery", "_lookup", "_reconciliation"),
    "asking the ledger": ("_listing", "_resolution"),
    "the API": ("_api", "_api_scheduled", "_http", "_json"),
    "the ledger": ("_ledger", "_ledger_row", "_ledger_sqlite", "_ledger_postgresql", "_ledger_memory"),
    "what answers mean": ("_evidence", "_pending", "_log"),
    "for roles and watch": ("_deployment", "_window", "_roster", "_hours", "_pipeline", "_watch", "_fitting"),
    "plain facts": (
        "_text",
        "_numbers",
        "_dates",
        "_address",
        "_database",
        "_report",
        "_report_scheduled",
        "_parallel",
        "_deadline",
        "_errors",
    ),
}
STYLE = (
    'bgcolor="white"; pad=0.2;',
    'node [shape=box style="rounded,filled" fillcolor="#eef3fb" color="#3b5b92" fontname="DejaVu Sans" fontsize=11];',
    'edge [color="#555555" fontname="DejaVu Sans" fontsize=9];',
)
_PREFIX = "ansible_collections.voip_communications.sms.plugins.module_utils"
_NOW = 1e9
_TERMS = Terms(content="c", window=600.0)
_CLAIM = Claim("k", "", _TERMS, {"r": "+1**"}, "owner", "host", start_within=10.0, finish_within=20.0)
_LATER = _NOW + GRACE + 2 * _TERMS.window


def pictures() -> dict[str, str]:
    """The source of each picture, by its name."""
    return {"states": states(), "rooms": rooms()}


def states() -> str:
    """The states of a row of the ledger, and what leads from one to the other."""
    lines = [_node(state, state) for state in (NO_ROW, *(state.value for state in State))]
    for a, b in sorted(moves()):
        lines.append(f"{_quoted(a)} -> {_quoted(b)} [label={_quoted(REASONS.get((a, b), '?'))}];")
    return _graph("states", lines, "rankdir=LR; nodesep=0.5; ranksep=1.1;")


def rooms() -> str:
    """The rooms, and which calls which; an arrow that follows from others is left out."""
    lines = [_node(room, "\n".join([room.upper(), *_wrapped(files)])) for room, files in ROOMS.items()]
    lines += [f"{_quoted(a)} -> {_quoted(b)};" for a, b in sorted(reduced(calls()))]
    return _graph("rooms", lines, "rankdir=TB; nodesep=0.4; ranksep=0.5;")


def moves() -> set[Arrow]:
    """Every way from a state to another, found by running the functions that decide it."""
    sending = claimed(None, _CLAIM, "r", _NOW)
    rows = {fate: settled(sending, fate, ("1",), _NOW) for fate in Fate}
    found = {("sending", _name(row)) for row in rows.values()}
    found.add(("sending", state_of(sending, sending.lease_until)))
    found |= {("unknown", _name(_told(rows[Fate.UNKNOWN], sent))) for sent in (True, False)}
    cancelled = _cancelled(rows[Fate.ACCEPTED])
    found.add(("accepted", _name(cancelled)))
    held = (None, *rows.values(), cancelled)
    found |= {(_name(row), "sending") for row in held if standing(row, _TERMS, _LATER) is Standing.FREE}
    return found


def calls() -> set[Arrow]:
    """Which room imports something of which other."""
    home = {file: room for room, files in ROOMS.items() for file in files}
    plugins = layout.TREE / "plugins"
    found = set()
    for path in sorted(plugins.rglob("*.py")):
        folder = path.parent.relative_to(plugins).as_posix()
        here = home.get(path.stem if folder == "module_utils" else f"{folder}/")
        found |= {(here, home.get(name, name)) for name in imports(path) if here is not None}
    return {arrow for arrow in found if arrow[0] != arrow[1]}


def imports(path: Path) -> Iterator[str]:
    """The files of plugins/module_utils that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == _PREFIX:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{_PREFIX}."):
            yield str(node.module).rpartition(".")[2]


def reduced(arrows: set[Arrow]) -> set[Arrow]:
    """The arrows without those that a longer way stands for. Raises graphlib.CycleError when a way leads back."""
    tuple(TopologicalSorter({a: {c for b, c in arrows if b == a} for a, _end in arrows}).static_order())
    return {(a, b) for a, b in arrows if not any(_reaches(arrows, c, b) for d, c in arrows if d == a and c != b)}


def _reaches(arrows: set[Arrow], start: str, end: str) -> bool:
    return start == end or any(_reaches(arrows, b, end) for a, b in arrows if a == start)


def _told(row: Row | None, sent: bool) -> Row | None:
    """The row after somebody told the ledger what became of it, as the message log would."""
    return resolve({"r": row}, sent=sent, now=_LATER).rows["r"].after


def _cancelled(row: Row | None) -> Row | None:
    """The row after the list was seen to lose its message, as _agenda.py writes it, which cannot do without a list."""
    if row is None:
        raise ValueError("there must be a row")
    return row._replace(state=State.CANCELLED)


def _name(row: Row | None) -> str:
    return NO_ROW if row is None else row.state.value


def _wrapped(files: Sequence[str], width: int = 34) -> list[str]:
    lines = [""]
    for file in files:
        lines = [*lines[:-1], f"{lines[-1]} {file}"] if len(lines[-1]) + len(file) < width else [*lines, file]
    return [line.strip() for line in lines]


def _graph(name: str, lines: Sequence[str], setting: str) -> str:
    head = [*(f"// {line}" for line in LICENCE), '// Drawn from the code by "make pictures".', f"digraph {name} {{"]
    return "\n".join([*head, *(f"  {line}" for line in (setting, *STYLE, *lines)), "}", ""])


def _node(name: str, label: str) -> str:
    return f"{_quoted(name)} [label={_quoted(label)}];"


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'


def drawn(source: str) -> str:
    """The picture as SVG. Raises FileNotFoundError where Graphviz is missing."""
    done = subprocess.run(["dot", "-Tsvg"], input=source, stdout=subprocess.PIPE, text=True, check=True)
    text = re.sub(r"<!-- .*? -->\n", "", done.stdout, flags=re.DOTALL)
    return text.replace("<svg ", "<!--\n{}\n-->\n<svg ".format("\n".join(LICENCE)), 1)


def main(folder: Path, sources: Mapping[str, str]) -> int:
    """Write every source and its picture; 1 when Graphviz is missing."""
    if shutil.which("dot") is None:
        print("the pictures need Graphviz, which is not here: apt-get install graphviz", file=sys.stderr)
        return 1
    for name, source in sources.items():
        (folder / f"{name}.dot").write_text(source, encoding="utf-8")
        (folder / f"{name}.svg").write_text(drawn(source), encoding="utf-8")
        print(f"drawn: {name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), pictures()))
