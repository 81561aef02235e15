# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong on this machine is named before anything is connected, by what requests itself would take."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.environment import (
    connection_faults,
    file_fault,
    home_fault,
    pip_line,
)

URL = "https://sms.invalid/"


@pytest.mark.parametrize(
    "proxy",
    [
        *("http://h:abc", "http://h:99999", "http://h:-1", "http://:80", "http://", "http:///x", "http://[::1"),
        *("foo://h:1", "ftp://h", "mailto:h", "gopher://ann:canary@h", "proxy:3128", "   ", "http://ann:canary@:80"),
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_none_is_named_and_not_shown(name: str, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, proxy)
    (fault,) = connection_faults(URL, verify=True)
    assert fault.startswith(f"{name} is not the address of a proxy, such as ")
    assert "canary" not in fault


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "socks5", "socks5h"])
def test_a_socks_proxy_needs_its_library(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name == "socks" or name.endswith("contrib.socks"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://ann:canary@h:1")
    (fault,) = connection_faults(URL, verify=True)
    assert "PySocks is missing" in fault
    assert f"{sys.executable} -m pip install PySocks" in fault
    assert "canary" not in fault


@pytest.mark.parametrize(
    "proxy", ["", "h", "proxy.example.com:3128", "http://[::1]:3128", "http://ann:p@ss@h:1", "https://h:443"]
)
def test_a_proxy_that_is_one_is_no_fault(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert connection_faults(URL, verify=True) == []


@pytest.mark.parametrize("exception", ["sms.invalid", "*", "[::1, sms.invalid,, *("])
def test_a_proxy_that_is_not_asked_is_no_fault(exception: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://:1")
    monkeypatch.setenv("NO_PROXY", exception)
    assert connection_faults(URL, verify=True) == []


@pytest.mark.parametrize("exception", ["[::1", "10.0.0.0/99", "*(", ",", "/", "::1/200", "300.1.1.1/8"])
def test_a_wrong_exception_is_ignored(exception: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", exception)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    assert connection_faults(URL, verify=True) == []


def test_authorities_of_the_environment_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", "/gone/curl.pem")
    (fault,) = connection_faults(URL, verify=True)
    assert fault.startswith("the environment variable CURL_CA_BUNDLE '/gone/curl.pem' does not exist; correct or unset")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/gone/requests.pem")
    (fault,) = connection_faults(URL, verify=True)
    assert "REQUESTS_CA_BUNDLE '/gone/requests.pem'" in fault
    assert connection_faults(URL, verify=False) == connection_faults(URL, verify="/own.pem") == []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))  # a folder of authorities
    assert connection_faults(URL, verify=True) == []


def test_nothing_of_it_counts_for_a_service_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/gone")
    monkeypatch.setenv("HTTP_PROXY", "http://:1")
    monkeypatch.setenv("ALL_PROXY", "http://:1")
    assert connection_faults("http://127.0.0.1:8025/", verify=True) == []


@pytest.mark.parametrize(("missing", "count"), [("requests", 0), ("urllib3", 0), ("socks", 1)])
def test_without_requests_nothing_is_said_of_a_proxy(missing: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == missing]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv("HTTPS_PROXY", "http://:1")
    spec = find_spec(connection_faults.__module__)
    assert spec is not None
    assert spec.loader is not None
    loaded_anew = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, missing, None)
    spec.loader.exec_module(loaded_anew)
    assert len(loaded_anew.connection_faults(URL, verify=True)) == count


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ca.pem"
    path.touch()
    assert file_fault("ca_path", str(path)) == ""
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    assert file_fault("ca_path", str(path)) == f"ca_path {str(path)!r} cannot be read by this user"


def test_a_home_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_fault("ca_path", "~/ca.pem").startswith("ca_path begins with ~, and that home folder is not known; set")
    assert file_fault("ca_path", "~ann/ca.pem") == home_fault("ca_path", "~ann/ca.pem")
    assert home_fault("ca_path", "/ca.pem") == ""
    (tmp_path / "~file").touch()
    assert home_fault("ca_path", "~file") == ""


def test_the_command_is_for_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my venv/bin/python")
    assert pip_line("requests", "psycopg[binary]") == (
        "'/opt/my venv/bin/python' -m pip install requests 'psycopg[binary]'"
    )
