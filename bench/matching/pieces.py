"""Subjects of findings and the pieces they are made from: a tenure, a date within it, words for the organ, a post."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench.matching.careful import CarefulPerson, Facts, ways, widen, written
from bench.matching.world import END, Held, Organ, Person, World

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


class Pieces:
    """What all kinds of subjects are made from; deterministic by the world's seed."""

    def __init__(self, world: World, careful: CarefulPerson) -> None:
        self.world = world
        self.careful = careful
        self.rng = random.Random(world.habits.seed + 1)
        self.people = list(world.people.values())
        self._twins = [group for group in world.by_plain.values() if len(group) > 1]

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

    def _unit(self, organ: Organ) -> list[Organ]:
        at = self.world.organs.index(organ) if len(self.world.organs) < 300 else self._position(organ)
        return [one for one in self.world.organs[max(0, at - 3) : at + 4] if one.unit == organ.unit]

    def _position(self, organ: Organ) -> int:
        if not hasattr(self, "_positions"):
            self._positions = {one.organ_id: at for at, one in enumerate(self.world.organs)}
        return self._positions[organ.organ_id]

    def _places(self) -> list[tuple[str, ...]]:
        if not hasattr(self, "_all_places"):
            self._all_places = sorted({organ.place for organ in self.world.organs})
        return self._all_places
