# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell who is on call, by calendars in iCalendar."""

from __future__ import annotations

DOCUMENTATION = r"""
name: oncall
short_description: Tell who is on call, by calendars
version_added: 1.0.0
description:
  - Reads calendars in iCalendar, as PagerDuty, Opsgenie, GoAlert, Grafana OnCall, Google Calendar, Nextcloud and
    Outlook export them, and returns the contacts who have the shift, each in the form of a recipient.
  - An event means a contact by the address of an attendee, which is their C(email); or else by their name, one of the
    names in their C(calendar), or their C(email), as whole words in the name of an attendee or in the summary of the
    event. The longest name counts, so C(Anna Smith) is not C(Anna). Several people in one event are all on call.
  - Where events overlap, all of their people are on call, except that a mark in the summary from C([L0]) to C([L9]), as
    Grafana OnCall writes it, says a level, and the highest level alone counts. Events of O(overrides) beat all others.
  - Silence is the worst result of a page. So it fails where no one is on call, where an event at that moment names no
    contact, and where any event of a calendar cannot be read; with O(fallback) it warns, and returns the people of it
    as well.
  - R(The guide on being on call, ansible_collections.voip_communications.sms.docsite.guide_on_call) shows what each
    service exports.
options:
  _terms:
    description:
      - Paths of files, and addresses that begin with V(https://) or V(webcal://), of at most 4 MiB each. Together they
        are one calendar.
      - An address may have a user and a password. It is a secret, and no error and no warning has it. V(http://) is for
        this machine alone, and redirects are not followed. Proxies and authorities come from the environment, as for
        C(requests).
    type: list
    elements: str
    required: true
  contacts:
    description:
      - The people whom events may mean, as O(voip_communications.sms.voipsms_send#module:contacts).
    type: raw
    env:
      - name: VOIPSMS_CONTACTS
  overrides:
    description:
      - Calendars like the terms, whose events beat those of the terms while they last.
    type: list
    elements: str
    default: []
  fallback:
    description:
      - Recipients, in any form that O(voip_communications.sms.voipsms_send#module:to) has, for when it is not certain
        who is on call. They are returned beside the people who are known, and a warning says why.
    type: raw
  at:
    description:
      - The moment, in ISO 8601 with an offset. Without it, now.
    type: raw
  level:
    description:
      - Only events with this level count, from V(0), which is also the level of events without a mark, to V(9).
    type: int
  next:
    description:
      - Return who is on call next, instead of who is now; RV(_raw[].since) says from when on.
    type: bool
    default: false
  timezone:
    description:
      - The IANA name of the zone of whole days and of times without a zone, where a calendar does not name its own.
    type: str
    env:
      - name: VOIPSMS_CALENDAR_TIMEZONE
  cache:
    description:
      - A folder for the last good copy of each calendar that has an address. When the calendar cannot be read, its copy
        is used, with a warning. It is made with mode 0700, and what another user could have written is not read. Check
        mode keeps copies too.
    type: path
    env:
      - name: VOIPSMS_CALENDAR_CACHE
  stale_for:
    description:
      - How old a copy may be at most, such as V(24h).
    type: str
    default: 24h
    env:
      - name: VOIPSMS_CALENDAR_STALE_FOR
  timeout:
    description:
      - How long one address may take in total, such as V(10s), up to V(120s).
    type: str
    default: 10s
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
requirements:
  - python >= 3.10, and the libraries in the Python that runs C(ansible-playbook)
  - icalendar >= 7
  - recurring-ical-events >= 3.8
  - x-wr-timezone >= 2
  - phonenumbers >= 8.12
  - requests >= 2.25, for calendars with an address only
seealso:
  - module: voip_communications.sms.voipsms_notify
  - module: voip_communications.sms.voipsms_ask
"""

EXAMPLES = r"""
- name: Tell the person on call
  voip_communications.sms.voipsms_notify:
    to: "{{ query('voip_communications.sms.oncall', calendar, contacts=people) }}"
    contacts: "{{ people }}"
    event: failed
    severity: critical
    msg: The nightly import has failed
    idempotency_key: nightly-import-2026-11-23
  vars:
    calendar: /etc/oncall/oncall.ics
    people:
      - name: anna
        number: "+12812345678"
        email: anna@example.com
      - name: ben
        number: "+12812345679"
        calendar: ["Ben O'Neil"]

- name: Show who follows, and from when on
  ansible.builtin.debug:
    msg: "{{ item.name }}, from {{ item.since }}"
  loop: "{{ query('voip_communications.sms.oncall', address, next=true, contacts='/etc/oncall/people.yml') }}"
  vars:
    # With its token, the address is a secret: keep it in a vault or in the environment.
    address: "{{ lookup('ansible.builtin.env', 'ONCALL_CALENDAR') }}"

- name: Show who was on call at the time of an incident, or the boss where the calendar does not say it
  ansible.builtin.debug:
    msg: "{{ people | map(attribute='name') | join(', ') }}"
  vars:
    people: >-
      {{ query('voip_communications.sms.oncall', '/etc/oncall/oncall.ics', overrides=['/etc/oncall/overrides.ics'],
      at='2026-11-23T03:10:00+01:00', fallback='boss', contacts='/etc/oncall/people.yml') }}
"""

