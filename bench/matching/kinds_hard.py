"""Kinds of subjects that need a person, or mean nobody of the roster."""

from __future__ import annotations

from datetime import timedelta

from bench.matching.careful import ways, widen, written
from bench.matching.pieces import COMPANY, Pieces, Subject
from bench.matching.pools import GIVEN, HOMOPHONES
from bench.matching.world import END, Held, Person, number_of


class HardKinds(Pieces):
    """One method a kind; None: try again."""

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
