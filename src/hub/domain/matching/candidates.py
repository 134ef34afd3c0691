"""What a look-up brings to the scoring of one subject. All read only; the look-up itself is behind a Protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from hub.domain.matching.query import SubjectQuery

IdRelation = Literal["equal", "repaired", "other", "unknown", "unstated"]
"""The stated number against the recorded one: equal; equal, or nearly, in a number that fails its check;
another; none recorded; none stated."""
OrganHow = Literal["code", "valid", "dated_elsewhere", "renamed", "successor", "bare"]
"""How words led to an organ: its code; a name valid on the day; a name of the organ from another time; through a
renaming; through a merger or split; a name without its place. The last two never go automatic."""


@dataclass(frozen=True, slots=True)
class OrganHit:
    """One organ that the words may mean. ``name``: the recorded name met; ``automatic``: may it carry M2?"""

    organ_id: str
    how: OrganHow
    name: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class OrganReading:
    """All organs that the words may mean as of the reference day.

    ``unit``: the ids of the one organ meant (several by renaming), empty where none or more than one is meant.
    ``ids``: every organ that comes into question (derived).
    """

    said: str | None = None
    hits: tuple[OrganHit, ...] = ()
    unit: frozenset[str] = frozenset()
    ids: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", frozenset(hit.organ_id for hit in self.hits))


class TenureView(NamedTuple):
    """A tenure with its boundaries as (earliest, latest) ordinals."""

    organ_id: str
    post: str
    kind: str
    from_lo: int
    from_hi: int
    to_lo: int
    to_hi: int
    left: str | None = None


class PersonView(NamedTuple):
    """A cadre as the roster knows them. ``other_names``: former, aliases. ``namesakes``: cadres with this L1 name."""

    cadre_id: str
    name: str
    other_names: tuple[str, ...] = ()
    id_relation: IdRelation = "unstated"
    tenures: tuple[TenureView, ...] = ()
    state: str | None = None
    namesakes: int = 1


def _as_is(organ_id: str, day: int) -> str:
    return organ_id


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything scoring needs for one subject. ``roster_size``: cadres in the roster; ``more``: namesakes left out.

    ``label``: the name of an organ (id) on a day (ordinal), for explanations.
    """

    people: tuple[PersonView, ...] = ()
    organ: OrganReading = OrganReading()
    roster_size: int = 1
    roster_version: str = ""
    more: int = 0
    label: Callable[[str, int], str] = _as_is


class CandidateLookup(Protocol):
    """Finds candidates for a whole batch in a few look-ups; answers in the order of the queries."""

    def lookup(self, queries: Sequence[SubjectQuery]) -> list[Candidates]:
        """Candidates of each query. Complete for the automatic routes: nobody who could contradict one is left out."""
        ...
