# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which recipients can receive a message, by rules that are not those of the modules.

The modules read numbers with ``phonenumbers``. If the sandbox asked it too, a number that it misreads would pass every
rehearsal. So the digits are compared, as they were sent, with the lengths that full numbers of each country have: a
number without its area code is too short, and in many countries one with the zero that is dialled at home is too long.
"""

from __future__ import annotations

from collections.abc import Iterator

_E164_DIGITS = 15
_LONGEST_CODE = 3

# The lengths of full numbers after the country codes that follow the colon: the numbering plans, as the metadata of
# phonenumbers 9.0.43 had them. Lengths that can be dialled only within a place are left out.
_PLANS = """
    4-5: 290; 4,7: 683; 4-7: 690; 4-7,10: 98; 4-11: 352; 4-12: 598; 4-13: 43 49; 5: 500 682; 5-6: 247; 5-6,8-13: 82;
    5,7: 676 677 678; 5-7: 688; 5-7,10: 685; 5,8: 47 686; 5-8: 386; 5-9,11: 852; 5-10: 27 64; 5-10,12: 61; 5-11: 31;
    5-12: 358 971; 6: 298 299 672 687; 6-7: 597; 6-7,9: 421; 6,8-9: 376 689; 6-8,10: 53; 6,8-13: 63;
    6,9: 40 508 681; 6-9: 252 355; 6-9,12: 359; 6-10: 48 95 880; 6-10,12: 46; 6-11: 375 595; 6-12: 39 381;
    7: 238 239 246 248 269 291 297 592 673 674 680 691 692; 7-8: 241 599 670 675 853 961 965 975;
    7-8,10: 230 267 372; 7-8,10-11: 507; 7-8,11: 503; 7,9: 220 245 265 354 423; 7-9: 231 385 967 968;
    7,9-10: 44 263; 7-9,11: 974; 7-10: 84 243 254 353; 7,10: 960; 7,10,12-13: 90; 7,11: 501 679; 7-11: 886;
    7-12: 86 882 972; 7-13: 62;
    8: 45 216 222 223 226 227 228 232 235 236 253 257 266 350 356 357 370 371 373 374 389 505 509 800 808;
    8: 973 993; 8-9: 32 36 51 213 224 233 237 250 258 264 268 377 382 387 591 962 963;
    8-10: 20 60 855 856 964 970 976; 8,10: 378 506 850; 8,10-11: 57 65 977; 8-10,13: 66; 8-11: 55 593;
    8,11: 502 504; 8-12: 92 383 883; 8-13: 81 91;
    9: 33 34 93 94 211 212 218 221 240 242 244 249 251 255 256 260 261 262 351 590 594 596 979 992 994 995; 9: 998;
    9-10: 380 881 966 996; 9-11: 56; 9,12: 41 870; 9-12: 420; 10: 1 52 58 225 229; 10-11: 54; 10-12: 30 234;
    10,14: 7; 11: 888; 12: 878
"""


def _lengths(text: str) -> Iterator[int]:
    """Return the lengths in a list such as ``5-6,8``."""
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _read_plans() -> Iterator[tuple[str, frozenset[int]]]:
    """Return each country code, and the lengths of the numbers behind it."""
    for plan in _PLANS.split(";"):
        lengths, _colon, codes = plan.partition(":")
        for code in codes.split():
            yield code, frozenset(_lengths(lengths.strip()))


_LENGTHS = dict(_read_plans())


def can_receive(digits: str) -> bool:
    """Return whether these are the digits of a full phone number, its country code first."""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _E164_DIGITS):
        return False
    # No country code begins with another one, so at most one of these is known.
    codes = (digits[:size] for size in range(1, _LONGEST_CODE + 1))
    return any(len(digits) - len(code) in _LENGTHS.get(code, ()) for code in codes)
