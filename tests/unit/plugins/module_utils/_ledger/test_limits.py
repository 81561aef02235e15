# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages that a ledger counts for limits: the contract that every kind of ledger keeps, and the rules."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.limits import (
    CRITICAL,
    DAY,
    LONGEST_SPAN,
    PLACES_KEPT,
    Hold,
    Limit,
    Limits,
    hold_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import AHEAD, Claimed, State
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.stored import StoredLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import CLAIM, NOW
from ansible_collections.voip_communications.sms.tests.support.postgresql import PostgresServer, StillPostgresqlLedger

ANN, BEN, CARA = "a" * 40, "b" * 40, "c" * 40
TWO = Limit(2, 900.0)
ACCEPTED, UNKNOWN = (Fate.ACCEPTED, ("id",)), (Fate.UNKNOWN, ())
REFUSED, NOT_SENT = (Fate.REFUSED, ()), (Fate.NOT_SENT, ())


class World:
    """A ledger, its clock, and the claims of runs that each have a key and an owner of their own."""

    def __init__(self, kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
        self.seconds = NOW
        self._claims = 0
        self.path = tmp_path / "ledger.sqlite3"
        if kind == "memory":
            self.ledger: StoredLedger = MemoryLedger(self.clock)
        elif kind == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            self.dbname = server.new_database()
            self.ledger = StillPostgresqlLedger(self.clock, server.url(self.dbname), "account")
        else:
            self.ledger = SqliteLedger(str(self.path), "account", clock=self.clock)

    def clock(self) -> float:
        return self.seconds

    def claim(self, *recipients: str, limits: Limits | None, key: str = "") -> tuple[Claimed, str]:
        """Claim under a key of its own; return the result and the name of this claim."""
        self._claims += 1
        name = f"{self._claims:016}".ljust(32, "0")
        names = dict.fromkeys(recipients, "+1*")
        claim = CLAIM._replace(key=key or name, owner=name, recipients=names, limits=limits)
        return self.ledger.claim(claim), name

    def sends(self, *recipients: str, limits: Limits | None, fate: tuple[Fate, tuple[str, ...]] = ACCEPTED) -> set[str]:
        """Claim and settle; return who was claimed."""
        claimed, name = self.claim(*recipients, limits=limits)
        self.ledger.settle(name, name, dict.fromkeys(claimed.won, fate))
        return set(claimed.won)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """Return an empty ledger of each kind, and its clock."""
    return World(request.param, tmp_path, request)


EACH = Limits(recipient=(TWO,))


def test_contract_one_more_is_held_and_leaves_no_row(world: World) -> None:
    assert world.sends(ANN, limits=EACH) == {ANN}
    world.seconds += 10
    assert world.sends(ANN, limits=EACH) == {ANN}
    world.seconds += 10
    claimed, name = world.claim(ANN, BEN, limits=EACH)
    assert (set(claimed.won), dict(claimed.lost), claimed.at) == ({BEN}, {}, NOW + 20)
    assert claimed.held == {ANN: Hold(TWO, NOW + 900, is_account=False)}
    assert set(world.ledger.rows(name, [ANN, BEN])) == {BEN}


def test_contract_who_would_be_held_is_foreseen_as_it_comes_and_nothing_is_written(world: World) -> None:
    """One message after another of the same task: what was foreseen counts, for recipients and for the account."""
    limits = Limits((TWO,), (Limit(3, 900.0),))
    world.sends(ANN, limits=limits)
    messages = [(ANN, BEN), (ANN,), (CARA,)]
    foreseen = [world.ledger.foresee(limits, message) for message in messages]
    assert foreseen == [
        {},
        {ANN: Hold(TWO, NOW + 900, is_account=False)},
        {CARA: Hold(Limit(3, 900.0), NOW + 900, is_account=True)},
    ]
    assert world.ledger.held_count(None) == 0
    assert [dict(world.claim(*message, limits=limits)[0].held) for message in messages] == foreseen


def test_contract_a_span_slides_from_the_claim(world: World) -> None:
    """A message counts from the claim, whenever it is settled, to the end of the span and not beyond."""
    claimed, name = world.claim(ANN, limits=EACH)
    world.seconds += 80
    world.ledger.settle(name, name, dict.fromkeys(claimed.won, ACCEPTED))
    world.sends(ANN, limits=EACH)
    world.seconds = NOW + 899
    assert world.sends(ANN, limits=EACH) == set()
    world.seconds = NOW + 900
    assert world.sends(ANN, limits=EACH) == {ANN}
    assert world.sends(ANN, limits=EACH) == set()


def test_contract_what_is_claimed_counts_before_it_is_settled(world: World) -> None:
    world.claim(ANN, limits=EACH)
    world.claim(ANN, limits=EACH)
    claimed, _name = world.claim(ANN, limits=EACH)
    assert set(claimed.held) == {ANN}


@pytest.mark.parametrize("fate", [REFUSED, NOT_SENT])
def test_contract_what_is_proven_not_sent_gives_its_place_back(
    world: World, fate: tuple[Fate, tuple[str, ...]]
) -> None:
    limits = Limits((TWO,), (TWO,))
    for _time in range(3):
        assert world.sends(ANN, limits=limits, fate=fate) == {ANN}
    assert world.sends(ANN, limits=limits) == {ANN}
    assert world.sends(ANN, limits=limits) == {ANN}
    assert world.sends(ANN, limits=limits) == set()


def test_contract_what_may_have_been_sent_counts(world: World) -> None:
    world.sends(ANN, limits=EACH, fate=UNKNOWN)
    world.sends(ANN, limits=EACH, fate=UNKNOWN)
    assert world.sends(ANN, limits=EACH) == set()


@pytest.mark.parametrize("by", ["amend", "compare_and_set"])
def test_contract_what_a_person_or_the_log_finds_not_sent_gives_its_place_back(world: World, by: str) -> None:
    limits = Limits((TWO,), (TWO,))
    world.sends(ANN, limits=limits, fate=UNKNOWN)
    claimed, name = world.claim(ANN, limits=limits)
    assert claimed.won == {ANN}
    world.ledger.settle(name, name, {ANN: UNKNOWN})
    row = world.ledger.rows(name, [ANN])[ANN]
    if by == "amend":
        world.ledger.amend([(row, row._replace(state=State.ACCEPTED))])
        assert world.sends(ANN, limits=limits) == set()
        row = row._replace(state=State.ACCEPTED)
        world.ledger.amend([(row, row._replace(state=State.UNKNOWN))])
        world.ledger.amend([(row._replace(state=State.UNKNOWN), None)])
    else:
        assert world.ledger.compare_and_set({(name, ANN): (row, None)})
    assert world.sends(ANN, limits=limits) == {ANN}
    assert world.sends(ANN, limits=limits) == set()


def test_contract_the_account_has_a_limit_over_all_recipients(world: World) -> None:
    limits = Limits(account=(Limit(3, 86400.0),))
    claimed, _name = world.claim(ANN, BEN, limits=limits)
    assert claimed.won == {ANN, BEN}
    world.seconds += 5
    claimed, _name = world.claim(CARA, ANN, BEN, limits=limits)
    assert claimed.won == {CARA}
    hold = Hold(Limit(3, 86400.0), NOW + 86400, is_account=True)
    assert claimed.held == {ANN: hold, BEN: hold}


def test_contract_one_recipient_of_a_claim_gives_its_place_of_the_account_back(world: World) -> None:
    limits = Limits(account=(Limit(2, 86400.0),))
    _claimed, name = world.claim(ANN, BEN, limits=limits)
    world.ledger.settle(name, name, {ANN: ACCEPTED, BEN: REFUSED})
    assert world.sends(BEN, limits=limits) == {BEN}
    assert world.sends(BEN, limits=limits) == set()


def test_contract_a_place_of_the_account_is_given_back_once(world: World) -> None:
    """A person may say that a message was not sent, and its late run learn the same."""
    limits = Limits(account=(Limit(3, 86400.0),))
    _claimed, name = world.claim(ANN, BEN, CARA, limits=limits)
    row = world.ledger.rows(name, [ANN])[ANN]
    world.ledger.amend([(row, None)])
    world.ledger.settle(name, name, dict.fromkeys((ANN, BEN), NOT_SENT))
    assert world.sends(ANN, limits=limits) == {ANN}
    assert world.sends(BEN, limits=limits) == {BEN}
    assert world.sends(BEN, limits=limits) == set()


def test_contract_a_claim_without_a_limit_of_the_account_gives_none_of_its_places_back(world: World) -> None:
    limits = Limits(account=(Limit(2, 86400.0),))
    world.sends(CARA, limits=limits)
    world.sends(ANN, BEN, limits=EACH, fate=NOT_SENT)
    assert world.sends(ANN, limits=limits) == {ANN}
    assert world.sends(BEN, limits=limits) == set()


def test_contract_the_batches_of_a_run_count_together_at_one_moment(world: World) -> None:
    limits = Limits(account=(Limit(4, 86400.0),))
    claims = [
        CLAIM._replace(key="one key", owner="one run", recipients={name: "+1*"}, limits=limits) for name in (ANN, BEN)
    ]
    assert [set(world.ledger.claim(claim).won) for claim in claims] == [{ANN}, {BEN}]
    world.ledger.settle("one key", "one run", {ANN: NOT_SENT, BEN: ACCEPTED})
    claimed, _name = world.claim(*"defgh", limits=limits)
    assert (len(claimed.won), len(claimed.held)) == (3, 2)


def test_contract_an_allowance_of_its_own_is_counted_by_itself(world: World) -> None:
    own = Limits((TWO,), pool=CRITICAL)
    for limits in (EACH, EACH, own, own):
        assert world.sends(ANN, limits=limits) == {ANN}
    assert world.sends(ANN, limits=own) == world.sends(ANN, limits=EACH) == set()


def test_contract_without_a_limit_nothing_counts_and_nothing_is_held(world: World) -> None:
    for _time in range(3):
        assert world.sends(ANN, limits=None) == {ANN}
    assert world.sends(ANN, limits=EACH) == {ANN}
    assert len(world.ledger.latest([EACH.scope_of(ANN)], 9)[EACH.scope_of(ANN)]) == 1


def test_contract_a_duplicate_takes_no_place_and_is_not_held(world: World) -> None:
    limits = Limits((Limit(1, 900.0),))
    _claimed, name = world.claim(ANN, limits=limits)
    world.ledger.settle(name, name, {ANN: ACCEPTED})
    again, _name = world.claim(ANN, limits=limits, key=name)
    assert (again.won, set(again.lost), again.held) == (frozenset(), {ANN}, {})


def test_contract_what_is_held_is_counted(world: World) -> None:
    limits = Limits((Limit(1, 900.0),))
    assert world.ledger.held_count(None) == 0
    for recipient in (ANN, ANN, ANN, BEN, BEN):
        world.sends(recipient, limits=limits)
    assert (world.ledger.held_count(None), world.ledger.held_count([ANN]), world.ledger.held_count([CARA])) == (3, 2, 0)
    world.seconds += LONGEST_SPAN
    assert (world.ledger.held_count(None), world.ledger.held_count([ANN])) == (3, 2)
    world.seconds += 2 * DAY  # also where nothing has been sent since, with which they would be deleted
    assert (world.ledger.held_count(None), world.ledger.held_count([ANN])) == (0, 0)


def test_contract_places_that_only_a_wrong_clock_can_have_taken_do_not_count(world: World) -> None:
    world.seconds = NOW + AHEAD + 1
    world.sends(ANN, limits=Limits((Limit(1, 1e6),)))
    world.seconds = NOW
    assert world.sends(ANN, limits=Limits((Limit(1, 1e6),))) == {ANN}
    assert world.sends(ANN, limits=Limits((Limit(1, 1e6),))) == set()


@pytest.mark.parametrize(
    ("times", "hold"),
    [
        ([], None),
        ([NOW], None),
        ([NOW, NOW - 899], Hold(TWO, NOW + 1, is_account=False)),
        ([NOW, NOW - 900], None),
        ([NOW, NOW - 1, NOW - 2], Hold(TWO, NOW + 899, is_account=False)),
        ([NOW + 5, NOW - 1], Hold(TWO, NOW + 899, is_account=False)),
    ],
)
def test_a_limit_is_hit_by_the_newest_messages(times: list[float], hold: Hold | None) -> None:
    assert hold_of([TWO], times, NOW) == hold


def test_of_several_limits_the_longest_is_named_and_the_latest_end_counts() -> None:
    hour = Limit(3, 3600.0)
    assert hold_of([hour, TWO], [NOW, NOW - 10, NOW - 3000], NOW) == Hold(hour, NOW + 890, is_account=False)


def test_old_places_are_deleted_once_a_day(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = World("sqlite", tmp_path, request)
    for recipient in (ANN, ANN, ANN, BEN):
        world.sends(recipient, limits=EACH)

    def stored() -> int:
        with closing(sqlite3.connect(world.path)) as connection:
            count: int = connection.execute("SELECT count(*) FROM place").fetchone()[0]
            return count

    assert stored() == 4
    world.seconds += PLACES_KEPT - 1
    world.sends(CARA, limits=None)
    assert stored() == 3, "what was held is counted by day, and the day began earlier"
    world.seconds += 86401
    world.sends(CARA, limits=None)
    assert stored() == 0


def test_a_file_of_an_earlier_release_counts_nothing_yet(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = World("sqlite", tmp_path, request)
    world.sends(ANN, limits=EACH)
    with closing(sqlite3.connect(world.path)) as connection:
        connection.execute("DROP TABLE place")
        connection.execute("PRAGMA user_version = 6")
        connection.commit()
    assert (world.ledger.latest([EACH.scope_of(ANN)], 2), world.ledger.held_count(None)) == ({}, 0)
    assert world.sends(ANN, limits=EACH) == {ANN}
    assert world.sends(ANN, limits=EACH) == {ANN}
    assert world.sends(ANN, limits=EACH) == set()


AS_BEFORE = """
INSERT INTO {table} SELECT account, scope, at, owner || ':' || other, 1 FROM {table}, (VALUES ('a'), ('b'), ('c')) AS o
(other) WHERE scope = '' AND count = 3; DELETE FROM {table} WHERE scope = '' AND count = 3;
"""
"""Makes of the entry of a claim of three what the schema before the last one had: an entry for each message."""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_the_schema_before_has_counted_for_the_account_counts(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    world = World(kind, tmp_path, request)
    limits = Limits(account=(Limit(5, 86400.0),))
    assert len(world.sends(ANN, BEN, CARA, limits=limits)) == 3
    if kind == "sqlite":
        with closing(sqlite3.connect(world.path)) as connection:
            statements = AS_BEFORE.format(table="place").replace("AS o\n(other)", "").replace("other", "column1")
            connection.executescript(f"{statements} PRAGMA user_version = 7;")
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.admin(world.dbname) as admin:
            admin.execute(AS_BEFORE.format(table="voipsms.place").encode())
            admin.execute("UPDATE voipsms.ledger_version SET version = 6")
    assert len(world.ledger.latest([""], 9)[""]) == 3, "who only reads leaves it as it is"
    world.seconds += 1
    assert len(world.sends(ANN, BEN, limits=limits)) == 2
    assert world.ledger.latest([""], 9)[""] == [NOW + 1, NOW + 1, NOW, NOW, NOW]
    assert world.sends(CARA, limits=limits) == set()


@pytest.mark.parametrize("seed", range(6))
def test_a_file_that_reads_only_what_matters_holds_what_reading_all_places_holds(
    seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """SQLite leaves the places of the account out where they decide nothing; memory counts all of them."""
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    worlds = [World(kind, tmp_path, request) for kind in ("memory", "sqlite")]
    numbers = sorted(chance.sample(range(1, 12), 3))
    limits = Limits(
        recipient=(Limit(chance.randint(1, 4), 300.0),),
        account=tuple(Limit(number, chance.choice((60.0, 300.0, 900.0))) for number in numbers),
    )
    held = 0
    for _step in range(60):
        pause = chance.choice((0, 1, 20, 100))
        people = [f"{one}" * 40 for one in chance.sample(range(8), chance.randint(1, 6))]
        fate = chance.choice((ACCEPTED, ACCEPTED, ACCEPTED, NOT_SENT))
        found = []
        for world in worlds:
            world.seconds += pause
            claimed, name = world.claim(*people, limits=limits)
            world.ledger.settle(name, name, dict.fromkeys(claimed.won, fate))
            found.append((claimed.won, dict(claimed.held)))
        assert found[0] == found[1]
        held += len(found[0][1])
    assert held > 10
