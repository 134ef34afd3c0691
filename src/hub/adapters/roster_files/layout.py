"""The layout of a packed roster: a folder of flat arrays that any number of workers map read-only. Little-endian throughout.

| file | content |
| --- | --- |
| meta.json | format, version, counts, the words (organ ids, posts, kinds, reasons) that tenures refer to by number |
| organs.jsonl | data of every organ.recorded |
| cadres.bin, cadres.at | one text a cadre (fields parted by 0x1f, lists by 0x1e); where each starts (one more than there are cadres) |
| tenures.bin, tenures.at | tenures by cadre; where each cadre's begin |
| organs.bin, organs.at | the same tenures by organ; where each organ's begin |
| members.txt, .row, .at, .text | L1 names and rows of who was ever in an organ; where each organ begins in rows and in text |
| NAME.key, NAME.row | sorted 64-bit keys and rows: names, sounds, numbers, ids, names_in, sounds_in |
| NAME.top | where the keys with the same highest bits begin (one more than there are such heads): keys are hashes, hence even |
"""

from __future__ import annotations

import mmap
import struct
from hashlib import blake2b
from pathlib import Path

from hub.adapters.roster_files.rows import RosterFileError

FORMAT = 2
TENURE = struct.Struct("<IIIBBHiiii")
"""row, organ, post, kind, reason for leaving, unused, from (earliest, latest), to (earliest, latest)."""
FIELD, ITEM = "\x1f", "\x1e"
TABLES = ("names", "sounds", "numbers", "ids", "names_in", "sounds_in")
_MIX = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def key(text: str) -> int:
    """The 64-bit key of a text. Equal keys are only candidates: whoever reads compares the texts."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def key_in(organ: int, text_key: int) -> int:
    """The key of a text within an organ (by its number)."""
    return (text_key ^ ((organ + 1) * _MIX)) & _MASK


def head_bits(count: int) -> int:
    """How many of a key's highest bits tell its neighbours apart, so that some sixteen of ``count`` keys share them."""
    return min(20, max(0, count.bit_length() - 4))


def mapped(path: Path) -> memoryview:
    """A file, mapped read-only. Raises :class:`RosterFileError` where it is missing."""
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise RosterFileError(f"{path.name} is missing in the packed roster", hint="pack the roster anew") from error
