"""A very large roster for load, p99 and memory alone: drawn line by line, never held in memory. ``python -m bench.matching.large``."""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.matching.pools import GIVEN, SURNAMES, place_words
from bench.matching.world import KINDS, number_of
from hub.adapters.roster_files import PackedRosterWriter

START = date(2000, 6, 1)
POSTS = ("局长", "副局长", "副局长", "副局长", "科长", "科长", "科长", "副科长", "办公室主任", "纪检组组长")
Line = tuple[str, dict[str, Any]]


def organs(counties: int) -> Iterator[dict[str, Any]]:
    """Ten organs a county, two of them renamed on a day."""
    for at, stem in zip(range(counties), place_words(), strict=False):
        city = f"{stem[:2]}市"
        place = f"{city}{stem}县"
        for kind, names in enumerate(KINDS):
            last = names[-1]
            told = (
                [{"name": place + names[0][0], "kind": "旧称", "from": None, "to": str(last[2] - timedelta(1))}]
                if last[2]
                else []
            )
            told.append(
                {"name": place + last[0], "kind": "全称", "from": str(last[2]) if last[2] else None, "to": None}
            )
            yield {
                "organ_id": f"O{at:05d}{kind}",
                "names": told,
                "parent": None,
                "place": "云岭省" + place,
                "succession": [],
            }


class Drawn:
    """Lines of cadres and tenures, and now and then a subject that means one of them."""

    def __init__(self, cadres: int, organs_: list[dict[str, Any]], subjects: int) -> None:
        self._rng = random.Random(7)
        self._cadres, self._organs = cadres, organs_
        self._every = max(1, cadres // subjects)
        self._weights = [1 / (at + 4) for at in range(len(SURNAMES))], [1 / (at + 6) for at in range(len(GIVEN))]
        self.subjects: list[dict[str, Any]] = []

    def lines(self) -> Iterator[Line]:
        """Cadre after cadre, each followed by their tenures."""
        rng = self._rng
        for start in range(0, self._cadres, 10_000):
            count = min(10_000, self._cadres - start)
            surnames = rng.choices(SURNAMES, self._weights[0], k=count)
            given = rng.choices(GIVEN, self._weights[1], k=2 * count)
            for at in range(count):
                plain = surnames[at] + given[2 * at] + (given[2 * at + 1] if rng.random() < 0.86 else "")
                yield from self._one(start + at, plain)

    def _one(self, row: int, plain: str) -> Iterator[Line]:
        rng = self._rng
        born = date(1955, 1, 1) + timedelta(rng.randint(0, 12_000))
        number = number_of(rng, born)
        yield "cadre.recorded", {"cadre_id": f"C{row:08d}", "name": plain, "citizen_id": number, "state": "active"}
        begin = START + timedelta(rng.randint(0, 4000))
        for turn in range(rng.choice((1, 2, 3, 3, 4, 5))):
            organ, post = self._organs[(row * 7 + turn * 3) % len(self._organs)], rng.choice(POSTS)
            end = begin + timedelta(rng.randint(400, 2200))
            data = {
                "cadre": f"C{row:08d}",
                "organ": organ["organ_id"],
                "post": post,
                "from": str(begin),
                "to": str(end),
            }
            yield "tenure.recorded", data
            if turn == 0 and row % self._every == 0:
                self._ask(plain, number if rng.random() < 0.4 else None, organ, post, begin + timedelta(200))
            begin = end + timedelta(rng.randint(1, 90))

    def _ask(self, plain: str, number: str | None, organ: dict[str, Any], post: str, day: date) -> None:
        said = {"kind": "cadre", "name": plain, "organ": organ["names"][0]["name"], "post": post, "at": str(day)}
        if number:
            said["citizen_id"] = number
        self.subjects.append({"time": str(day + timedelta(300)), "subject": said})


def main() -> None:
    """Pack a drawn roster into a folder: ``large FOLDER CADRES``; then measure it with ``speed measure FOLDER``."""
    folder, cadres = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    listed = list(organs(cadres // 250))
    started = time.perf_counter()
    writer = PackedRosterWriter(folder / "packed")
    for one in listed:
        writer.add("organ.recorded", one)
    drawn = Drawn(cadres, listed, 20_000)
    for type_, data in drawn.lines():
        writer.add(type_, data)
    added = time.perf_counter() - started
    writer.finish("drawn")
    with (folder / "subjects.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in drawn.subjects)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    took = time.perf_counter() - started
    told = f"{cadres:,} cadres, {len(listed):,} organs: added in {added:.0f} s, packed after {took:.0f} s"
    print(f"{told}, {peak:.1f} GiB at most")


if __name__ == "__main__":
    main()
