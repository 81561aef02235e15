# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the JSON of a service that may be broken: strictly, or not at all. Pure."""

from __future__ import annotations

import json
import math
from typing import Any

_MAX_DIGITS = 40
"""Most digits that a number may have; the time to read one grows with the square of its digits."""


class NotJson(ValueError):
    """The bytes are not one unambiguous JSON value. The text says why and never quotes them."""


def read(body: bytes) -> Any:
    """Return the value of a JSON text (RFC 8259, UTF-8). Raises ``NotJson``.

    Some texts are refused although Python's reader accepts them: NaN and infinities, names that occur twice in an
    object, very long numbers, and a byte order mark.
    """
    try:
        text = body.decode("utf-8")
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
        )
    except NotJson:
        raise
    except UnicodeDecodeError as error:
        raise NotJson("it is not UTF-8") from error
    except RecursionError as error:
        raise NotJson("it is nested too deeply") from error
    except ValueError as error:
        raise NotJson("it is not JSON") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("a name occurs twice in one object")
    return members


def _constant(_name: str) -> Any:
    raise NotJson("it holds a number that is not finite")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_DIGITS:
        raise NotJson("it holds a number of too many digits")
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise NotJson("it holds a number that is not finite")
    return value
