# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server certificates for tests: one that is good, and one for each reason to refuse a server."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """TLS contexts for `FaultServer(tls=…)`; `ca_path` is the file of the authority that a client shall trust.

    `good`: for 127.0.0.1 and localhost. `wrong_host`: the same authority, another name. `unknown_authority`: the right
    name, signed by somebody whom `ca_path` does not hold. `expired`: good until yesterday.
    """

    ca_path: Path
    good: ssl.SSLContext
    wrong_host: ssl.SSLContext
    unknown_authority: ssl.SSLContext
    expired: ssl.SSLContext


def make_certificates(directory: Path) -> Certificates:
    """Make an authority and its certificates; `ca.pem` is written into `directory`. Takes some milliseconds."""
    authority = trustme.CA()
    ca_path = directory / "ca.pem"
    authority.cert_pem.write_to_path(ca_path)
    return Certificates(
        ca_path=ca_path,
        good=_context(authority, "127.0.0.1", "localhost"),
        wrong_host=_context(authority, "elsewhere.invalid"),
        unknown_authority=_context(trustme.CA(), "127.0.0.1", "localhost"),
        expired=_context(authority, "127.0.0.1", "localhost", not_after=datetime.now(UTC) - timedelta(days=1)),
    )


def _context(authority: trustme.CA, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=not_after).configure_cert(context)
    return context
