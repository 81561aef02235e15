# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No garbage is looked for where there is none, and again afterwards, if it was before."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.garbage import no_garbage_search


@pytest.fixture(autouse=True)
def enabled() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


@no_garbage_search()
def is_looking(*, fails: bool = False) -> bool:
    if fails:
        raise ValueError("on purpose")
    return gc.isenabled()


def test_within_the_block_nothing_is_looked_for() -> None:
    with no_garbage_search():
        assert not gc.isenabled()
        assert not is_looking()
        assert not gc.isenabled(), "the outer block lasts"
    assert gc.isenabled()


def test_a_function_is_such_a_block_each_time() -> None:
    assert [is_looking(), is_looking()] == [False, False]
    with pytest.raises(ValueError, match="on purpose"):
        is_looking(fails=True)
    assert gc.isenabled()


def test_what_was_off_stays_off() -> None:
    gc.disable()
    assert not is_looking()
    assert not gc.isenabled()
