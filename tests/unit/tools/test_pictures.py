# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation show the code as it is."""

from __future__ import annotations

import functools
import html
import re
from graphlib import CycleError

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import State
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.tools import pictures, scheduled_states
from ansible_collections.voip_communications.sms.tests.tools.scheduled_states import IN_DOUBT, NEAR, NO_ROW, ONCE, SENT

IMAGES = COLLECTION / "docs" / "docsite" / "rst" / "images"
NAMES = ["states", "scheduled", "wings"]

every_picture = pytest.mark.parametrize("name", NAMES)
sources = functools.cache(pictures.pictures)


def test_every_picture_is_compared() -> None:
    assert [*sources()] == NAMES


@every_picture
def test_the_source_is_what_the_code_says(name: str) -> None:
    """Otherwise run "make pictures"."""
    assert (IMAGES / f"{name}.dot").read_text("utf-8") == sources()[name]


@every_picture
def test_the_picture_is_drawn_from_its_source(name: str) -> None:
    picture = (IMAGES / f"{name}.svg").read_text("utf-8")
    titles = {html.unescape(title) for title in re.findall(r"<title>(.*?)</title>", picture)} - {name}
    wanted = re.findall(r'^  ("[^"]+"(?: -> "[^"]+")?)[ ;]', sources()[name], re.MULTILINE)
    assert titles == {each.replace('"', "").replace(" -> ", "->") for each in wanted}
    said = {html.unescape(text) for text in re.findall(r"<text [^>]*>(.*?)</text>", picture)}
    labels = re.findall(r'label="([^"]+)"', sources()[name])
    assert said == {line for label in labels for line in label.split("\\n")}


def test_every_state_is_named_and_every_move_has_its_reason() -> None:
    assert {name for arrow in pictures.moves() for name in arrow} == {*(state.value for state in State), "no row"}
    assert pictures.moves() == set(pictures.REASONS)


def test_every_state_of_a_scheduled_message_is_drawn_and_has_a_way_out() -> None:
    moves = scheduled_states.moves()
    stored = {"unknown", "accepted", "cancelling"}
    names = stored | {name + ONCE for name in stored} | {"cancelled", "sending", SENT, IN_DOUBT, NO_ROW}
    assert {name for move in moves for name in move[:2]} == names
    assert {move.before for move in moves} == names - {"sending", NO_ROW}


def test_a_person_can_end_every_doubt_about_a_scheduled_message() -> None:
    ends = {"accepted", "cancelled", SENT, NO_ROW}
    resolved = {move.before for move in scheduled_states.moves() if move.cause.startswith("as: ")}
    assert resolved == {move.before for move in scheduled_states.moves()} - {"cancelled"}
    assert {move.after for move in scheduled_states.moves() if move.cause.startswith("as: ")} == ends


def test_a_list_near_its_date_and_one_look_prove_nothing() -> None:
    moves = scheduled_states.moves()
    assert NEAR not in {move.cause for move in moves}
    by_lists = {move for move in moves if move.cause.startswith("a list does not show it")}
    assert {move.before for move in by_lists if move.after in ("cancelled", NO_ROW)} == {
        "unknown" + ONCE,
        "accepted" + ONCE,
        "cancelling" + ONCE,
    }


def test_every_wing_is_drawn_with_its_files() -> None:
    wings = COLLECTION / "plugins" / "module_utils"
    files = {path.relative_to(wings).as_posix() for path in wings.rglob("*.py")}
    drawn = {f"{wing}/{name}.py" for wing, names in pictures.files_of().items() for name in names}
    assert files == {path for path in drawn if path.startswith("_")}
    assert {"modules/", "action/", "plugin_utils/"} <= set(pictures.files_of()["what Ansible calls"])


def test_what_follows_is_left_out_and_a_circle_is_refused() -> None:
    assert pictures.reduced({("a", "b"), ("b", "c"), ("a", "c")}) == {("a", "b"), ("b", "c")}
    with pytest.raises(CycleError):
        pictures.reduced({("a", "b"), ("b", "c"), ("c", "a")})
