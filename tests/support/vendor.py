# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendor's documentation says of the records of its API."""

from __future__ import annotations

FIELDS = {
    "code": int,
    "code_desc": str,
    "from": str,
    "to": str,
    "country": str,
    "msg": str,
    "delivery_date": str,
    "sale": float,
    "type": str,
    "status": str,
    "smsid": str,
}
"""The fields of a record of ``sms/send``, in their order, and the types of their values."""
