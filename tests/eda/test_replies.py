# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs by SMS with the rulebook replies: confirmed by a code, and nothing lost or repeated by restarts and outages."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import requests

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, OWN, STRANGER
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.ports import free_port
from ansible_collections.voip_communications.sms.tests.support.rulebook import Rulebook
from ansible_collections.voip_communications.sms.tests.support.story import Story
from ansible_collections.voip_communications.sms.tests.support.waiting import until

JOB = """
- name: Restart the shop
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Note that it was restarted
      ansible.builtin.lineinfile:
        path: "FOLDER/restarted"
        line: "{{ voipsms_idempotency_key }}"
        create: true
        mode: "0600"
"""


class Shop:
    """A shop that is restarted by SMS."""

    def __init__(self, folder: Path, service: CountedSandbox) -> None:
        self.folder, self.service, self.phones = folder, service, Phones(service)
        self.port = free_port()
        (folder / "job").mkdir()
        (folder / "job" / "restart.yml").write_text(JOB.replace("FOLDER", str(folder)))

    def rulebook(self, interval: float) -> Rulebook:
        """Return the rulebook, to be started."""
        variables: dict[str, Any] = {
            "voipsms_contacts": [{"name": "anna", "number": ANNA}],
            "replies_words": ["restart"],
            "replies_jobs": {"restart": str(self.folder / "job" / "restart.yml")},
            "replies_from": OWN,
            "replies_interval": interval,
            "replies_poll": "1s",
            "replies_state_file": str(self.state),
            "replies_doorbell": {"port": self.port, "path": "/sms"},
        }
        environment = self.service.sandbox.environment
        return Rulebook("voip_communications.sms.replies", self.folder / "run", variables, **environment)

    @property
    def state(self) -> Path:
        """The state file."""
        return self.folder / "inbox.json"

    def ring(self, times: int = 1) -> None:
        """Call the number's callback."""
        with requests.Session() as session:
            for _number in range(times):
                session.post(f"http://127.0.0.1:{self.port}/sms", data={"msg": "forged"}, timeout=60).raise_for_status()

    def looks_after(self, rings: int) -> int:
        """Return how many requests so many rings make; a machine that needs long for them may have one in 5 s more."""
        made, begin = len(self.service.sandbox.requests("sms/summary")), time.monotonic()
        self.ring(rings)
        slow = int((time.monotonic() - begin) / 5)
        time.sleep(6)  # more than the shortest pause
        return len(self.service.sandbox.requests("sms/summary")) - made - slow

    def listens(self) -> bool:
        """Return whether the doorbell can be rung."""
        try:
            self.ring()
        except requests.ConnectionError:
            return False
        return True

    @property
    def restarts(self) -> int:
        """How many times it was restarted."""
        path = self.folder / "restarted"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def questions(self) -> int:
        """Return how many questions people got."""
        return len(self.service.sandbox.sends())

    def confirm(self, count: int) -> None:
        """Answer the question of a number, and wait until it was done."""
        until(lambda: self.questions() == count, f"question {count}")
        self.phones.answer(ANNA, "approve")
        until(lambda: self.restarts == count, f"restart {count}")


def test_a_message_by_a_contact_starts_a_job_once(tmp_path: Path, service: CountedSandbox) -> None:
    shop, story = Shop(tmp_path, service), Story()
    for number in range(3):
        service.sandbox.incoming(ANNA, OWN, f"restart, {number}, before the first start")
        service.sandbox.advance(1)
    with shop.rulebook(3600) as rulebook:
        until(lambda: shop.state.exists() and shop.listens(), "the source listens")
        time.sleep(6)  # more than the shortest pause, so that the next ring is answered at once
        story.tell("the source listens to the doorbell, and looks by itself once an hour")
        begin = time.monotonic()
        service.sandbox.incoming(ANNA, OWN, "Restart!")
        service.sandbox.incoming(ANNA, OWN, "reboot")
        service.sandbox.incoming(STRANGER, OWN, "restart")
        shop.ring()
        until(lambda: shop.questions() == 1, "a question")
        story.tell(f"anna has a question with a code, {time.monotonic() - begin:.1f} s after her SMS and the ring")
        shop.confirm(1)
        story.tell("she has confirmed, and the job has run; another word and a stranger have started nothing")
        until(lambda: "PLAY RECAP" in rulebook.output, "the playbook ends")
        time.sleep(6)
        looks = shop.looks_after(500)
        story.tell(f"500 rings have made {looks} requests")
        assert looks <= 3
        rulebook.end(signal.SIGKILL)
    service.sandbox.incoming(ANNA, OWN, "restart while it was down")
    service.sandbox.order(path="sms/summary", times=2, status=503)
    with shop.rulebook(1) as rulebook:
        until(lambda: "the next look is in" in rulebook.output, "an outage")
        story.tell("the rulebook was killed, anna has written, and it was started again while the log cannot be read")
        shop.confirm(2)
        story.tell("the outage is over, and the job has run once")
        service.sandbox.incoming(ANNA, OWN, "restart")
        shop.confirm(3)
        story.tell("and so has one after it")
        assert rulebook.is_running
    service.expect(3)
    assert shop.restarts == 3
