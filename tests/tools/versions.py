# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read tests/matrix.yml, which says what is tested on what, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

TABLE = Path(__file__).resolve().parents[1] / "matrix.yml"


class Pair(NamedTuple):
    """One ansible-core on one Python; ``is_weekly``: not on each change."""

    core: str
    python: str
    is_weekly: bool
    is_prerelease: bool

    @property
    def name(self) -> str:
        """The pair as it is written in PAIRS, such as 2.19-3.11."""
        return f"{self.core}-{self.python}"


def table() -> dict[str, list[dict[str, Any]]]:
    """Return the table as it is written."""
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return loaded


def pairs() -> list[Pair]:
    """Return all pairs, the newest last."""
    return [
        Pair(row["core"], row["python"], row["when"] == "week", row.get("prerelease", False))
        for row in table()["pairs"]
    ]


def of_changes() -> list[Pair]:
    """Return the pairs that run on each change."""
    return [pair for pair in pairs() if not pair.is_weekly]


def module_pythons(*, weekly: bool) -> list[str]:
    """Return the Pythons that only managed hosts have, those that are tested once a week only when asked for."""
    return [row["python"] for row in table()["modules"] if weekly or row["when"] != "week"]


def readme() -> list[str]:
    """Return the rows of the README's table."""
    every, weekly = of_changes(), [pair for pair in pairs() if pair.is_weekly]
    return [
        f"| each change | {', '.join(map(_shown, every))} |",
        f"| once a week, with the newest libraries | the same, and {', '.join(map(_shown, weekly))} |",
    ]


def _shown(pair: Pair) -> str:
    """Return a pair as the README writes it."""
    return f"{pair.core}{' (a preview)' if pair.is_prerelease else ''} on {pair.python}"
