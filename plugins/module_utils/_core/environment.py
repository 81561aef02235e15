# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what is wrong on this machine before anything is connected: files of authorities, and the address of a proxy."""

from __future__ import annotations

import os
import shlex
import sys
from typing import Any
from urllib.parse import urlsplit

HAS_REQUESTS = True
try:
    from requests.adapters import HTTPAdapter
    from requests.exceptions import InvalidSchema
    from requests.utils import get_environ_proxies, prepend_scheme_if_needed, select_proxy
    from urllib3.exceptions import HTTPError
    from urllib3.util import parse_url
except ImportError:  # which is reported where the account is opened
    HAS_REQUESTS = False

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")

_NO_SOCKS = (
    "{} names a SOCKS proxy, for which the Python library PySocks is missing; install it ({}), or name an HTTP proxy"
)
_NO_PROXY = (
    "{} is not the address of a proxy, such as http://proxy.example.com:3128; correct or unset it, or add the service"
    " to no_proxy (what it is now is not shown, since it may hold a password)"
)


def connection_faults(url: str, verify: bool | str) -> list[str]:
    """Return a sentence for each fault of the environment that would prevent every connection to this URL.

    Nothing of the environment counts for plain HTTP, which stays on this machine, and nothing is known without
    ``requests``. ``verify``: True to check certificates by the usual authorities.
    """
    if urlsplit(url).scheme != "https":
        return []
    return [*(_bundle_faults() if verify is True else []), *_proxy_faults(url)]


def pip_line(*packages: str) -> str:
    """Return the command that installs packages for the Python that runs this."""
    return shlex.join([sys.executable or "python3", "-m", "pip", "install", *packages])


def home_fault(name: str, path: str) -> str:
    """Return the sentence about a path whose ``~`` stands for a home folder that is not known; empty for others.

    Such a user has neither HOME nor an entry in the password database, as in a container with a user of its own.
    """
    if not path.startswith("~") or os.path.exists(path):
        return ""
    return f"{name} begins with ~, and that home folder is not known; set HOME to an absolute path, or write one here"


def file_fault(name: str, path: str) -> str:
    """Return what is wrong with a file or folder of authorities, by the name of what sets it; empty if it is usable."""
    if home_fault(name, path):
        return home_fault(name, path)
    if not os.path.exists(path):
        return f"{name} {path!r} does not exist"
    if not os.access(path, os.R_OK):
        return f"{name} {path!r} cannot be read by this user"
    return ""


def _bundle_faults() -> list[str]:
    """Return the fault of the authorities that ``requests`` takes from the environment in place of its own."""
    name = next((name for name in _BUNDLES if os.environ.get(name)), "")
    fault = file_fault(f"the environment variable {name}", os.environ[name]) if name else ""
    return [f"{fault}; correct or unset it, on the machine that runs the module, or set ca_path"] if fault else []


def _proxy_faults(url: str) -> list[str]:
    """Return the fault of the proxy that ``requests`` would take for this URL, without showing its address."""
    if not HAS_REQUESTS:
        return []
    name = next((name for name in _PROXIES if os.environ.get(name)), "the proxy of the system")
    proxy = select_proxy(url, get_environ_proxies(url, no_proxy=None))
    if not proxy:
        return []
    try:
        _prepare(proxy)
    except InvalidSchema:
        return [_NO_SOCKS.format(name, pip_line("PySocks"))]
    except ValueError:
        return [_NO_PROXY.format(name)]
    return []


def _prepare(proxy: str) -> None:
    """Do what ``requests`` does with a proxy before it connects. Raise ``ValueError``, or its own ``InvalidSchema``."""
    try:
        address = prepend_scheme_if_needed(proxy, "http")
        host: Any = parse_url(address).host
        if not host:
            raise ValueError("it has no host")
        HTTPAdapter().proxy_manager_for(address)
    except HTTPError:
        raise ValueError("it is no address") from None
