"""Places within names of organs: a chain of province, prefecture, county; in front of an organ each may be left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_DIRECT = ("北京市", "天津市", "上海市", "重庆市")
_PROVINCE = re.compile(r"^(.{2,7}?(?:省|自治区|特别行政区|兵团))")
_PREFECTURE = re.compile(r"^(.{2,}?(?:自治州|地区|盟|市|州))(?=.)")
_NATIONS = (
    "蒙古族|蒙古|回族|回|藏族|藏|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|朝鲜|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|"
    "拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|"
    "怒族|乌孜别克族|俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|塔塔尔族|独龙族|鄂伦春族|赫哲族|门巴族|珞巴族|基诺族|各族"
)
_AUTONOMOUS = re.compile(rf"^(.+?)(?:{_NATIONS})+自治(州|县|旗)$")
_REGIONS = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}


def split(place: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """A place string as province, prefecture and county, as many as there are. ``known``: other places, as a guide."""
    parents = [other for other in known if other != place and place.startswith(other)]
    if parents:
        longest = max(parents, key=len)
        return (*split(longest, [other for other in parents if other != longest]), place[len(longest) :])
    parts: list[str] = []
    rest = place
    for direct in _DIRECT:
        if rest.startswith(direct):
            return (direct, rest[len(direct) :]) if rest != direct else (direct,)
    province = _PROVINCE.match(rest)
    if province:
        parts.append(province[1])
        rest = rest[province.end() :]
    prefecture = _PREFECTURE.match(rest)
    if prefecture and len(rest) - prefecture.end() >= 2:
        parts.append(prefecture[1])
        rest = rest[prefecture.end() :]
    return tuple([*parts, rest] if rest else parts)


@lru_cache(maxsize=1 << 14)
def written(place: str) -> tuple[str, ...]:
    """Every way in which one place (not a chain) is written in front of an organ: 德宏傣族景颇族自治州, 德宏州."""
    ways = [place]
    autonomous = _AUTONOMOUS.match(place)
    if autonomous:
        ways.append(autonomous[1] + autonomous[2])
    if place in _REGIONS:
        ways.append(_REGIONS[place])
    return tuple(ways)


@lru_cache(maxsize=1 << 14)
def clipped(place: str) -> str | None:
    """The place without its kind, as it may stand before another place (云南, 定西, 德宏), else None."""
    autonomous = _AUTONOMOUS.match(place)
    if autonomous:
        return autonomous[1] if len(autonomous[1]) > 1 else None
    if place.endswith("地区") and len(place) > 3:
        return place[:-2]
    return place[:-1] if len(place) > 2 and place[-1] in "省市县盟" and place not in _REGIONS else None
