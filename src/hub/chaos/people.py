"""Invented cadres for generated histories, added to the sample world's roster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.sample.citizen_ids import valid_id

POST = "四级调研员"
IN_ONE_ORGAN = 50
DEPARTMENT, COMMITTEE = "org-M", "M"
_FIRST_NUMBER = 100_000
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施孔曹严华金魏陶姜"
_GIVEN = "安邦承德东方光海恒嘉景康黎明宁鹏清仁山天文西永远泽振志中子宗"


@dataclass(frozen=True, slots=True)
class Invented:
    """A cadre of a generated history, with a number that was never issued to anyone."""

    cadre: str
    name: str
    citizen_id: str
    office: int

    @property
    def organ(self) -> str:
        """The id of the organ where the cadre holds a post."""
        return f"M-o{self.office}"

    @property
    def organ_name(self) -> str:
        """Its full name."""
        return f"乙市第{self.office + 1}办事处"

    @property
    def subject(self) -> dict[str, Any]:
        """The cadre as a finding names it: enough for the strong match (R-ID-01)."""
        return {
            "kind": "cadre",
            "name": self.name,
            "citizen_id": self.citizen_id,
            "organ": self.organ_name,
            "post": POST,
            "attribution": "leader",
        }


def invented(number: int) -> Invented:
    """The ``number``-th cadre; every one has a number of its own, names repeat."""
    rest, first = divmod(number, len(_SURNAMES))
    rest, second = divmod(rest, len(_GIVEN))
    third = rest % len(_GIVEN)
    name = _SURNAMES[first] + _GIVEN[second] + _GIVEN[third]
    return Invented(f"Z{number:06d}", name, valid_id(_FIRST_NUMBER + number), number // IN_ONE_ORGAN)


def roster_records(cadres: int) -> Iterator[dict[str, Any]]:
    """Records of the first ``cadres`` invented cadres, for :func:`hub.service.roster_load.load`."""
    for number in range(cadres):
        one = invented(number)
        if number % IN_ONE_ORGAN == 0:
            names = [{"name": one.organ_name, "kind": "全称"}]
            office = {
                "organ_id": one.organ,
                "names": names,
                "parent": COMMITTEE,
                "level": "prefecture",
                "kind": "bureau",
            }
            yield {"type": "organ.recorded", "data": office}
            managed = {"organ": one.organ, "post": POST, "committee": COMMITTEE, "department": DEPARTMENT}
            yield {"type": "management.recorded", "data": managed}
        recorded = {"cadre_id": one.cadre, "name": one.name, "citizen_id": one.citizen_id}
        yield {"type": "cadre.recorded", "data": recorded}
        tenure = {"cadre": one.cadre, "organ": one.organ, "post": POST, "from": "2019-01-01"}
        yield {"type": "tenure.recorded", "data": tenure}
