"""What an organ is, guessed from its name and place where a roster does not say. Pure; used for routing by level."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub.domain.registry import LEVELS, Organ

_REGIONS = re.compile(
    r"(?P<province>(?:北京|天津|上海|重庆)市|.{1,8}?(?:省|自治区|特别行政区))?"
    r"(?P<prefecture>.{1,10}?(?:自治州|地区|盟|市))?"
    r"(?P<county>.{1,10}?(?:自治县|林区|特区|县|旗|市|区))?$"
)
_TOWNSHIP = re.compile(r"(?:镇|乡|街道|街道办事处|镇人民政府|乡人民政府|镇委员会|乡委员会|工作委员会)$")
_VILLAGE = re.compile(r"(?:村|社区|村民委员会|居民委员会)$")


def organ(data: Mapping[str, Any], known: Organ | None = None) -> Organ:
    """The registry's entry of an ``organ.recorded``; ``level`` and ``kind`` as stated, as known, else guessed."""
    name = full_name(data)
    stated = data.get("level") if data.get("level") in LEVELS else known and known.level
    return Organ(
        code=data["organ_id"],
        name=name,
        level=stated or level(name, data.get("place") or ""),
        parent=data.get("parent"),
        kind=data.get("kind") or (known and known.kind) or kind(name),
    )


def full_name(data: Mapping[str, Any]) -> str:
    """The full name in force: the last one without an end, else the last full name, else the first name."""
    full = [name for name in data["names"] if name.get("kind", "全称") == "全称"]
    current = [name for name in full if name.get("to") is None]
    chosen: str = [*data["names"][:1], *full, *current][-1]["name"]
    return chosen


def kind(name: str) -> str:
    """party_committee, government, township, village or bureau, by the ending of the name."""
    if name.startswith("中共") and name.endswith(("委员会", "党组")):
        return "party_committee"
    if _VILLAGE.search(name):
        return "village"
    if _TOWNSHIP.search(name):
        return "township"
    return "government" if name.endswith("人民政府") else "bureau"


def level(name: str, place: str) -> str | None:
    """By the name (townships, villages), else by how many regions the place names; None where it names none."""
    if _TOWNSHIP.search(name) or _VILLAGE.search(name):
        return "township"
    found = _REGIONS.match(place)
    if found is None or not place:
        return None
    return next((one for one in ("county", "prefecture", "province") if found[one]), None)
