"""Well-formed citizen numbers that were never issued to anyone."""

from __future__ import annotations

from datetime import date, timedelta

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
_FIRST_DAY = date(1960, 1, 1)
_DAYS = 12_000
_SERIALS = 999
_PREFECTURES = 19
_STRIDE = 7_919  # coprime with _DAYS: neighbouring numbers get distant birthdays


def check_character(body: str) -> str:
    """The 18th character for 17 digits (GB 11643, ISO 7064 mod 11-2)."""
    return CHECK[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def valid_id(n: int) -> str:
    """The ``n``-th sample number: right form, date and check character, address code of no prefecture (71 to 89).

    Deterministic; different for every ``n`` from 0 to 227 million. Raises ValueError outside that range.
    """
    rest, day = divmod(n, _DAYS)
    prefecture, serial = divmod(rest, _SERIALS)
    if n < 0 or prefecture >= _PREFECTURES:
        raise ValueError(f"no sample number {n}: 0 to {_DAYS * _SERIALS * _PREFECTURES - 1}")
    born = _FIRST_DAY + timedelta(days=day * _STRIDE % _DAYS)
    body = f"37{71 + prefecture}01{born:%Y%m%d}{serial + 1:03d}"
    return body + check_character(body)
