# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""uv looks for packages where pip does, and installs nothing whose hash is not in a lock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.tools import layout, pip_settings, venv

NOTHING_SAID = {"UV_SYSTEM_CERTS": "true"}


@pytest.fixture(autouse=True)
def _system_with_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_settings, "trusts_system", lambda: True)


def test_the_environment_is_stronger_than_the_files() -> None:
    listed = """\
:env:.index-url='https://a.example/simple'
global.index-url='https://b.example/simple'
install.index-url='https://c.example/simple'
global.find-links='/one /two'
freeze.timeout='1'
"""
    assert pip_settings.parse(listed) == {"index-url": "https://a.example/simple", "find-links": "/one /two"}


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        pytest.param({}, NOTHING_SAID, id="nothing set"),
        pytest.param(
            {"index-url": "https://a.example/simple"},
            {"UV_DEFAULT_INDEX": "https://a.example/simple", **NOTHING_SAID},
            id="an index in place of PyPI",
        ),
        pytest.param(
            {"extra-index-url": "file:///one\nfile:///two"},
            {
                "UV_INDEX": "https://pypi.org/simple file:///one file:///two",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
                **NOTHING_SAID,
            },
            id="more indexes, PyPI first",
        ),
        pytest.param({"find-links": "/one /two"}, {"UV_FIND_LINKS": "/one,/two", **NOTHING_SAID}, id="folders"),
        pytest.param({"cert": "/a.crt"}, {"SSL_CERT_FILE": "/a.crt"}, id="a certificate of its own"),
        pytest.param(
            {"proxy": "http://proxy.example:3128", "timeout": "60"},
            {
                "HTTP_PROXY": "http://proxy.example:3128",
                "HTTPS_PROXY": "http://proxy.example:3128",
                "UV_HTTP_TIMEOUT": "60",
                **NOTHING_SAID,
            },
            id="a proxy",
        ),
        pytest.param({"no-index": "true"}, {"UV_NO_INDEX": "true", **NOTHING_SAID}, id="no index"),
        pytest.param({"no-index": "false"}, NOTHING_SAID, id="no index switched off"),
    ],
)
def test_uv_is_told_what_pip_is_told(settings: dict[str, str], environment: dict[str, str]) -> None:
    assert pip_settings.for_uv(settings) == environment


def test_a_machine_without_certificates_uses_those_of_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pip_settings, "trusts_system", lambda: False)
    assert pip_settings.for_uv({}) == {}


@pytest.mark.parametrize("lock", sorted(layout.LOCKS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_release_of_a_lock_has_its_hashes(lock: Path) -> None:
    pinned = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    assert [entry for entry in pinned if "==" not in entry.splitlines()[0] or " --hash=sha256:" not in entry] == []


def test_a_step_that_fails_is_named() -> None:
    with pytest.raises(venv.VenvError, match="python3-venv"):
        venv.step(["false"])