RETURN = r"""
_raw:
  description:
    - The people who are on call. Each can be given as a recipient, and has what is known of the contact besides, such
      as C(groups), C(hours) and C(language).
  type: list
  elements: dict
  contains:
    name:
      description: The name of the contact.
      type: str
      sample: anna
    number:
      description: The number, as it was written.
      type: str
      sample: "+12812345678"
    since:
      description: When they have begun, in the zone of the event. Empty for a fallback, and beyond 400 days.
      type: str
      sample: "2026-11-20T08:00+01:00"
    until:
      description:
        - When they are no longer on call, by all that the calendars say. Empty for a fallback, and beyond 400 days.
      type: str
      sample: "2026-11-27T08:00+01:00"
    level:
      description: The level of their event; V(0) without a mark.
      type: int
      sample: 0
    next:
      description: The names of the contacts who follow them. Empty where no one does, or it is not known who.
      type: list
      elements: str
      sample: [ben]
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    Faults,
    MissingLibrary,
    VoipsmsError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.structure import elements_of
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import Contacts, read_contacts
from ansible_collections.voip_communications.sms.plugins.module_utils._people.listeners import read_people
from ansible_collections.voip_communications.sms.plugins.module_utils._people.moment import read_moment
from ansible_collections.voip_communications.sms.plugins.module_utils._people.oncall import (
    Query,
    as_written,
    ask_calendars,
    read_query,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._people.person import Person

_NAME = "voip_communications.sms.oncall"
_QUERY = ("overrides", "level", "next", "timezone", "cache", "stale_for", "timeout")
_UNKNOWN_TURN: Mapping[str, Any] = {"since": "", "until": "", "level": 0, "next": []}


class LookupModule(LookupBase):
    """The lookup. Its terms are calendars."""

    def run(
        self, terms: Sequence[object], variables: Mapping[str, object] | None = None, **kwargs: Any
    ) -> list[dict[str, Any]]:
        """Return who is on call. Raises ``AnsibleLookupError``."""
        self.set_options(var_options=variables, direct=kwargs)
        try:
            return self._people(terms)
        except MissingLibrary as error:
            from ansible_collections.voip_communications.sms.plugins.module_utils._task.libraries import (  # noqa: PLC0415 - only a failure needs it
                missing_in_controller,
            )

            raise AnsibleLookupError(f"{_NAME}: {missing_in_controller(error)}") from None
        except VoipsmsError as error:
            raise AnsibleLookupError(f"{_NAME}: {error}") from None

    def _people(self, terms: Sequence[object]) -> list[dict[str, Any]]:
        """Return who is on call, and the fallback where that is not certain. Raises ``VoipsmsError``."""
        query, contacts, fallback, at = self._read(terms)
        answer = ask_calendars(query, contacts, at)
        people = [one.as_dict() for one in answer.people]
        for warning in answer.warnings:
            Display().warning(f"{_NAME}: {warning}")
        faults = Faults()
        faults.add(*answer.faults)
        if not fallback:
            faults.raise_if_any()
        elif faults.sentences:
            Display().warning(f"{_NAME}: {'; '.join(faults.sentences)}; the fallback is returned as well")
            known = {one.person.identity for one in answer.people}
            people += [{**as_written(one), **_UNKNOWN_TURN} for one in fallback if one.identity not in known]
        return people

    def _read(self, terms: Sequence[object]) -> tuple[Query, Contacts, tuple[Person, ...], dt.datetime]:
        """Return the options, read. Raises ``InputError`` with every fault."""
        faults = Faults()
        contacts = read_contacts(self.get_option("contacts"), faults)
        values = {name: self.get_option(name) for name in _QUERY}
        calendars = [one for term in terms for one in elements_of(term)]
        query = read_query({"calendar": calendars, **values}, "", faults)
        fallback = self.get_option("fallback")
        people = read_people(fallback, contacts, faults) if fallback not in (None, "", []) else ()
        now = dt.datetime.now(dt.timezone.utc)
        at = self.get_option("at")
        moment = faults.attempt(lambda: read_moment("at", at)) if at not in (None, "") else now
        return query, contacts, people, faults.checked(moment)
