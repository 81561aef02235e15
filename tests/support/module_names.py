# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as playbooks name them, and what makes a task run as one, instead of inside the controller."""

from __future__ import annotations

SEND = "voip_communications.sms.voipsms_send"
NOTIFY = "voip_communications.sms.voipsms_notify"
ASK = "voip_communications.sms.voipsms_ask"
SCHEDULED = "voip_communications.sms.voipsms_scheduled"
SCHEDULED_INFO = "voip_communications.sms.voipsms_scheduled_info"
MAINTENANCE_WINDOW = "voip_communications.sms.voipsms_window"
ACCOUNT_INFO = "voip_communications.sms.voipsms_account_info"
LEDGER = "voip_communications.sms.voipsms_ledger"
LEDGER_INFO = "voip_communications.sms.voipsms_ledger_info"
REPORT = "voip_communications.sms.voipsms_report"

AS_MODULE = {"environment": {"WHY": "a task with an environment runs as a module"}}
"""Keywords of a task."""
