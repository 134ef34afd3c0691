"""What of a person's roster document is looked up, and the person as matching sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hub.adapters.roster_documents import read
from hub.domain.matching import TenureView
from hub.domain.matching import citizen_id as numbers
from hub.domain.matching.names import level1, level2
from hub.domain.matching.spans import ALWAYS, NEVER, widened
from hub.domain.roster import records
from hub.domain.roster.finder import Stored, post_bases
from hub.domain.roster.records import Cadre, Merge, Tenure

NAME, SOUND, NUMBER = "n", "s", "i"
ACTING = ("代理", "主持")
IdKey = Callable[[str], str]


@dataclass(slots=True)
class IndexRows:
    """Rows for the tables of the look-up index; the cadre comes last in each."""

    tokens: set[tuple[str, str, str]] = field(default_factory=set)
    inside: set[tuple[str, str, str, str]] = field(default_factory=set)
    holders: set[tuple[str, str, int, int, str]] = field(default_factory=set)
    merges: set[tuple[str, str]] = field(default_factory=set)

    def add(self, key: str, body: bytes, id_key: IdKey) -> None:
        """Take over one document ``person:<cadre>``."""
        cadre_id = key.removeprefix("person:")
        found = [records.read(kind, data) for kind, data in read(key, body)]
        organs: set[str] = set()
        spoken: set[tuple[str, str]] = set()
        for one in found:
            if isinstance(one, Cadre):
                spoken |= _spoken(one)
                if one.citizen_id:
                    self.tokens.add((NUMBER, id_key(numbers.normal(one.citizen_id)), cadre_id))
            elif isinstance(one, Tenure):
                organs.add(one.organ)
                self.holders |= _held(one, cadre_id)
            elif isinstance(one, Merge):
                self.merges.add((one.gone, one.into))
        self.tokens |= {(kind, token, cadre_id) for kind, token in spoken}
        self.inside |= {(organ, kind, token, cadre_id) for organ in organs for kind, token in spoken}


def _spoken(cadre: Cadre) -> set[tuple[str, str]]:
    names = {level1(name) for name in (cadre.name, *cadre.former_names, *cadre.aliases)}
    return {(NAME, name) for name in names} | {(SOUND, sound) for name in names for sound in level2(name)}


def _held(tenure: Tenure, cadre_id: str) -> set[tuple[str, str, int, int, str]]:
    bases = [*post_bases(tenure.post), *([""] if tenure.kind in ACTING else [])]
    first = widened(tenure.start, tenure.precision, ALWAYS)[0]
    last = widened(tenure.end, tenure.precision, NEVER)[1]
    return {(tenure.organ, base, first, last, cadre_id) for base in bases}


def stored(owner: str, documents: Iterable[tuple[str, bytes]], id_key: IdKey) -> Stored:
    """One cadre from the documents of all records that are them, ``owner``'s first."""
    found = [records.read(kind, data) for key, body in documents for kind, data in read(key, body)]
    cadres = [one for one in found if isinstance(one, Cadre)]
    own = next((one for one in cadres if one.cadre_id == owner), cadres[0] if cadres else None)
    names = dict.fromkeys(n for one in cadres for n in (one.name, *one.former_names, *one.aliases))
    ids = dict.fromkeys(id_key(numbers.normal(one.citizen_id)) for one in cadres if one.citizen_id)
    tenures = {one.tenure_id or f"row {n}": one for n, one in enumerate(found) if isinstance(one, Tenure)}
    name = own.name if own else ""
    others = tuple(one for one in names if one != name)
    views = tuple(map(_view, tenures.values()))
    return Stored(owner, name, others, tuple(ids), own.state if own else None, views)


def _view(tenure: Tenure) -> TenureView:
    from_lo, from_hi = widened(tenure.start, tenure.precision, ALWAYS)
    to_lo, to_hi = widened(tenure.end, tenure.precision, NEVER)
    return TenureView(tenure.organ, tenure.post, tenure.kind, from_lo, from_hi, to_lo, to_hi, tenure.left)
