# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where generated things are, seen from a tool that runs inside the copy of the tracked files."""

from __future__ import annotations

from pathlib import Path

COLLECTION = Path("ansible_collections/voip_communications/sms")
TREE = Path(__file__).resolve().parents[2]
BUILD = TREE.parents[2]
ROOT = BUILD.parent
LOCKS = TREE / "tests" / "requirements"
DEV_VENV = BUILD / "venv"
RESULTS = BUILD / "results"
LOGS = BUILD / "logs"
CACHE = BUILD / "cache"
HOME = BUILD / "home"
