# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliveries beside a run: after a delay, cancelled only before they begin, and abandoned when their time is over."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import errand as errand_module
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.errand import Errand

OPTIONS = {"msg": "FAILED: site.yml"}


def deliver(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were delivered."""
    return {"delivered": dict(options)}


def refuse() -> Mapping[str, Any]:
    """Refuse the options."""
    raise InputError("recipients is missing")


def break_down(options: Mapping[str, Any]) -> dict[str, Any]:
    """Fail as only a mistake in the code can."""
    raise ValueError(f"a secret {options}")


def test_the_options_are_delivered_and_the_result_comes_back() -> None:
    errand = Errand(lambda: OPTIONS, deliver, deadline=30)
    errand.start()
    assert errand.wait() == {"delivered": OPTIONS}
    assert not errand.cancel()


def test_options_are_prepared_after_the_delay() -> None:
    options: dict[str, Any] = {}
    errand = Errand(lambda: options, deliver, deadline=30, delay=0.2)
    errand.start()
    options.update(OPTIONS)
    assert errand.wait() == {"delivered": OPTIONS}


def test_one_that_has_not_begun_is_cancelled() -> None:
    errand = Errand(refuse, deliver, deadline=30, delay=3600)
    errand.start()
    assert errand.cancel()
    errand.join(30)
    assert not errand.is_alive()


def test_one_that_has_begun_is_not_cancelled_and_abandoned_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(errand_module, "_GRACE", 0.0)
    begun, end = threading.Event(), threading.Event()

    def hang(options: Mapping[str, Any]) -> dict[str, Any]:
        begun.set()
        end.wait(30)
        return {}

    errand = Errand(lambda: OPTIONS, hang, deadline=0.2)
    errand.start()
    assert begun.wait(30)
    assert not errand.cancel()
    assert errand.wait() == {
        "failed": True,
        "msg": "there was no end within 0.2 seconds; it may have been sent",
    }
    end.set()


def test_options_that_are_refused_are_a_result() -> None:
    errand = Errand(refuse, deliver, deadline=30)
    errand.start()
    assert errand.wait() == {"failed": True, "msg": "recipients is missing; nothing was sent"}


def test_an_internal_error_is_named_without_its_text() -> None:
    errand = Errand(lambda: OPTIONS, break_down, deadline=30)
    errand.start()
    assert errand.wait() == {
        "failed": True,
        "msg": "internal error ValueError, please report this; nothing was sent",
    }
