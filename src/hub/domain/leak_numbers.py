"""Phone numbers, citizen IDs and e-mail addresses in text; NFKC-normalised, so digits are plain or Chinese.

False positives that must not happen: hashes, UUIDs, unified social credit codes, parcel and document numbers, amounts.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_NUMERALS: Final = ("零〇○", "一壹幺", "二贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_CHINESE: Final = str.maketrans({zh: str(n) for n, variants in enumerate(_NUMERALS) for zh in variants})
_DIGIT: Final = "[0-9" + "".join(_NUMERALS) + "]"
_WORTH_A_LOOK: Final = re.compile(rf"{_DIGIT}(?:[^\w。]{{0,2}}{_DIGIT}){{9}}")
"""Ten digits: the shortest number that counts (a landline with its area code)."""
_TOKENS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # UUID
    r"|(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{32,128}"  # digest
    r"|uscc:[0-9A-HJ-NPQRTUWXY]{18}"  # unified social credit code (GB 32100)
    r"|parcel:[0-9]{6,12}[0-9A-Z/-]{3,20}"  # parcel number, with its administrative code in front
    r"|(?=[0-9]*[A-Z])(?![0-9]{17}X)[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"  # bare
    r")(?![0-9A-Za-z])"
)
_UNITS: Final = (
    r"(?!\d|(?:\.\d+)?\s*(?:[万亿百千]*(?:美|欧|港|日)?元(?![旦月宵])|[万亿]|人民币|公?顷|公?亩|吨|公斤|千克|平方|立方"
    r"|㎡|m2|m3|千瓦|人次|[%％]))"
)
_SEP: Final = r"[\s.\-_/·—–~*,，、]"
_PREFIX: Final = r"(?:(?:\+|00)?86[\s\-)]{0,2})?"
_MOBILE: Final = (
    rf"{_PREFIX}1[3-9]\d{{9}}{_UNITS}"
    rf"|{_PREFIX}(?:1[3-9]\d({_SEP}{{1,2}})\d{{4}}\1\d{{4}}|1[3-9]\d({_SEP})\d{{3}}\2\d{{5}}"
    rf"|1[3-9]\d{{2}}({_SEP})\d{{3,4}}\3\d{{3,4}}"
    rf"|1[3-9]\d{{3}}({_SEP})\d{{6}}|1[3-9]\d({_SEP})\d{{8}}|1({_SEP}{{1,2}})[3-9](?:\6\d){{9}}){_UNITS}"
)
_LANDLINE: Final = (
    r"(?<!\d[.\-/])\(?0(?:10|2\d|[3-9]\d{2})\)?[\s\-)]{1,3}[2-8]\d{2,3}[\s\-]?\d{4}(?!\d|-\d{1,2}-\d)"
    r"|\((?:0(?:10|2\d|[3-9]\d{2}))\)\s?[2-8]\d{6,7}(?!\d)"
)
_LANDLINE_GLUED: Final = rf"|0(?:10|2\d|[3-9]\d{{2}})[2-8]\d{{6,7}}{_UNITS}"
_ABROAD: Final = rf"|\+\d{{1,3}}(?:[\s\-]?\d){{8,12}}{_UNITS}"
_PHONE_IN_TEXT: Final = re.compile(rf"(?<!\d)(?:{_MOBILE}|{_LANDLINE}{_LANDLINE_GLUED}{_ABROAD})", re.ASCII)
_PHONE_IN_CODES: Final = re.compile(rf"(?<![0-9A-Za-z])(?<!\d[.\-/_])(?:{_MOBILE})(?![A-Za-z])", re.ASCII)

_PROVINCE: Final = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[12])"
_ID18: Final = re.compile(
    r"(?<!\d)([1-9]\d{5})[\s\-]?((?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[\s\-]?(\d{3}[\dXx])(?![\dXx])",
    re.ASCII,
)
_ID15: Final = re.compile(
    rf"(?<![0-9A-Za-z]){_PROVINCE}\d{{6}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}(?![0-9A-Za-z]){_UNITS}",
    re.ASCII,
)
_MASK: Final = re.compile("[*×•●]{6}|[xX]{6}")
_ID_MASKED: Final = re.compile(r"(?<!\d)[1-9]\d{5}[*xX×•●]{6,8}\d{3,4}[\dXx]?(?!\d)", re.ASCII)
_WHOLE_ID: Final = re.compile(r"\s*(?:[1-9]\d{16}[\dXx]|[1-9]\d{14})\s*\Z", re.ASCII)
_LATEST_BIRTH: Final = 2015
"""With a later date it is the number of a petition item (region, day, serial), unless the check character is right."""
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9._%+\-]{1,64}\s?@\s?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,4}\.[A-Za-z]{2,24}"
)


def find(text: str, *, glued: bool) -> str | None:
    """``email``, ``citizen_id``, ``phone`` or None. ``glued``: a phone counts right after a letter too (free text)."""
    if "@" in text and _EMAIL.search(text):
        return "email"
    if _MASK.search(text) and _ID_MASKED.search(text):
        return "citizen_id"
    if _WORTH_A_LOOK.search(text) is None:
        return None
    text = _TOKENS.sub("#", text)
    plain = text.translate(_CHINESE)
    return _in_digits(text, glued) or (_in_digits(plain, glued) if plain != text else None)


def _in_digits(text: str, glued: bool) -> str | None:
    if _holds_citizen_id(text, glued):
        return "citizen_id"
    return "phone" if (_PHONE_IN_TEXT if glued else _PHONE_IN_CODES).search(text) else None


def is_citizen_id(value: str) -> bool:
    """Whether the whole value has the shape of a citizen ID, checksum and date aside."""
    return _WHOLE_ID.match(value) is not None


def _holds_citizen_id(text: str, in_text: bool) -> bool:
    return any(_is_id(*match.groups()) for match in _ID18.finditer(text)) or (
        in_text and _ID15.search(text) is not None
    )


def _is_id(region: str, day: str, rest: str) -> bool:
    """A date of birth that exists and either lies long enough back, or a check character that is right."""
    try:
        born = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return born.year <= _LATEST_BIRTH or _checks(region + day + rest)


def _checks(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()
