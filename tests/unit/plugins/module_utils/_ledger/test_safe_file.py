# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a ledger may lie: what another user could do in its folder, on the way to it, and beside it."""

from __future__ import annotations

import grp
import os
import pwd
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import safe_file
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    LedgerError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support.another_user import (
    ANOTHER,
    plant_journal,
    shared_folder,
)
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import CLAIM

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user, or give a file away")


@pytest.fixture
def shared() -> Iterator[Path]:
    """Return a folder below /tmp, where other users can go."""
    with shared_folder() as folder:
        yield folder


def made_in(folder: Path) -> Path:
    """Return the path of a ledger with one accepted message."""
    path = folder / "ledger.sqlite3"
    ledger = ledger_at(path)
    ledger.claim(CLAIM)
    ledger.settle("key", "run 1", {"ann": (Fate.ACCEPTED, ("id",))})
    return path


def ledger_at(path: Path) -> SqliteLedger:
    return SqliteLedger(str(path), "account", busy_timeout=5.0)


def refused(path: Path) -> str:
    """Return the sentence by which every use of a ledger is refused: readers and writers say the same."""
    sentences = set()
    for use in (
        lambda: ledger_at(path).rows("key", ["ann"]),
        lambda: ledger_at(path).claim(CLAIM._replace(owner="run 2")),
        lambda: ledger_at(path).newest(lambda _row: True, 1),
    ):
        with pytest.raises(LedgerError, match="is not used") as raised:
            use()
        sentences.add(str(raised.value))
    assert len(sentences) == 1
    return sentences.pop()


# --- The attack ---------------------------------------------------------------------------------------------------


@only_root
@pytest.mark.parametrize("mode", [0o777, 0o1777], ids=["open", "sticky"])
def test_a_journal_that_another_user_plants_does_not_release_a_message(shared: Path, mode: int) -> None:
    path = made_in(shared)
    shared.chmod(mode)
    plant_journal(path)
    with pytest.raises(LedgerError, match=r"other users may write to the folder .* could plant a journal"):
        ledger_at(path).claim(CLAIM._replace(owner="run 2"))
    assert "a folder of your own" in refused(path)
    shared.chmod(0o700)
    sentence = refused(path)
    assert f"'{path}-journal' belongs to user {ANOTHER}" in sentence, "it is still there"
    assert sentence.endswith("; check who made it, and remove it if it was not a run of yours")
    Path(f"{path}-journal").unlink()
    assert ledger_at(path).claim(CLAIM._replace(owner="run 2")).won == set()


