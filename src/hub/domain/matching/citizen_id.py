"""Citizen numbers: form and check character of GB 11643-1999. Address codes are not looked up.

The check catches every single wrong character; some six to ten in a hundred double errors pass it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from operator import mul

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_FORM = re.compile(r"[0-9]{17}[0-9X]")
_OLD_FORM = re.compile(r"[0-9]{15}")
_BLANKS = re.compile(r"[\s\-]")


def normal(raw: str) -> str:
    """The number as the roster writes it: half width, no blanks, capital X."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", raw)).upper()


def check_character(first17: str) -> str:
    """The check character of seventeen digits."""
    return _CHECK[_weighed(first17) % 11]


def _weighed(first17: str) -> int:
    return sum(map(mul, map(int, first17), _WEIGHTS))


def born(number: str) -> date | None:
    """The birth date within a well-formed number; None where it is no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


@lru_cache(maxsize=1 << 14)
def is_valid(number: str) -> bool:
    """Form, date and check character of a number in normal form."""
    if not _FORM.fullmatch(number) or born(number) is None:
        return False
    return check_character(number[:17]) == number[17]


@lru_cache(maxsize=1 << 12)
def repairs(number: str) -> tuple[str, ...]:
    """Valid numbers one slip from a number that fails its check: one character wrong, or two neighbours changed.

    A number of the first generation (fifteen digits, no check character) gives the one of eighteen that replaced it.
    """
    if _OLD_FORM.fullmatch(number):
        longer = number[:6] + "19" + number[6:]
        return (longer + check_character(longer),)
    if len(number) != 18 or is_valid(number):
        return ()
    found: dict[str, None] = {}
    for at in range(18):
        fitting = _fitting(number[:at], number[at + 1 :])
        if fitting is not None:
            found[number[:at] + fitting + number[at + 1 :]] = None
        if at < 17:
            found[number[:at] + number[at + 1] + number[at] + number[at + 2 :]] = None
    return tuple(candidate for candidate in found if is_valid(candidate))


def _fitting(before: str, after: str) -> str | None:
    """The one character between ``before`` and ``after`` with which the check holds: eleven is prime, so there is one at most."""
    at = len(before)
    others = before + "0" + after[:-1] if after else before
    if not (others.isascii() and others.isdigit()) or after[-1:] not in _CHECK:
        return None
    if not after:
        return check_character(before)
    missing = (_CHECK.index(after[-1]) - _weighed(others)) * pow(_WEIGHTS[at], -1, 11) % 11
    return str(missing) if missing < 10 else None
