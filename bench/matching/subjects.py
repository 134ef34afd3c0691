"""Subjects of findings, easy and hard, of every kind; each with its truth and whom the careful person settles on."""

from __future__ import annotations

from collections.abc import Callable

from bench.matching.careful import CarefulPerson
from bench.matching.kinds_hard import HardKinds
from bench.matching.kinds_plain import PlainKinds
from bench.matching.pieces import Subject
from bench.matching.world import World

__all__ = ["Maker", "Subject"]


class Maker(PlainKinds, HardKinds):
    """Makes subjects of one world, the kinds in turn."""

    def __init__(self, world: World, careful: CarefulPerson) -> None:
        super().__init__(world, careful)
        names = (name for name in sorted(dir(self)) if name.startswith("_k_"))
        self.kinds: dict[str, Callable[[], Subject | None]] = {
            name.removeprefix("_k_").replace("_", " "): getattr(self, name) for name in names
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