@only_root
def test_the_planted_journal_would_have_emptied_it(shared: Path) -> None:
    """Show that the attack is one: SQLite believes the journal."""
    path = made_in(shared)
    shared.chmod(0o1777)
    plant_journal(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchall() == [(0,)]


# --- The folders ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o702, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    path = made_in(tmp_path / "own")
    path.parent.chmod(mode)
    sentence = refused(path)
    assert f"other users may write to the folder '{path.parent}'" in sentence
    assert ("chmod 700" in sentence) == (not mode & stat.S_ISVTX), "a shared folder must stay as it is"


@only_root
@pytest.mark.parametrize("mode", [0o770, 0o1770])
def test_a_folder_that_a_group_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = made_in(tmp_path / "own")
    os.chown(path.parent, -1, ANOTHER)
    path.parent.chmod(mode)
    assert f"other users may write to the folder '{path.parent}'" in refused(path)


@pytest.mark.parametrize("members", [[], ["me"]], ids=["nobody listed", "this user listed"])
def test_a_folder_that_only_the_private_group_of_this_user_may_write_is_passed(
    tmp_path: Path, members: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pass what a umask of 002 makes where each user has a group of their own, as Debian's sshd does."""
    path = made_in(tmp_path / "above" / "own")
    for folder in (path.parent, path.parent.parent):
        folder.chmod(0o775)
    gid = path.parent.stat().st_gid
    groups(monkeypatch, gid, members)
    assert ledger_at(path).claim(CLAIM._replace(owner="run 2")).won == set()


@pytest.mark.parametrize(
    ("members", "others"),
    [
        pytest.param(["me", "eve"], [], id="another member"),
        pytest.param([], [("eve", 4711)], id="the first group of another user, too"),
    ],
)
def test_a_group_with_another_user_in_it_is_not_private(
    tmp_path: Path, members: list[str], others: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_in(tmp_path / "own")
    path.parent.chmod(0o775)
    groups(monkeypatch, path.parent.stat().st_gid, members, others)
    assert "could plant a journal" in refused(path)


def groups(
    monkeypatch: pytest.MonkeyPatch, gid: int, members: list[str], others: Sequence[tuple[str, int]] = ()
) -> None:
    """Let this user be "me", with the members and first groups of others as given."""
    me = pwd.struct_passwd(("me", "x", os.geteuid(), gid, "", "/", ""))
    users = [me, *(pwd.struct_passwd((name, "x", uid, gid, "", "/", "")) for name, uid in others)]
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: me)
    monkeypatch.setattr(pwd, "getpwall", lambda: users)
    monkeypatch.setattr(grp, "getgrgid", lambda _gid: grp.struct_group(("me", "x", gid, members)))


def test_a_ledger_that_does_not_exist_yet_is_refused_there_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    assert "could plant a journal" in refused(tmp_path / "ledger.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_made_since_the_last_look_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "made" / "ledger.sqlite3"
    ledger = ledger_at(path)
    assert ledger.rows("key", ["ann"]) == {}
    path.parent.mkdir()
    path.parent.chmod(0o777)
    with pytest.raises(LedgerError, match="could plant a journal there"):
        ledger.claim(CLAIM)
    assert not path.exists()


def test_the_way_to_a_ledger_is_looked_at_once_in_a_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Any] = []
    lstat = os.lstat

    def noting(path: Any, **options: Any) -> os.stat_result:
        looks.append(path)
        return lstat(path, **options)

    monkeypatch.setattr(os, "lstat", noting)
    made_in(tmp_path)
    assert looks.count("/") == 1


@pytest.mark.parametrize("mode", [0o702, 0o777])
def test_a_folder_above_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = made_in(tmp_path / "above" / "own")
    (tmp_path / "above").chmod(mode)
    assert f"'{tmp_path / 'above'}' and could put another ledger in its place; run chmod go-w" in refused(path)
    assert "could put another ledger" in refused(tmp_path / "above" / "new" / "ledger.sqlite3")


def test_a_folder_above_with_the_sticky_bit_is_passed(tmp_path: Path) -> None:
    (tmp_path / "above").mkdir()
    (tmp_path / "above").chmod(0o1777)
    path = made_in(tmp_path / "above" / "own")
    assert ledger_at(path).claim(CLAIM._replace(owner="run 2")).won == set()


@only_root
@pytest.mark.parametrize("place", ["own", "above"])
def test_a_folder_of_another_user_is_refused(tmp_path: Path, place: str) -> None:
    path = made_in(tmp_path / "above" / "own")
    folder = path.parent if place == "own" else path.parent.parent
    os.chown(folder, ANOTHER, -1)
    assert f"'{folder}' on the way to it belongs to user {ANOTHER}, and this is user 0; name a file" in refused(path)


@only_root
def test_a_link_of_another_user_on_the_way_is_refused(shared: Path) -> None:
    """In a sticky folder it can be pointed elsewhere at any time."""
    path = made_in(shared / "own")
    shared.chmod(0o1777)
    link = shared / "link"
    link.symlink_to(path.parent)
    assert ledger_at(link / path.name).claim(CLAIM._replace(owner="run 2")).won == set(), "a link of ours is none"
    os.chown(link, ANOTHER, -1, follow_symlinks=False)
    assert f"'{link}' on the way to it belongs to user {ANOTHER}" in refused(link / path.name)


def test_what_a_link_leads_through_is_looked_at(tmp_path: Path) -> None:
    path = made_in(tmp_path / "real" / "own")
    link = tmp_path / "link"
    link.symlink_to("here/../real/own")
    (tmp_path / "here").mkdir()
    (tmp_path / "real").chmod(0o777)
    assert f"'{tmp_path / 'real'}' and could put" in refused(link / path.name)
    (tmp_path / "real").chmod(0o755)
    path.parent.chmod(0o777)
    assert "could plant a journal" in refused(link / path.name)


def test_links_in_a_circle_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    assert "is not a folder" in refused(tmp_path / "one" / "ledger.sqlite3")


def test_the_path_that_is_checked_is_the_one_that_is_opened(tmp_path: Path) -> None:
    """By the file system, ``link/..`` is the folder above the link's target; SQLite takes it for that of the link."""
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "link").symlink_to(tmp_path / "far" / "away")
    path = made_in(tmp_path / "near" / "link" / "..")
    assert not (tmp_path / "far" / path.name).exists()
    beside = tmp_path / "near" / f"{path.name}-journal"
    beside.touch()
    beside.chmod(0o622)
    assert f"other users may write to '{beside}'" in refused(path)


@only_root
@pytest.mark.parametrize("is_mapped", [False, True])
def test_what_belongs_to_no_user_of_a_namespace_is_passed_above_a_folder_of_ours(
    tmp_path: Path, is_mapped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user namespace shows its ``/`` as one of the overflow user, who may be a real user as well."""
    path = made_in(tmp_path / "above" / "own" / "deeper")
    real = os.lstat

    def seen(name: Any, **options: Any) -> os.stat_result:
        status = list(real(name, **options))
        if not str(name).startswith(str(path.parent.parent)):
            status[4] = ANOTHER
        return os.stat_result(status)

    monkeypatch.setattr(safe_file, "outside_user", lambda: None if is_mapped else ANOTHER)
    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", seen)
        if is_mapped:
            assert f"'/' on the way to it belongs to user {ANOTHER}" in refused(path)
        else:
            assert ledger_at(path).claim(CLAIM._replace(owner="run 2")).won == set()
    if not is_mapped:
        os.chown(path.parent, ANOTHER, -1)
        assert f"'{path.parent}' on the way to it belongs to user {ANOTHER}" in refused(path)


def test_a_user_namespace_is_read_from_proc() -> None:
    code = f"from {safe_file.__name__} import outside_user; print(outside_user())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    assert safe_file.outside_user() in (None, 65534)
    inside = subprocess.run(
        ["unshare", "--user", "--map-root-user", *command], env=environment, capture_output=True, text=True, check=False
    )
    if inside.returncode:
        pytest.skip(f"no user namespace here: {inside.stderr}")
    assert inside.stdout == "65534\n"


def test_the_advice_names_a_way_that_is_open_to_every_user(tmp_path: Path) -> None:
    path = made_in(tmp_path / "own")
    path.parent.chmod(0o1777)
    assert "name a file in a folder of your own, which no other user may write, or a PostgreSQL" in refused(path)


# --- Beside it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
@pytest.mark.parametrize("there", [False, True], ids=["no ledger", "a ledger"])
def test_a_file_beside_it_that_others_may_have_written_is_refused(tmp_path: Path, ending: str, there: bool) -> None:
    path = made_in(tmp_path) if there else tmp_path / "ledger.sqlite3"
    beside = Path(f"{path}{ending}")
    beside.touch()
    beside.chmod(0o620)
    assert f"other users may write to '{beside}'; check who made it, and remove it" in refused(path)
    beside.unlink()
    beside.symlink_to("elsewhere")
    assert f"'{beside}' is a symbolic link" in refused(path)
    beside.unlink()
    beside.mkdir()
    assert f"'{beside}' is not a regular file" in refused(path)
    if os.geteuid() == 0:
        beside.rmdir()
        beside.touch(0o600)
        os.chown(beside, ANOTHER, -1)
        assert f"'{beside}' belongs to user {ANOTHER}" in refused(path)


def test_a_journal_that_a_killed_run_of_this_user_left_is_rolled_back(tmp_path: Path) -> None:
    path = made_in(tmp_path)
    code = (
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA cache_size = 1')\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "connection.execute('DELETE FROM row')\n"
        "connection.execute('CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 5000) SELECT i, hex(randomblob(50)) FROM n')\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert Path(f"{path}-journal").stat().st_size
    assert ledger_at(path).claim(CLAIM._replace(owner="run 2")).won == set()


# --- What is made ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077])
def test_every_folder_that_is_made_is_for_this_user_alone(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "a" / "b" / "c" / "ledger.sqlite3"
    before = os.umask(umask)
    try:
        ledger_at(path).claim(CLAIM)
    finally:
        os.umask(before)
    modes = {part.name: oct(stat.S_IMODE(part.stat().st_mode)) for part in (path, *path.parents[:3])}
    assert modes == {"ledger.sqlite3": "0o600", "c": "0o700", "b": "0o700", "a": "0o700"}
