# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what the user's files and environment tell pip, and say the same to uv, which reads neither."""

from __future__ import annotations

import ast
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path

# The later ones win.
SECTIONS = ("global", "install", "download", ":env:")
LISTS = {
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
}
"""The settings with several values, and the variable of uv, with what stands between its values."""
VALUES = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "default-timeout": ("UV_HTTP_TIMEOUT",),
}
PYPI = "https://pypi.org/simple"
SEVERAL = ("UV_INDEX", "UV_INDEX_STRATEGY", "UV_FIND_LINKS")
"""What makes uv look elsewhere than in the one index."""
TRUE = {"1", "true", "yes", "on"}


def read(python: Path) -> dict[str, str]:
    """Return the settings of the pip of this Python by their long names, those of the environment last."""
    command = [str(python), "-m", "pip", "config", "list"]
    return parse(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def parse(listed: str) -> dict[str, str]:
    """Return the settings in what ``pip config list`` prints."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed.splitlines():
        name, _equals, value = line.partition("=")
        section, _dot, key = name.rpartition(".")
        if section in found:
            found[section][key] = str(ast.literal_eval(value))
    return {key: value for section in SECTIONS for key, value in found[section].items()}


def for_uv(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which uv looks where pip would."""
    environment = {name: settings[key] for key, names in VALUES.items() if settings.get(key) for name in names}
    for key, (name, between) in LISTS.items():
        if values := settings.get(key, "").split():
            environment[name] = between.join(values)
    if "UV_INDEX" in environment:
        # As pip does: the release that is pinned may be in any of the indexes. Its hash says that it is the right one.
        environment["UV_INDEX_STRATEGY"] = "unsafe-best-match"
        # Of two indexes with the same release, uv uses the first, whatever files that one has.
        environment["UV_INDEX"] = f"{settings.get('index-url', PYPI)} {environment['UV_INDEX']}"
    if "SSL_CERT_FILE" not in environment and trusts_system():
        environment["UV_SYSTEM_CERTS"] = "true"
    if settings.get("no-index", "").lower() in TRUE:
        environment["UV_NO_INDEX"] = "true"
    if settings.get("keyring-provider") == "subprocess":
        environment["UV_KEYRING_PROVIDER"] = "subprocess"
    return environment


def trusts_system() -> bool:
    """Tell whether this machine has certificates of its own, which the pip of a system and newer pips go by."""
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or (bool(paths.capath) and any(Path(paths.capath).iterdir()))
