"""The careful person: decides from the record as it is written, by brute force and without any code of the matcher.

Words for organs are not parsed: every way to write every organ is rendered beforehand and looked up. A subject is decidable when
the stated facts suffice (number and name; or name, organ, post and date), all of them fit one cadre and none speaks against it.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from bench.matching.world import Held, Named, Organ, Person, World

FOREVER = date(9999, 12, 31)
BEGINNING = date(1, 1, 1)


@dataclass(slots=True)
class Facts:
    """What a subject states, as its maker knows it. ``plain``: the name with blanks, dots and written variants undone."""

    plain: str | None = None
    name_whole: bool = True
    """False: withheld, misspelt or otherwise not the written name."""
    number: str | None = None
    number_valid: bool = True
    organ: str | None = None
    posts: tuple[tuple[str, str | None], ...] = ()
    at: tuple[date, date] | None = None
    wording: str = "时任"
    published: date = date(2026, 3, 1)
    extra_names: tuple[str, ...] = field(default_factory=tuple)


def ways(organ: Organ, name: Named) -> Iterator[str]:
    """Every way in which reports write one name of an organ."""
    place = organ.place
    last = place[-1].replace("彝族自治", "")
    if name.kind == "简称":
        yield name.text
        if len(place) == 3:
            yield place[1] + name.text
            yield place[1].replace("彝族自治", "") + name.text
        return
    core = name.text
    for part in place:
        core = core.removeprefix(part)
    cores = [core] + (["政府"] if core == "人民政府" else [])
    for one in cores:
        yield "".join(place[1:]) + one
        yield "".join(place) + one
        yield place[-1] + one
        yield last + one
        if len(place) == 3:
            yield place[0] + place[2] + one
            yield place[1].replace("彝族自治", "") + place[2] + one


def written(held: Held) -> tuple[date, date, date, date]:
    """Earliest and latest first day, earliest and latest last day, as far as the roster's precision tells."""
    f_lo, f_hi = widen(held.start, held.precision)
    t_lo, t_hi = widen(held.end, held.precision) if held.end else (FOREVER, FOREVER)
    return f_lo, f_hi, t_lo, t_hi


def widen(day: date, precision: str) -> tuple[date, date]:
    """All days that a written date may mean."""
    if precision == "day":
        return day, day
    if precision == "month":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return date(day.year, 1, 1), date(day.year, 12, 31)


class CarefulPerson:
    """Reads the roster of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._words: dict[str, set[tuple[str, date, date]]] = defaultdict(set)
        for organ in world.organs:
            for name in organ.names:
                for way in ways(organ, name):
                    self._words[way].add((organ.unit, name.start or BEGINNING, name.end or FOREVER))

    def unit_of(self, text: str, lo: date, hi: date) -> str | None:
        """The one organ that the words mean on those days."""
        all_of = self._words.get(text, set())
        then = {unit for unit, start, end in all_of if start <= hi and lo <= end}
        units = then or {self._after_merger(unit, lo) for unit, _, _ in all_of}
        return next(iter(units)) if len(units) == 1 else None

    def _after_merger(self, unit: str, day: date) -> str:
        for organ in self._world.organs_of.get(unit, ()):
            if organ.lives[1] < day:
                for edge in organ.succession:
                    if edge["kind"] == "merged_into":
                        return edge["organ"]
        return unit

    def decide(self, facts: Facts) -> str | None:
        """The cadre that the record settles on, or None where a person has to look further."""
        if not facts.plain or not facts.name_whole:
            return None
        named = [*self._world.by_plain.get(facts.plain.replace("·", ""), ())]
        if facts.number and facts.number_valid:
            owner = self._world.by_number.get(facts.number)
            if owner is None:
                return None
            if owner not in named or ((facts.organ or facts.posts) and self._held(owner, facts) == "no"):
                return None
            return owner.cadre_id
        if not (facts.organ and facts.posts and (facts.at or facts.wording != "时任")):
            return None
        fits = {person.cadre_id: how for person in named if (how := self._held(person, facts)) != "no"}
        if len(fits) != 1 or next(iter(fits.values())) != "yes":
            return None
        only = next(iter(fits))
        return only if self._number_bears(self._world.people[only], facts) else None

    @staticmethod
    def _number_bears(person: Person, facts: Facts) -> bool:
        """Whether a number that fails its check could be this person's with one slip."""
        if not facts.number:
            return True
        if person.number is None:
            return False
        wrong = [at for at in range(18) if facts.number[at] != person.number[at]]
        return len(wrong) == 1 or (len(wrong) == 2 and wrong[1] == wrong[0] + 1)

    def _held(self, person: Person, facts: Facts) -> str:
        at = (facts.published, facts.published) if facts.wording == "现任" else facts.at
        unit = None
        if facts.organ:
            unit = self.unit_of(facts.organ, *(at or (BEGINNING, FOREVER)))
            if unit is None:
                return "no"
        worst = "yes"
        for post, kind in facts.posts or ((None, None),):
            how = self._post_held(person, unit, post, kind, at, facts)
            worst = min(worst, how, key=("no", "perhaps", "yes").index)
        return worst

    def _post_held(
        self,
        person: Person,
        unit: str | None,
        post: str | None,
        kind: str | None,
        at: tuple[date, date] | None,
        facts: Facts,
    ) -> str:
        best = "no"
        stretch: list[tuple[date, date, date, date]] = []
        for held in person.held:
            if (unit is not None and held.organ.unit != unit) or not self._same_post(held, post, kind):
                continue
            days = written(held)
            how = self._then(days, at, facts)
            if how != "no":
                stretch.append(days)
            best = max(best, how, key=("no", "perhaps", "yes").index)
        if best == "perhaps" and at and len(stretch) > 1 and facts.wording != "原":
            stretch.sort()
            joined = all(
                b[0] <= date.fromordinal(min(a[3].toordinal() + 1, FOREVER.toordinal())) for a, b in pairwise(stretch)
            )
            if joined and stretch[0][1] <= at[0] and at[1] <= max(days[2] for days in stretch):
                return "yes"
        return best

    @staticmethod
    def _same_post(held: Held, post: str | None, kind: str | None) -> bool:
        if post is None:
            return True
        if kind == "主持":
            return held.kind == "主持" and (held.post == post or "副" + held.post == post)
        if post not in held.post.split("、"):
            return False
        if kind is None:
            return not (held.kind == "主持" and not held.post.startswith("副"))
        return held.kind == kind

    @staticmethod
    def _then(days: tuple[date, date, date, date], at: tuple[date, date] | None, facts: Facts) -> str:
        f_lo, f_hi, t_lo, t_hi = days
        if facts.wording == "原":
            return "yes" if t_hi < facts.published else "perhaps" if t_lo < facts.published else "no"
        if at is None:
            return "perhaps"
        if f_hi <= at[0] and at[1] <= t_lo:
            return "yes"
        return "perhaps" if at[0] <= t_hi and f_lo <= at[1] else "no"
