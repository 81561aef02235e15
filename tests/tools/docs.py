# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the documentation as HTML, without a network: antsibull-docs writes a page for whatever documents itself, and
Sphinx makes HTML of these and of the guides. A warning fails it.

Usage: docs.py
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.tools import environment, layout

DOCS = layout.TREE / "docs"
SITE = DOCS / "docsite" / "site"
IMAGES = DOCS / "docsite" / "rst" / "images"
# What is installed, as it is, all of it in one folder.
ALL_OF_IT = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version")
# All that the pages refer to outside the collection, by kind and name, and where it is in Ansible's own documentation.
# Only the network could tell, so it stands here; a reference that does not is a warning.
ELSEWHERE = {
    "std:label ansible_collections.ansible.builtin.set_fact_module": "collections/ansible/builtin/set_fact_module.html",
    "std:label action_plugins": "plugins/action.html",
    "std:label callback_plugins": "plugins/callback.html",
    "std:label common_return_values": "reference_appendices/common_return_values.html",
    "std:envvar ANSIBLE_CALLBACKS_ENABLED": "reference_appendices/config.html#envvar-ANSIBLE_CALLBACKS_ENABLED",
}


def build(folder: Path) -> int:
    """Write `folder`/source and `folder`/html anew; return the exit status of the program that failed, or 0."""
    shutil.rmtree(folder, ignore_errors=True)
    source, html = folder / "source", folder / "html"
    source.mkdir(parents=True)
    # A page of every plugin and role in one folder, and the guides below docsite/.
    status = _run("antsibull-docs", "collection", *ALL_OF_IT, "--dest-dir", str(source), "voip_communications.sms")
    if status:
        return status
    environment.write(source, environment.read(_documentation(), _event_sources()))
    shutil.copytree(SITE, source, dirs_exist_ok=True)
    # The documents in Markdown, with their pictures.
    shutil.copytree(
        DOCS, source, ignore=shutil.ignore_patterns("docsite", "examples", "development"), dirs_exist_ok=True
    )
    # antsibull-docs takes the texts of the guides alone.
    shutil.copytree(IMAGES, source / "docsite" / "images")
    (source / "elsewhere.inv").write_bytes(inventory(ELSEWHERE))
    return _run("sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", str(source), str(html))


def inventory(places: Mapping[str, str]) -> bytes:
    """Return the places as an inventory in the form that Sphinx reads, version 2: a head, and compressed lines.

    Source of the form: sphinx.util.inventory.
    """
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n"
    head += "# The remainder of this file is compressed using zlib.\n"
    lines = []
    for what, place in places.items():
        kind, _space, name = what.partition(" ")
        lines.append(f"{name} {kind} -1 {place} -\n")
    return head.encode() + zlib.compress("".join(lines).encode())


def _documentation() -> str:
    """Return what ansible-doc knows of the collection, as JSON. Raises ``CalledProcessError``."""
    done = _start("ansible-doc", "--metadata-dump", "voip_communications.sms", stdout=subprocess.PIPE, check=True)
    return str(done.stdout)


def _event_sources() -> dict[str, str]:
    """Return the documentation of the event sources by name, which ansible-doc does not know."""
    texts = {}
    for path in sorted((layout.TREE / "extensions" / "eda" / "plugins" / "event_source").glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
                texts[path.stem] = ast.literal_eval(node.value)
    return texts


def _run(program: str, *words: str) -> int:
    """Run a program that lies beside Python, and return its exit status."""
    return _start(program, *words).returncode


def _start(
    program: str, *words: str, stdout: int | None = None, check: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a program that lies beside Python, with the collection where it finds it."""
    return subprocess.run(
        [str(Path(sys.executable).with_name(program)), *words],
        cwd=layout.TREE,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(layout.BUILD)},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        text=True,
        check=check,
    )


if __name__ == "__main__":
    made = layout.BUILD / "docs"
    failed = build(made)
    print("the documentation could not be built; see above" if failed else f"built {made}/html/index.html", flush=True)
    sys.exit(failed)
