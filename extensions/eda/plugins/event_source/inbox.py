# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receive the SMS that people send to a number of the account, as events of Event-Driven Ansible."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Receive SMS as events, each once, with nothing in them that a playbook could execute
version_added: 1.0.0
description:
  - Reads the message log of the account again and again, and makes an event of each message that has come in.
  - The first start begins from now on. Later ones begin where the last one ended, so what came while the source was
    down becomes events then. No message becomes an event twice, unless the process is killed within the few
    milliseconds between the handing over and the writing of the O(state_file); V(id) is the same then.
  - While the log cannot be read, the pause between two looks doubles up to 10 minutes, and the source never ends.
    Credentials that the service does not know at the start end it, with the reason.
  - B(Why the text of an event is changed.) Events reach a playbook as extra variables, which Ansible trusts as it
    trusts the playbook. With an SMS of C({{ lookup('pipe', '...') }}), a source that hands texts on as they come gives
    every stranger who knows the number the controller, as soon as a playbook mentions the text. A text that begins with
    C(#jinja2:) needs no brace for that. So in all texts of an event, braces of any width become round brackets,
    C(#jinja2) and C($ANSIBLE_VAULT) are broken up, control characters and line ends become spaces, what cannot be seen
    is left out, and their length is limited. C(make eda) shows that the same texts are executed without this, and are
    not with it.
  - B(A sender can be forged.) V(known) says that the sender's number is one of the contacts, not who holds the phone.
    What matters should be confirmed with M(voip_communications.sms.voipsms_ask), which sends a code to that number.
options:
  api_key:
    description: The API key. If not set, E(VOIPSMS_API_KEY).
    type: raw
  api_password:
    description: The API password. If not set, E(VOIPSMS_API_PASSWORD).
    type: raw
  api_password_file:
    description: A file with the API password in one line. If not set, E(VOIPSMS_API_PASSWORD_FILE).
    type: path
  api_url:
    description: The base address of the API. If not set, E(VOIPSMS_API_URL), or else the service.
    type: str
  timeout:
    description: Seconds to wait for each part of an answer. If not set, E(VOIPSMS_TIMEOUT).
    type: float
    default: 20
  deadline:
    description: Seconds that one page of the log may take. If not set, E(VOIPSMS_DEADLINE).
    type: float
    default: 120
  validate_certs:
    description: Whether the certificate of the service is checked. If not set, E(VOIPSMS_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description: A file or folder with the certificate authorities to trust. If not set, E(VOIPSMS_CA_PATH).
    type: path
  default_region:
    description: The country in which the numbers of contacts are read. If not set, E(VOIPSMS_DEFAULT_REGION).
    type: raw
  account_timezone:
    description: Accepted as everywhere, and not used. If not set, E(VOIPSMS_ACCOUNT_TIMEZONE).
    type: raw
  contacts:
    description:
      - The people who are known; a list, or the path of a file, as M(voip_communications.sms.voipsms_send) has it.
      - If not set, E(VOIPSMS_CONTACTS). Without any, O(strangers) is needed.
    type: raw
  strangers:
    description: Whether messages of numbers that are no contact become events too, with V(known) false.
    type: bool
    default: false
  interval:
    description: Seconds between two looks, from V(1) to V(86400).
    type: float
    default: 30
  state_file:
    description:
      - Where it is remembered which messages were seen, as keyed hashes. It belongs to one source alone.
      - If not set, E(VOIPSMS_STATE_FILE), or else C(inbox.json) beside the ledger of this user.
    type: path
  doorbell:
    description:
      - An address that the service calls when a message has come; the callback of the number.
      - It is only a bell. Whatever is sent there, nothing of it is read, and the log is read at once. More rings within
        5 seconds are answered by one further look, so that forged or repeated calls do no harm.
      - The Python package C(aiohttp) is needed, which ansible-rulebook brings.
    type: dict
    suboptions:
      host:
        description: The address of this machine to listen on.
        type: str
        default: 127.0.0.1
      port:
        description: The port to listen on.
        type: int
        required: true
      path:
        description: The path that rings. Any other is answered with 404, and rings nothing.
        type: str
        default: /
requirements:
  - ansible-core >= 2.16, in the Python that runs ansible-rulebook
  - requests >= 2.25, in the Python that runs ansible-rulebook
  - phonenumbers >= 8.12, in the Python that runs ansible-rulebook
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
"""

EXAMPLES = r"""
- name: Listen to SMS
  hosts: localhost
  execution_strategy: parallel
  sources:
    - name: SMS
      voip_communications.sms.inbox:
        contacts: /etc/voipsms/contacts.yml
        interval: 15
        doorbell:
          port: 8089
          path: /sms/9f1c0d
  rules:
    - name: Restart the shop
      condition: event.sms.known == true and event.sms.word == "restart"
      action:
        run_playbook:
          name: acme.ops.restart_shop
"""

RETURN = r"""
sms:
  description: The event of one message.
  returned: always
  type: dict
  contains:
    id:
      description: A name of the message that reveals nothing of it, such as for an C(idempotency_key).
      type: str
      sample: 5d41402abc4b2a76b9719d911017c592
    from:
      description: The number that has sent it, in E.164. Empty where the sender is no number.
      type: str
      sample: "+12812345678"
    to:
      description: The number of the account that it was sent to.
      type: str
      sample: "+17134567890"
    name:
      description: The name of the contact. Empty for a stranger.
      type: str
      sample: anna
    known:
      description: Whether the number is one of the contacts. A sender can be forged.
      type: bool
      sample: true
    text:
      description: The text, made harmless, in one line of at most 1600 characters.
      type: str
      sample: Restart web-1, please
    word:
      description: The first word in lower case, without punctuation.
      type: str
      sample: restart
    words:
      description: The first 50 words in this form.
      type: list
      elements: str
      sample: [restart, web-1, please]
    code:
      description: The number of 4 to 9 digits that the text begins with, as an answer to a question does, or empty.
      type: str
      sample: ""
    date:
      description: The date as the service writes it, without a zone.
      type: str
      sample: "2026-12-01 08:00:00"
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

# ansible-rulebook runs this file by its path, and knows none of the folders of collections that Ansible knows.
_COLLECTIONS = Path(__file__).resolve().parents[6]
sys.path.append(str(_COLLECTIONS.parent))

import ansible_collections

# Another package of this name comes with the Python package "ansible".
if str(_COLLECTIONS) not in list(ansible_collections.__path__):
    ansible_collections.__path__.append(str(_COLLECTIONS))

from ansible_collections.voip_communications.sms.plugins.module_utils._task.inbox_source import run_source


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put an event into the queue for each message, until it is cancelled."""
    await run_source(queue, args)
