"""An invented roster, built seat by seat: posts stand empty, overlap for some days, are looked after by others."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bench.matching.habits import Habits
from bench.matching.pools import DOTTED, GIVEN, SURNAMES, place_words

START, END = date(2000, 6, 1), date(2026, 3, 1)
REFORM = date(2019, 3, 20)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
KINDS: tuple[tuple[tuple[str, str, date | None], ...], ...] = (
    (("财政局", "财政局", None),),
    (("民政局", "民政局", None),),
    (("审计局", "审计局", None),),
    (("司法局", "司法局", None),),
    (("水利局", "水利局", None), ("水务局", "水务局", date(2016, 8, 1))),
    (("环境保护局", "环保局", None), ("生态环境局", "生态局", REFORM)),
    (("安全生产监督管理局", "安监局", None), ("应急管理局", "应急局", REFORM)),
    (("建设局", "建设局", None), ("住房和城乡建设局", "住建局", date(2010, 3, 5))),
    (("招商局", "招商局", None), ("商务局", "商务局", date(2012, 6, 21))),
    (("扶贫开发局", "扶贫局", None), ("乡村振兴局", "振兴局", date(2021, 5, 25))),
)
MERGED = (("国土资源局", "国土局"), ("城乡规划局", "规划局"), ("自然资源和规划局", "资规局"))
REUSED = ("招商局", "招商局", date(2018, 4, 19))


@dataclass(slots=True)
class Named:
    """A name of an organ: text, kind, first and last day (None: open)."""

    text: str
    kind: str
    start: date | None
    end: date | None


@dataclass(slots=True)
class Organ:
    """An organ of the invented world. ``seat_kind`` carries seats; ``unit``: organs that are one by renaming share it."""

    organ_id: str
    place: tuple[str, ...]
    names: list[Named]
    lives: tuple[date, date]
    head: str
    unit: str
    succession: list[dict[str, str]] = field(default_factory=list)
    core: str = ""


@dataclass(slots=True)
class Held:
    """A tenure as it really was; ``precision`` says how the roster writes it."""

    person: str
    organ: Organ
    post: str
    kind: str
    start: date
    end: date | None
    precision: str
    left: str | None = None


@dataclass(slots=True)
class Person:
    """A cadre of the invented world. ``plain``: the name without blanks or dots; ``written``: as the roster has it."""

    cadre_id: str
    plain: str
    written: str
    former: list[str]
    aliases: list[str]
    number: str | None
    born: date
    held: list[Held] = field(default_factory=list)


def number_of(rng: random.Random, born: date) -> str:
    """A well-formed number from a range that was never issued."""
    first = f"{rng.choice((11, 23, 35, 44, 52, 61))}{rng.randint(71, 89)}{rng.randint(1, 99):02d}{born:%Y%m%d}{rng.randint(1, 999):03d}"
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, _WEIGHTS, strict=True)) % 11]


class World:
    """Everything: organs, people, tenures, and indexes that the makers of subjects and the careful person use."""

    def __init__(self, habits: Habits, cadres: int) -> None:
        self.habits = habits
        self.rng = random.Random(habits.seed)
        self.organs: list[Organ] = []
        self.organs_of: dict[str, list[Organ]] = defaultdict(list)
        self.people: dict[str, Person] = {}
        self.by_plain: dict[str, list[Person]] = defaultdict(list)
        self.by_number: dict[str, Person] = {}
        self.at_post: dict[tuple[str, str], list[Held]] = defaultdict(list)
        self._given = [GIVEN[i] for i in range(len(GIVEN))]
        self._given_weights = [1 / (i + 6) for i in range(len(GIVEN))]
        self._surname_weights = [1 / (i + 4) for i in range(len(SURNAMES))]
        self._build(cadres)

    def _build(self, cadres: int) -> None:
        words = iter(place_words(self.habits.place_skip))
        while len(self.people) < cadres:
            try:
                stem = next(words)
            except StopIteration:
                break
            self._prefecture(stem, words, cadres)

    def _prefecture(self, stem: str, words: Any, cadres: int) -> None:
        province = self.rng.choice(("云岭省", "江右省", "河朔省"))
        name = stem + ("彝族自治州" if self.habits.autonomous and self.rng.random() < 0.3 else "市")
        self._place((province, name))
        counties = [self.rng.choice("新老东西南北河江山") + self.rng.choice("城江湖山关港") + "区"]
        counties += [word + self.rng.choice("县县市") for word, _ in zip(words, range(3), strict=False)]
        for county in counties:
            if len(self.people) >= cadres:
                return
            self._place((province, name, county))

    def _place(self, place: tuple[str, ...]) -> None:
        organs = self._organs(place)
        self.organs += organs
        for organ in organs:
            self.organs_of[organ.unit].append(organ)
        self._fill(place, organs)

    # ---- organs
    def full(self, place: tuple[str, ...], core: str) -> str:
        """An organ's full name as the roster writes it."""
        in_front = place[1:] if self.habits.prefecture_in_county_names or len(place) < 3 else place[2:]
        return "".join(in_front) + core

    def short(self, place: tuple[str, ...], core: str) -> str:
        """The short form: 陇西县环保局; an autonomous prefecture is clipped."""
        return place[-1].replace("彝族自治", "") + core

    def _organ(
        self, place: tuple[str, ...], names: list[tuple[str, str, date | None, date | None]], unit: str | None = None
    ) -> Organ:
        organ_id = f"{self.habits.name[0].upper()}O{len(self.organs) + self._made:06d}"
        self._made += 1
        written: list[Named] = []
        for at, (core, short, start, end) in enumerate(names):
            written.append(Named(self.full(place, core), "全称" if at == len(names) - 1 else "旧称", start, end))
            if self.rng.random() < self.habits.short_names:
                written.append(Named(self.short(place, short), "简称", start, end))
        lives = (names[0][2] or START, names[-1][3] or END)
        return Organ(organ_id, place, written, lives, "局长", unit or organ_id, core=names[-1][0])

    def _organs(self, place: tuple[str, ...]) -> list[Organ]:
        self._made = 0
        made: list[Organ] = []
        for kind in KINDS:
            ends = [nxt[2] for nxt in kind[1:]] + [None]
            names = [
                (core, short, start, end - timedelta(1) if end else None)
                for (core, short, start), end in zip(kind, ends, strict=True)
            ]
            if len(names) == 2 and (self.habits.rename_as_new_organ or kind[0][0] == "扶贫开发局"):
                old = self._organ(place, names[:1])
                new = self._organ(place, names[1:], old.unit)
                on = str(names[1][2])
                old.succession.append({"kind": "renamed_to", "organ": new.organ_id, "on": on})
                new.succession.append({"kind": "renamed_from", "organ": old.organ_id, "on": on})
                made += [old, new]
            else:
                made.append(self._organ(place, names))
        made.append(self._organ(place, [(REUSED[0], REUSED[1], REUSED[2], None)]))
        last = REFORM - timedelta(1)
        olds = [self._organ(place, [(core, short, None, last)]) for core, short in MERGED[:2]]
        new = self._organ(place, [(MERGED[2][0], MERGED[2][1], REFORM, None)])
        for old in olds:
            old.succession.append({"kind": "merged_into", "organ": new.organ_id, "on": str(REFORM)})
            new.succession.append({"kind": "merged_from", "organ": old.organ_id, "on": str(REFORM)})
        made += [*olds, new]
        government = self._organ(place, [("人民政府", "政府", None, None)])
        government.head = {"县": "县长", "区": "区长", "州": "州长"}.get(place[-1][-1], "市长")
        return [*made, government]

    # ---- people
    def new_name(self) -> str:
        """A name drawn by frequency; some with a dot."""
        if self.rng.random() < 0.02:
            return "·".join(self.rng.sample(DOTTED, 2))
        given = self.rng.choices(self._given, self._given_weights, k=1 if self.rng.random() < 0.14 else 2)
        return self.rng.choices(SURNAMES, self._surname_weights)[0] + "".join(given)

    def _person(self, start: date, near: list[Person]) -> Person:
        plain = self.new_name()
        if near and self.rng.random() < 0.01:
            plain = self.rng.choice(near).plain
        born = start - timedelta(days=self.rng.randint(24 * 365, 42 * 365))
        number = number_of(self.rng, born) if self.rng.random() < 0.99 else None
        while number in self.by_number:
            number = number_of(self.rng, born)
        written = plain
        if len(plain) == 2 and self.rng.random() < self.habits.blank_in_short_names:
            written = plain[0] + "　" + plain[1]
        written = written.replace("·", self.rng.choice("·•・．‧"))
        former = (
            [plain[0] + self.rng.choice(GIVEN) + self.rng.choice(GIVEN)]
            if "·" not in plain and self.rng.random() < 0.04
            else []
        )
        aliases = [plain.replace("·", "")] if "·" in plain else []
        person = Person(
            f"{self.habits.name[0].upper()}C{len(self.people):07d}", plain, written, former, aliases, number, born
        )
        self.people[person.cadre_id] = person
        for name in sorted({name.replace("·", "") for name in (plain, *former, *aliases)}):
            self.by_plain[name].append(person)
        if number:
            self.by_number[number] = person
        return person

    def _precision(self) -> str:
        return self.rng.choices(("day", "month", "year"), self.habits.precision)[0]

    def _fill(self, place: tuple[str, ...], organs: list[Organ]) -> None:
        segments: list[tuple[date, date | None, Organ, str]] = []
        for organ in organs:
            for post, seats in ((organ.head, 1), *self.habits.seats):
                if organ.head != "局长":
                    post = post.replace("副局长", "副" + organ.head)
                for _ in range(seats):
                    segments += self._seat(organ, post)
        segments.sort(key=lambda one: one[0])
        free: list[tuple[date, int, Person]] = []
        here: list[Person] = []
        for start, end, organ, post in segments:
            person = None
            if free and free[0][0] < start and self.rng.random() < 0.75:
                person = heapq.heappop(free)[2]
            if person is None or (start - person.born).days > 58 * 365:
                person = self._person(start, here)
                here.append(person)
            self._hold(person, organ, post, start, end)
            if end and end < END:
                heapq.heappush(free, (end, self.rng.randint(0, 1 << 30), person))

    def _seat(self, organ: Organ, post: str) -> list[tuple[date, date | None, Organ, str]]:
        found: list[tuple[date, date | None, Organ, str]] = []
        at = organ.lives[0] + timedelta(days=self.rng.randint(0, 200) if organ.lives[0] == START else 0)
        last = organ.lives[1]
        while at < last:
            end: date | None = at + timedelta(days=int(self.rng.gauss(1500, 600)) + 200)
            assert end is not None
            if end <= at + timedelta(60):
                end = at + timedelta(200)
            if end >= last:
                end = None if last == END else last
            found.append((at, end, organ, post))
            if end is None:
                break
            at = end + timedelta(days=self.rng.choice((1, 1, 1, 20, 60, 120, -8)))
        return found

    def _hold(self, person: Person, organ: Organ, post: str, start: date, end: date | None) -> None:
        precision = self._precision()
        kind = "正式"
        acting_until: date | None = None
        if (
            post == organ.head
            and post != "局长"
            and self.rng.random() < 0.5
            and (end is None or (end - start).days > 300)
        ):
            acting_until = start + timedelta(days=self.rng.randint(40, 200))
            self._add(Held(person.cadre_id, organ, post, "代理", start, acting_until, "day", "election"))
            start, precision = acting_until + timedelta(1), "day"
        if post.startswith("副") and self.rng.random() < 0.03:
            kind = "挂职"
        if post == "局长" and self.habits.joint_posts and self.rng.random() < 0.6:
            self._add(
                Held(person.cadre_id, organ, "党组书记、局长", kind, start, end, precision, "transfer" if end else None)
            )
            return
        self._add(Held(person.cadre_id, organ, post, kind, start, end, precision, "transfer" if end else None))
        if post == "局长" and self.rng.random() < 0.6:
            self._add(
                Held(person.cadre_id, organ, "党组书记", "兼任", start, end, precision, "transfer" if end else None)
            )
        if post == "副局长" and self.rng.random() < 0.06 and end and (end - start).days > 400:
            begin = start + timedelta(days=self.rng.randint(30, 200))
            named = "局长" if self.habits.in_charge_as_head else "副局长"
            until = begin + timedelta(days=self.rng.randint(30, 120))
            self._add(Held(person.cadre_id, organ, named, "主持", begin, until, "day", "appointment_of_head"))

    def _add(self, held: Held) -> None:
        self.people[held.person].held.append(held)
        self.at_post[(held.organ.organ_id, held.post)].append(held)
