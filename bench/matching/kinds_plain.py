"""Kinds of subjects that a careful person can mostly decide from the record."""

from __future__ import annotations

from datetime import date, timedelta

from bench.matching.careful import Facts, ways, written
from bench.matching.pieces import Pieces, Subject
from bench.matching.pools import JAPANESE, TRADITIONAL
from bench.matching.world import END


class PlainKinds(Pieces):
    """One method a kind; None: try again."""

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
