"""Subjects of findings, easy and hard, of every kind; each with its truth and the facts as their maker knows them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench.matching.careful import CarefulPerson, Facts, ways, widen, written
from bench.matching.pools import GIVEN, HOMOPHONES, JAPANESE, TRADITIONAL
from bench.matching.world import END, Held, Organ, Person, World, number_of

COMPANY = ("宏远建筑工程有限公司", "华盛矿业有限责任公司", "金桥物业服务有限公司")


@dataclass(slots=True)
class Subject:
    """One subject line with truth and kind; ``decided``: whom the careful person settles on."""

    id: str
    time: date
    wire: dict[str, Any]
    truth: str | None
    kind: str
    facts: Facts
    decided: str | None = None


class Maker:
    """Makes subjects of one world; deterministic by its seed."""

    def __init__(self, world: World, careful: CarefulPerson) -> None:
        self.world = world
        self.careful = careful
        self.rng = random.Random(world.habits.seed + 1)
        self.people = list(world.people.values())
        self._twins = [group for group in world.by_plain.values() if len(group) > 1]
        self.kinds: dict[str, Callable[[], Subject | None]] = {
            name.removeprefix("_k_").replace("_", " "): getattr(self, name)
            for name in sorted(dir(self))
            if name.startswith("_k_")
        }

    def make(self, count: int) -> list[Subject]:
        """``count`` subjects, the kinds in turn."""
        made: list[Subject] = []
        names = list(self.kinds)
        turn = 0
        while len(made) < count:
            kind = names[turn % len(names)]
            turn += 1
            subject = self.kinds[kind]()
            if subject is None:
                continue
            subject.kind, subject.id = kind, f"{self.world.habits.name}-{len(made):06d}"
            subject.decided = self.careful.decide(subject.facts)
            made.append(subject)
        return made

    # ---- pieces
    def _held(self, wanted: Callable[[Held], bool] = lambda held: True) -> tuple[Person, Held]:
        for _ in range(20000):
            person = self.rng.choice(self.people)
            held = self.rng.choice(person.held)
            if wanted(held):
                return person, held
        raise LookupError("no such tenure in this world")

    def _within(self, held: Held) -> tuple[str | dict[str, str], tuple[date, date]] | None:
        """A date of conduct that lies inside the tenure by what the record says."""
        _, start, end, _ = written(held)
        end = min(end, END)
        for _ in range(8):
            if (end - start).days < 1:
                return None
            day = start + timedelta(days=self.rng.randint(0, (end - start).days))
            how = self.rng.choices(("day", "month", "year", "period"), self.world.habits.at_precision)[0]
            if how == "period":
                last = min(end, day + timedelta(days=self.rng.randint(5, 400)))
                return {"from": str(day), "to": str(last)}, (day, last)
            span = widen(day, how)
            if start <= span[0] and span[1] <= end:
                return str(day)[: {"day": 10, "month": 7, "year": 4}[how]], span
        return None

    def _organ_words(self, organ: Organ, day: date, *, short: bool | None = None) -> str | None:
        names = [n for n in organ.names if (n.start or date.min) <= day <= (n.end or date.max)]
        if short is not None:
            names = [n for n in names if (n.kind == "简称") == short]
        if not names:
            return None
        return self.rng.choice(list(ways(organ, self.rng.choice(names))))

    def _said_post(self, held: Held) -> tuple[str, tuple[tuple[str, str | None], ...]]:
        if "、" in held.post:
            if self.rng.random() < 0.5:
                one = self.rng.choice(held.post.split("、"))
                return one, ((one, None),)
            return held.post, tuple((part, None) for part in held.post.split("、"))
        if held.kind == "代理":
            return (
                ("代" + held.post, ((held.post, "代理"),))
                if self.rng.random() < 0.7
                else (held.post, ((held.post, None),))
            )
        if held.kind == "主持":
            post = held.post if held.post.startswith("副") else "副" + held.post
            return f"{post}（主持工作）", ((post, "主持"),)
        if held.kind == "挂职" and self.rng.random() < 0.7:
            return f"{held.post}（挂职）", ((held.post, "挂职"),)
        return held.post, ((held.post, None),)

    def _report(self, after: date) -> date:
        return min(END, after + timedelta(days=self.rng.randint(20, 900)))

    def _full(
        self, person: Person, held: Held, *, short: bool | None = None, name: str | None = None
    ) -> Subject | None:
        """Name, organ, post and date, all true."""
        at = self._within(held)
        if at is None:
            return None
        words = self._organ_words(held.organ, at[1][0], short=short)
        if words is None:
            return None
        post, parts = self._said_post(held)
        published = self._report(at[1][1])
        said = name or person.plain
        wire = {"kind": "cadre", "name": said, "organ": words, "post": post, "at": at[0]}
        facts = Facts(plain=person.plain, organ=words, posts=parts, at=at[1], published=published)
        return Subject("", published, wire, person.cadre_id, "", facts)

    def _with_number(self, subject: Subject, number: str | None, *, valid: bool = True) -> Subject | None:
        if number is None:
            return None
        subject.wire["citizen_id"] = number
        subject.facts.number, subject.facts.number_valid = number, valid
        return subject

    def _drop(self, subject: Subject, *fields: str) -> Subject:
        for field in fields:
            subject.wire.pop(field, None)
        if "organ" in fields:
            subject.facts.organ = None
        if "post" in fields:
            subject.facts.posts = ()
        if "name" in fields:
            subject.facts.plain = None
        if "at" in fields:
            subject.facts.at = None
        return subject

    # ---- kinds that a careful person can mostly decide
    def _k_name_organ_post_date(self) -> Subject | None:
        return self._full(*self._held())

    def _k_number_and_name(self) -> Subject | None:
        person, held = self._held()
        subject = self._full(person, held)
        if subject and self.rng.random() < 0.4:
            self._drop(subject, "organ", "post")
        return subject and self._with_number(subject, person.number)

    def _k_short_name_of_organ(self) -> Subject | None:
        return self._full(*self._held(), short=True)

    def _k_traditional_characters(self) -> Subject | None:
        person, held = self._held()
        said = "".join(TRADITIONAL.get(c, c) if self.rng.random() < 0.8 else c for c in person.plain)
        if self.rng.random() < 0.2:
            said = "".join(JAPANESE.get(c, c) for c in said)
        if said == person.plain:
            said = " ".join(said)
        return self._full(person, held, name=said)

    def _k_blanks_and_dots(self) -> Subject | None:
        person, held = self._held()
        said = person.plain.replace("·", self.rng.choice(["", "•", "・", "．", "‧", "."]))
        if "·" not in person.plain:
            said = self.rng.choice(["　", " ", "\u200b"]).join(said)
        return self._full(person, held, name=said)

    def _k_former_name_of_person(self) -> Subject | None:
        person, held = self._held(lambda held: bool(self.world.people[held.person].former))
        subject = self._full(person, held, name=person.former[0])
        if subject:
            subject.facts.plain = person.former[0]
            if self.rng.random() < 0.4:
                return self._with_number(subject, person.number)
        return subject

    def _k_former_holder(self) -> Subject | None:
        person, held = self._held(lambda held: held.end is not None and held.end < date(2024, 1, 1))
        subject = self._full(person, held)
        if subject:
            published = self._report(written(held)[3])
            subject.time = subject.facts.published = published
            subject.wire["wording"], subject.facts.wording = "原", "原"
            if self.rng.random() < 0.4:
                day = min(published, written(held)[3] + timedelta(days=self.rng.randint(1, 300)))
                subject.wire["at"], subject.facts.at = str(day), (day, day)
        return subject

    def _k_present_holder(self) -> Subject | None:
        person, held = self._held(lambda held: (held.end is None or held.end.year > 2015) and held.kind != "主持")
        _, start, end, _ = written(held)
        end = min(end, END)
        if (end - start).days < 20:
            return None
        published = start + timedelta(days=self.rng.randint(1, (end - start).days - 1))
        words = self._organ_words(held.organ, published)
        if words is None:
            return None
        conduct = published - timedelta(days=self.rng.randint(100, 3000))
        post, parts = self._said_post(held)
        wire = {
            "kind": "cadre",
            "name": person.plain,
            "organ": words,
            "post": post,
            "at": str(conduct),
            "wording": "现任",
        }
        facts = Facts(
            person.plain, organ=words, posts=parts, at=(conduct, conduct), wording="现任", published=published
        )
        return Subject("", published, wire, person.cadre_id, "", facts)

    def _k_kind_of_tenure_said(self) -> Subject | None:
        return self._full(*self._held(lambda held: held.kind in ("代理", "主持", "挂职")))

    def _k_two_posts_of_one(self) -> Subject | None:
        person, held = self._held(lambda held: held.post in ("局长", "党组书记、局长"))
        subject = self._full(person, held)
        if subject:
            subject.wire["post"] = self.rng.choice(["党组书记、局长", "局长、党组书记", "党组书记兼局长"])
            subject.facts.posts = (("党组书记", None), ("局长", None))
        return subject

    def _k_organ_name_of_another_time(self) -> Subject | None:
        person, held = self._held(
            lambda held: len({n.start for n in held.organ.names}) > 1 or held.organ.unit != held.organ.organ_id
        )
        subject = self._full(person, held)
        if subject:
            same = [organ for organ in (held.organ, *self._unit(held.organ)) if organ.unit == held.organ.unit]
            organ = self.rng.choice(same)
            words = self.rng.choice(list(ways(organ, self.rng.choice(organ.names))))
            subject.wire["organ"] = subject.facts.organ = words
        return subject

    def _unit(self, organ: Organ) -> list[Organ]:
        at = self.world.organs.index(organ) if len(self.world.organs) < 300 else self._position(organ)
        return [one for one in self.world.organs[max(0, at - 3) : at + 4] if one.unit == organ.unit]

    def _position(self, organ: Organ) -> int:
        if not hasattr(self, "_positions"):
            self._positions = {one.organ_id: at for at, one in enumerate(self.world.organs)}
        return self._positions[organ.organ_id]

    def _k_mistyped_number(self) -> Subject | None:
        person, held = self._held()
        subject = self._full(person, held)
        if subject is None or person.number is None:
            return None
        at = self.rng.randint(0, 16)
        wrong = (
            person.number[:at]
            + self.rng.choice([d for d in "0123456789" if d != person.number[at]])
            + person.number[at + 1 :]
        )
        if self.rng.random() < 0.2 and person.number[at] != person.number[at + 1] and at < 16:
            wrong = person.number[:at] + person.number[at + 1] + person.number[at] + person.number[at + 2 :]
        return self._with_number(subject, wrong, valid=False)

    # ---- kinds that need a person, or nobody of the roster
    def _k_number_and_name_disagree(self) -> Subject | None:
        person, held = self._held()
        other = self.rng.choice(self.people)
        subject = self._full(person, held)
        if subject is None or other.plain == person.plain:
            return None
        if self.rng.random() < 0.4:
            self._drop(subject, "organ", "post")
        return self._with_number(subject, other.number)

    def _twin(self) -> tuple[Person, Person]:
        one, other = self.rng.sample(self.rng.choice(self._twins), 2)
        return one, other

    def _k_number_of_a_namesake(self) -> Subject | None:
        person, other = self._twin()
        if person.plain != other.plain or other.number is None:
            return None
        subject = self._full(person, self.rng.choice(person.held))
        return subject and self._with_number(subject, other.number)

    def _k_number_unknown_to_the_roster(self) -> Subject | None:
        person, held = self._held()
        subject = self._full(person, held)
        if subject:
            subject.truth = None
            return self._with_number(subject, number_of(self.rng, person.born))
        return None

    def _k_namesakes_in_one_organ(self) -> Subject | None:
        for _ in range(4000):
            person, other = self._twin()
            units = {held.organ.unit for held in other.held}
            shared = [held for held in person.held if held.organ.unit in units]
            if shared and person.plain == other.plain:
                subject = self._full(person, self.rng.choice(shared))
                if subject and self.rng.random() < 0.5:
                    self._drop(subject, "post")
                return subject
        return None

    def _k_outsider_in_another_organ(self) -> Subject | None:
        person, _ = self._held()
        _, held = self._held()
        subject = self._full(person, held)
        if subject is None or any(one.organ.unit == held.organ.unit for one in person.held):
            return None
        subject.truth = None
        return subject

    def _k_outsider_where_a_namesake_was(self) -> Subject | None:
        """The namesake held this very post, but years before or after."""
        person, held = self._held(lambda held: held.kind == "正式")
        subject = self._full(person, held)
        if subject is None:
            return None
        lo, _, _, hi = written(held)
        day = self.rng.choice(
            [lo - timedelta(days=self.rng.randint(40, 900)), min(hi, END) + timedelta(days=self.rng.randint(40, 900))]
        )
        subject.wire["at"], subject.facts.at = str(day), (day, day)
        subject.time = subject.facts.published = max(subject.time, day + timedelta(30))
        subject.truth = None
        return subject if self.careful.decide(subject.facts) is None else None

    def _k_outsider_of_a_company(self) -> Subject | None:
        person, held = self._held()
        subject = self._full(person, held)
        if subject:
            subject.wire["organ"] = subject.facts.organ = held.organ.place[-1] + self.rng.choice(COMPANY)
            subject.wire["post"], subject.facts.posts, subject.truth = "总经理", (("总经理", None),), None
            if self.rng.random() < 0.3:
                return self._with_number(subject, person.number)
        return subject

    def _k_organ_one_character_away(self) -> Subject | None:
        person, held = self._held()
        subject = self._full(person, held, short=False)
        if subject is None:
            return None
        stem = held.organ.place[-1][:2]
        twins = [
            one
            for one in self._places()
            if one[-1][0] == stem[0] and one[-1][1] != stem[1] and one[-1][2:] == held.organ.place[-1][2:]
        ]
        if not twins:
            return None
        words = "".join(self.rng.choice(twins)[1:]) + held.organ.core
        subject.wire["organ"] = subject.facts.organ = words
        subject.truth = None
        return subject if self.careful.decide(subject.facts) is None else None

    def _places(self) -> list[tuple[str, ...]]:
        if not hasattr(self, "_all_places"):
            self._all_places = sorted({organ.place for organ in self.world.organs})
        return self._all_places

    def _k_homophone(self) -> Subject | None:
        person, held = self._held()
        for group in self.rng.sample(HOMOPHONES, len(HOMOPHONES)):
            for at, letter in enumerate(person.plain[1:], 1):
                if letter in group and len(group) > 1:
                    other = self.rng.choice([one for one in group if one != letter])
                    return self._misspelt(person, held, person.plain[:at] + other + person.plain[at + 1 :])
        return None

    def _misspelt(self, person: Person, held: Held, said: str) -> Subject | None:
        if any(one.organ.unit == held.organ.unit for other in self.world.by_plain.get(said, ()) for one in other.held):
            return None
        subject = self._full(person, held, name=said)
        if subject:
            subject.facts.plain, subject.facts.name_whole = said, False
        return subject

    def _k_one_character_wrong(self) -> Subject | None:
        person, held = self._held()
        if len(person.plain) < 3:
            return None
        at = self.rng.randint(1, len(person.plain) - 1)
        return (
            self._misspelt(person, held, person.plain[:at] + self.rng.choice(GIVEN) + person.plain[at + 1 :])
            if person.plain[at] != "·"
            else None
        )

    def _k_anonymised(self) -> Subject | None:
        person, held = self._held()
        if "·" in person.plain:
            return None
        mask = self.rng.choice(["某", "某某", "X", "××", "*", "某" + person.plain[-1]])
        subject = self._full(person, held, name=person.plain[0] + mask)
        if subject:
            subject.facts.name_whole = False
        return subject

    def _k_name_alone(self) -> Subject | None:
        subject = self._full(*self._held())
        return subject and self._drop(subject, "organ", "post")

    def _k_no_post(self) -> Subject | None:
        subject = self._full(*self._held())
        return subject and self._drop(subject, "post")

    def _k_no_organ(self) -> Subject | None:
        subject = self._full(*self._held())
        return subject and self._drop(subject, "organ")

    def _k_no_date(self) -> Subject | None:
        subject = self._full(*self._held())
        return subject and self._drop(subject, "at")

    def _k_post_without_a_name(self) -> Subject | None:
        subject = self._full(
            *self._held(lambda held: held.post in ("局长", "纪检组组长", "办公室主任", "县长", "市长"))
        )
        return subject and self._drop(subject, "name")

    def _k_lying_date(self) -> Subject | None:
        person, held = self._held()
        subject = self._full(person, held)
        if subject is None:
            return None
        lo, _, _, hi = written(held)
        day = self.rng.choice(
            [lo - timedelta(days=self.rng.randint(1, 400)), min(hi, END) + timedelta(days=self.rng.randint(1, 400))]
        )
        subject.wire["at"], subject.facts.at = str(day), (day, day)
        subject.time = subject.facts.published = max(subject.time, day + timedelta(10))
        if self.rng.random() < 0.3:
            self._with_number(subject, person.number)
        return subject

    def _k_handover(self) -> Subject | None:
        """A month or a year that two holders share, or a day beside the change."""
        person, held = self._held(lambda held: held.end is not None and held.kind == "正式")
        subject = self._full(person, held)
        if subject is None or held.end is None:
            return None
        day = held.end + timedelta(days=self.rng.randint(-40, 10))
        how = self.rng.choice(["day", "month", "year"])
        subject.wire["at"], subject.facts.at = str(day)[: {"day": 10, "month": 7, "year": 4}[how]], widen(day, how)
        subject.time = subject.facts.published = max(subject.time, widen(day, how)[1] + timedelta(10))
        return subject

    def _k_successor_for_the_predecessor(self) -> Subject | None:
        """The conduct of a predecessor, told of the successor: the name is the one, the day the other's."""
        person, held = self._held(lambda held: held.end is not None and held.kind == "正式" and held.post == "局长")
        later = [one for one in self.world.at_post[held.organ.organ_id, held.post] if held.end and one.start > held.end]
        subject = self._full(person, held)
        if subject is None or not later:
            return None
        other = self.world.people[min(later, key=lambda one: one.start).person]
        if other is person:
            return None
        subject.wire["name"] = subject.facts.plain = other.plain
        return (
            subject
            if self.careful.decide(subject.facts) in (None, other.cadre_id) and self._not_then(other, subject)
            else None
        )

    def _not_then(self, other: Person, subject: Subject) -> bool:
        if self.careful.decide(subject.facts) is not None:
            subject.truth = other.cadre_id
        return True

    def _k_wrong_post(self) -> Subject | None:
        person, held = self._held(lambda held: held.kind == "正式")
        subject = self._full(person, held)
        wrong = self.rng.choice(["副局长", "局长", "科长", "副科长", "办公室主任"])
        if subject is None or wrong in held.post:
            return None
        subject.wire["post"], subject.facts.posts = wrong, ((wrong, None),)
        if self.rng.random() < 0.3:
            self._with_number(subject, person.number)
        return subject

    def _k_name_after_the_merger(self) -> Subject | None:
        person, held = self._held(lambda held: any(edge["kind"] == "merged_into" for edge in held.organ.succession))
        subject = self._full(person, held)
        if subject is None:
            return None
        into = self.world.organs[self._position(held.organ) : self._position(held.organ) + 3]
        new = next(one for one in into if one.core == "自然资源和规划局")
        subject.wire["organ"] = subject.facts.organ = self.rng.choice(list(ways(new, new.names[0])))
        return subject

    def _k_old_name_after_the_merger(self) -> Subject | None:
        person, held = self._held(lambda held: any(edge["kind"] == "merged_from" for edge in held.organ.succession))
        subject = self._full(person, held)
        if subject is None:
            return None
        old = self.world.organs[self._position(held.organ) - self.rng.choice((1, 2))]
        subject.wire["organ"] = subject.facts.organ = self.rng.choice(list(ways(old, old.names[0])))
        return subject

    def _k_district_of_which_city(self) -> Subject | None:
        person, held = self._held(lambda held: held.organ.place[-1].endswith("区"))
        subject = self._full(person, held)
        if subject:
            core = held.organ.names[0].text
            for part in held.organ.place:
                core = core.removeprefix(part)
            subject.wire["organ"] = subject.facts.organ = held.organ.place[-1] + core
        return subject
