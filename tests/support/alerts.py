# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An alert whose page goes to Anna, as the playbooks page and alert take it."""

from __future__ import annotations

from typing import Any

from ansible_collections.voip_communications.sms.tests.support.people import ANNA, OWN


def page_variables(**changed: Any) -> dict[str, Any]:
    """Return the variables of a page."""
    return {
        "page_name": "db1",
        "page_msg": "The disk of db1 is full",
        "page_from": OWN,
        "page_levels": [ANNA],
        "page_poll": "1s",
        **changed,
    }


def alert_variables(url: str, token: str, **changed: Any) -> dict[str, Any]:
    """Return the variables of a page, and those of its silence in the Alertmanager at a URL."""
    labels = {"alertname": "DiskFull"}
    return page_variables(alert_url=url, alert_token=token, alert_labels=labels) | changed
