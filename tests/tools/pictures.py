# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the pictures of the documentation from the code: the states of messages, and the wings of the code.

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

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    Claim,
    Claimability,
    DedupePolicy,
    Row,
    State,
    claimability,
    claimed,
    settled,
    state_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import resolve
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.tools import layout, scheduled_states

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
    ("accepted", "cancelled"): "cancelled",
    ("accepted", "cancelling"): "a cancel is claimed",
    ("cancelling", "accepted"): "was not cancelled",
    ("cancelling", "cancelled"): "no complete list shows it",
    ("cancelling", NO_ROW): "resolved as not sent",
    ("cancelling", "sending"): "window over,\non_unknown=resend, or force",
    ("cancelled", "sending"): "wanted again",
}
STYLE = (
    'bgcolor="white"; pad=0.2;',
    'node [shape=box style="rounded,filled" fillcolor="#eef3fb" color="#3b5b92" fontname="DejaVu Sans" fontsize=11];',
    'edge [color="#555555" fontname="DejaVu Sans" fontsize=9];',
)
_PREFIX = "ansible_collections.voip_communications.sms.plugins.module_utils"
_UP_TO_MODULE_UTILS = 2
_CALLED_BY_ANSIBLE = "what Ansible calls"
_NOW = 1e9
_TERMS = DedupePolicy(content="c", window=600.0)
_CLAIM = Claim("k", "", _TERMS, {"r": "+1**"}, "owner", "host", start_within=10.0, finish_within=20.0)
_LATER = _NOW + GRACE + 2 * _TERMS.window


def pictures() -> dict[str, str]:
    """Return the source of each picture, by its name."""
    return {"states": states(), "scheduled": scheduled(), "wings": wings()}


def states() -> str:
    """Draw the states of a row of the ledger, and what leads from one to the other."""
    lines = [_node(state, state) for state in (NO_ROW, *(state.value for state in State))]
    for a, b in sorted(moves()):
        lines.append(f"{_quoted(a)} -> {_quoted(b)} [label={_quoted(REASONS.get((a, b), '?'))}];")
    return _graph("states", lines, "rankdir=LR; nodesep=0.5; ranksep=1.1;")


def scheduled() -> str:
    """Draw the states of a scheduled message in the ledger, and what leads from one to the other."""
    labels = scheduled_states.labels()
    names = sorted({name for arrow in labels for name in arrow})
    lines = [_node(name, name.replace(", ", ",\n").replace(": ", ":\n")) for name in names]
    lines += [f"{_quoted(a)} -> {_quoted(b)} [label={_quoted(label)}];" for (a, b), label in sorted(labels.items())]
    return _graph("scheduled", lines, "rankdir=TB; nodesep=0.35; ranksep=0.6;")


def wings() -> str:
    """Draw the wings, and which imports which; an arrow that follows from others is left out."""
    lines = [_node(wing, "\n".join([wing, *_wrapped(files)])) for wing, files in files_of().items()]
    lines += [f"{_quoted(a)} -> {_quoted(b)};" for a, b in sorted(reduced(calls()))]
    return _graph("wings", lines, "rankdir=TB; nodesep=0.4; ranksep=0.5;")


def moves() -> set[Arrow]:
    """Return every way from a state to another, found by running the functions that decide it."""
    sending = claimed(None, _CLAIM, "r", _NOW)
    rows = {fate: settled(sending, fate, ("1",), _NOW) for fate in Fate}
    found = {("sending", _name(row)) for row in rows.values()}
    found.add(("sending", state_of(sending, sending.lease_until)))
    found |= {("unknown", _name(_told(rows[Fate.UNKNOWN], sent))) for sent in (True, False)}
    cancelled, cancelling = (_as(state, rows[Fate.ACCEPTED]) for state in (State.CANCELLED, State.CANCELLING))
    found |= {("accepted", "cancelled"), ("accepted", "cancelling"), ("cancelling", "cancelled")}
    found |= {("cancelling", _name(_told(cancelling, sent))) for sent in (True, False)}
    held = (None, *rows.values(), cancelled, cancelling)
    found |= {(_name(row), "sending") for row in held if claimability(row, _TERMS, _LATER) is Claimability.FREE}
    return found


def files_of() -> dict[str, list[str]]:
    """Return the files of each wing, and the folders of all else that imports them, as they lie on the disk."""
    plugins = layout.TREE / "plugins"
    called = sorted({f"{path.parent.name}/" for path in plugins.rglob("*.py") if wing_of(path) == _CALLED_BY_ANSIBLE})
    folders = sorted(path for path in (plugins / "module_utils").iterdir() if any(path.glob("*.py")))
    wings = {folder.name: sorted(path.stem for path in folder.glob("*.py")) for folder in folders}
    return {_CALLED_BY_ANSIBLE: called, **wings}


def wing_of(path: Path) -> str:
    """Return the wing of a file below plugins/, or the common name of what is outside of module_utils."""
    folder = path.relative_to(layout.TREE / "plugins").parts
    return folder[1] if folder[0] == "module_utils" else _CALLED_BY_ANSIBLE


def calls() -> set[Arrow]:
    """Return which wing imports something of which other."""
    paths = sorted((layout.TREE / "plugins").rglob("*.py"))
    arrows = {(wing_of(path), wing) for path in paths for wing in imports(path)}
    return {arrow for arrow in arrows if arrow[0] != arrow[1]}


def imports(path: Path) -> Iterator[str]:
    """Yield the wings that a file imports something of, by full name or, inside module_utils, relatively."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        module = node.module or ""
        if module.startswith(f"{_PREFIX}."):
            yield module.removeprefix(f"{_PREFIX}.").partition(".")[0]
        elif node.level == _UP_TO_MODULE_UTILS:
            yield module.partition(".")[0]


def reduced(arrows: set[Arrow]) -> set[Arrow]:
    """Return the arrows without those that a longer way replaces. Raises graphlib.CycleError when a way leads back."""
    tuple(TopologicalSorter({a: {c for b, c in arrows if b == a} for a, _end in arrows}).static_order())
    return {(a, b) for a, b in arrows if not any(_reaches(arrows, c, b) for d, c in arrows if d == a and c != b)}


def _reaches(arrows: set[Arrow], start: str, end: str) -> bool:
    return start == end or any(_reaches(arrows, b, end) for a, b in arrows if a == start)


def _told(row: Row | None, sent: bool) -> Row | None:
    """Return the row after the ledger was given the outcome, as the message log would give it."""
    return resolve({"r": row}, sent=sent, now=_LATER).rows["r"].after


def _as(state: State, row: Row | None) -> Row:
    """Return a row in the state that ``_schedule`` gives it, which cannot do that without a list of the service."""
    if row is None:
        raise ValueError("there must be a row")
    return row._replace(state=state)


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
    """Return the picture as SVG. Raises FileNotFoundError where Graphviz is missing."""
    done = subprocess.run(["dot", "-Tsvg"], input=source, stdout=subprocess.PIPE, text=True, check=True)
    text = re.sub(r"<!-- .*? -->\n", "", done.stdout, flags=re.DOTALL)
    return text.replace("<svg ", "<!--\n{}\n-->\n<svg ".format("\n".join(LICENCE)), 1)


def main(folder: Path, sources: Mapping[str, str]) -> int:
    """Write every source and its picture; return 1 when Graphviz is missing."""
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
