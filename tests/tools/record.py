# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what passed and what failed as JUnit XML, the one format that every runner here is summed up in."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from ansible_collections.voip_communications.sms.tests.tools import layout


def write(suite: str, outcomes: Mapping[str, bool]) -> None:
    """Write one suite: the name of each test, and whether it passed."""
    failed = sum(not passed for passed in outcomes.values())
    top = ElementTree.Element(
        "testsuite", name=suite, tests=str(len(outcomes)), failures=str(failed), errors="0", skipped="0"
    )
    for name, passed in outcomes.items():
        case = ElementTree.SubElement(top, "testcase", classname=suite, name=name)
        if not passed:
            ElementTree.SubElement(case, "failure", message="see the output")
    layout.RESULTS.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(top).write(layout.RESULTS / f"{suite}.xml", encoding="utf-8", xml_declaration=True)
