# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many pending messages, of one name and of others, as the list and the ledger have them, and tasks on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import Listing, PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Row, State, key_of
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match, matching
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import (
    DesiredMessage,
    Plan,
    Want,
    plan,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.settle import settled
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Snapshot
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import BULK
from ansible_collections.voip_communications.sms.tests.support.scheduling import (
    D1,
    D2,
    DAY,
    START,
    TEXT,
    Provider,
    World,
    moment_of,
)

NAME = "window"
OLD, NEW = D1, D2


def number(place: int) -> str:
    return str(12_810_000_000 + place)


class Crowd(NamedTuple):
    """What is pending, what the ledger has of it, and the messages that shall be pending.

    ``wanted``: their number, to the first recipients, at ``date``.
    """

    records: tuple[PendingRecord, ...]
    rows: list[Row]
    wanted: int
    date: str = NEW

    def counted(self, text: Callable[[str], str]) -> Crowd:
        """Return the same with other texts for the smsids and the numbers, as for one that counts what is done."""
        records = tuple(one._replace(smsid=text(one.smsid), to=text(one.to)) for one in self.records)
        return self._replace(
            records=records,
            rows=[
                row._replace(smsids=tuple(map(text, row.smsids)), recipient=text(row.recipient)) for row in self.rows
            ],
        )

    def planned(self) -> tuple[Snapshot, Plan]:
        """Return the plan of one task, as it is made between reading the list and the first request."""
        rows = {(row.key, row.recipient): row for row in self.rows}
        snapshot, _changes = settled(Snapshot(Listing(self.records), "", rows, START, START, START, FINGERPRINTS))
        key = FINGERPRINTS.key(key_of("", TEXT, self.date))
        desired = []
        for to in map(number, range(self.wanted)):
            identity = (key, FINGERPRINTS.recipient(to))
            equals = snapshot.equals(identity, to, self.date, TEXT, None)
            desired.append(DesiredMessage(identity, to, next(iter(equals), None)))
        identities = [one.identity for one in desired if one.identity in snapshot.rows]
        known = {identity: snapshot.known(snapshot.rows[identity]) for identity in identities}
        others = matching(snapshot, Match(name=FINGERPRINTS.name(NAME)))
        return snapshot, plan([Want(desired, known, others)])[0]

    def world(self) -> CrowdedWorld:
        """Return a world with these messages, in which whole tasks can be run."""
        return CrowdedWorld(self)


class CrowdedProvider(Provider):
    """A provider whose list is there already, so that making it takes no time."""

    listing = Listing(())

    def pending(self, seconds: float) -> Listing:
        """Return the list as a new one, of which nothing has been asked yet."""
        assert seconds > 0
        self.looks += 1
        return Listing(self.listing.records)


class CrowdedWorld(World):
    """A world with many messages, and a ledger in memory."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__(Path("unused"))
        self.provider = CrowdedProvider(lambda: self.seconds)
        self.provider.listing = Listing(crowd.records)
        self.ledger = MemoryLedger(lambda: self.seconds)
        self.ledger.amend([(None, row) for row in crowd.rows])
        self._crowd = crowd

    def move(self) -> Counter[Outcome]:
        """Return how many results of each kind it has in check mode to make the wanted messages pending."""
        request = self.request(*map(number, range(self._crowd.wanted)), date=self._crowd.date, name=NAME)
        return Counter(result.outcome for result in self.scheduler(check_mode=True).present(request).results)

    def cancel(self) -> Counter[Outcome]:
        """Return how many results of each kind it has in check mode to cancel all messages of the name."""
        report = self.scheduler(check_mode=True).absent(self.cancel_request(NAME))
        return Counter(result.outcome for result in report.results)

    def list(self) -> int:
        """Return how many messages are shown by a task that lists them all."""
        return len(self.scheduler().pending(None))


def moved(size: int, wanted: int) -> Crowd:
    """Move a name's messages, among pending messages of others."""
    return Crowd(_records(size), _rows(wanted), wanted)


def replaced(size: int, wanted: int) -> Crowd:
    """Replace all that is pending, which is the name's."""
    return Crowd(_records(size), _rows(size), wanted)


def doubtful(size: int, wanted: int) -> Crowd:
    """Look up messages by their content, since it is not known whether they were accepted."""
    return Crowd(_records(size), _rows(wanted, State.UNKNOWN), wanted, OLD)


def at_one_number(size: int, wanted: int) -> Crowd:
    """Plan messages while everything that is pending goes to one number at one minute."""
    records = tuple(PendingRecord(f"id{place}", number(0), BULK, TEXT, NEW) for place in range(size))
    return Crowd(records, [], wanted)


def _records(count: int) -> tuple[PendingRecord, ...]:
    """Return the records of as many messages at the old date, each to another recipient."""
    return tuple(PendingRecord(f"id{place}", number(place), BULK, TEXT, OLD) for place in range(count))


def _rows(count: int, state: State = State.ACCEPTED) -> list[Row]:
    """Return the rows of a name's messages at the old date, all of which the list shows."""
    first = Row(
        key=FINGERPRINTS.key(key_of("", TEXT, OLD)), recipient="", masked="+1*", label="", content="content",
        state=state, attempt=1, owner="run", origin="host:1", claimed_at=START - 60, first_byte_by=START - 50,
        lease_until=START - 40, keep_until=START + 30 * DAY, name=FINGERPRINTS.name(NAME), date=OLD,
        delivers_at=moment_of(OLD), listed=state is State.ACCEPTED,
    )  # fmt: skip
    return [
        first._replace(
            recipient=FINGERPRINTS.recipient(number(place)),
            smsids=(f"id{place}",) if state is State.ACCEPTED else (),
        )
        for place in range(count)
    ]
