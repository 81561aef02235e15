# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document the options that reach the account."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents the account, and how to reach it."""

    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - The API key of the account; the user name of HTTP Basic authentication.
      - It is needed, here or in the environment.
      - If not set, the value of the environment variable E(VOIPSMS_API_KEY) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  api_password:
    description:
      - The API password of the account.
      - It is needed, unless O(api_password_file) is set.
      - A password that the task sets, in either way, takes precedence over one from the environment.
      - Give it by the environment, by O(api_password_file), or as a variable, such as from a vault. Where a task fails,
        ansible-core 2.19 and newer show its lines of the playbook, and with them a password that is written there.
      - If not set, the value of the environment variable E(VOIPSMS_API_PASSWORD) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  api_password_file:
    description:
      - A file that holds the API password in one line, and nothing else. One line end and a byte order mark are taken
        off.
      - It is read on the machine that runs the module.
      - Excludes O(api_password).
      - If not set, the value of the environment variable E(VOIPSMS_API_PASSWORD_FILE) is used.
    type: path
  api_url:
    description:
      - The base address of the API.
      - It must begin with V(https://). Plain V(http://) is accepted for this machine itself only, such as a sandbox on
        V(http://127.0.0.1:8025/api-v2/index.php/).
      - An address that is refused is not shown, since it may hold a password.
      - Redirects are never followed.
      - If not set, the value of the environment variable E(VOIPSMS_API_URL) is used.
    type: str
    default: https://voip-communications.net/api-v2/index.php/
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of an answer, from V(0.1) to V(300).
      - If not set, the value of the environment variable E(VOIPSMS_TIMEOUT) is used.
    type: float
    default: 20
  deadline:
    description:
      - Seconds that the whole task may take, waiting and all requests together, from V(1) to V(3600).
      - A request that cannot begin by then is not sent, and the task says so.
      - If not set, the value of the environment variable E(VOIPSMS_DEADLINE) is used.
    type: float
    default: 120
  validate_certs:
    description:
      - Whether the certificate of the service is checked. With V(false), the password goes to any server that answers.
      - If not set, the value of the environment variable E(VOIPSMS_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file or folder with the certificate authorities to trust, instead of those of C(requests).
      - If not set, the value of the environment variable E(VOIPSMS_CA_PATH) is used.
    type: path
  default_region:
    description:
      - The country in which numbers without C(+) or C(00) are read, as two letters (ISO 3166), such as V(US).
      - Without it, such numbers are international, as the API expects them.
      - With it, they are read both ways. Without an area code they are no phone number. When both readings are possible
        and differ, the one that is a valid number is meant if only one is; else the number is refused. In V(ES),
        V(612 34 56 78) is C(+34612345678), though C(+612345678) would be possible. In V(US), V(201-555-0123) is
        refused, since C(+2015550123) is valid too.
      - Short numbers and emergency numbers of the country are refused, such as V(112) and V(911).
      - If not set, the value of the environment variable E(VOIPSMS_DEFAULT_REGION) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  account_timezone:
    description:
      - The zone in which the account reads and writes dates, as an IANA name such as V(America/Chicago).
      - The service names no zone in its answers. M(voip_communications.sms.voipsms_account_info) shows what the account
        has.
      - Without it, M(voip_communications.sms.voipsms_send) cannot check in the message log whether a message that may
        have been sent was sent. That the dates of the log are in this zone is assumed.
      - It needs zone data, from the system or from the Python package C(tzdata).
      - If not set, the value of the environment variable E(VOIPSMS_ACCOUNT_TIMEZONE) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  contacts:
    description:
      - The people whose names and groups stand for their numbers, in O(voip_communications.sms.voipsms_send#module:to)
        and wherever else numbers are listed. Results show their names.
      - A list of dictionaries, each with V(name) and V(number), and perhaps V(groups), V(email), V(calendar),
        V(events), V(severity), V(hours), V(quiet) and V(language); see
        R(the guide on people, ansible_collections.voip_communications.sms.docsite.guide_people).
      - Or the path of a file with them, on the machine that runs the module, which ends in C(.yml), C(.yaml), C(.json),
        C(.csv), C(.vcf) or C(.vcard). YAML needs the Python package C(PyYAML), and vCards need C(vobject).
      - Each name is that of one contact. It has a letter, so that it cannot be taken for a number.
      - M(voip_communications.sms.voipsms_account_info), which knows no recipients, accepts it and does not read it.
      - An empty list counts as not set, also in a role, so that it gives way to C(module_defaults).
      - If not set, the value of the environment variable E(VOIPSMS_CONTACTS) is used, which is a path, or a JSON list.
    type: raw
requirements:
  - requests >= 2.25
  - phonenumbers >= 8.12
  - vobject >= 0.9.8, for O(contacts) in a file of vCards only
  - icalendar >= 7, for recipients that are calendars only; it needs Python 3.10
  - recurring-ical-events >= 3.8, for recipients that are calendars only
  - x-wr-timezone >= 2, for recipients that are calendars only
"""
