"""One candidate beside what was said: names, number, organ, post and date, each by itself. No decision is made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub.domain.matching import citizen_id as numbers
from hub.domain.matching.candidates import Candidates, IdRelation, PersonView, TenureView
from hub.domain.matching.names import NameLevel, name_level
from hub.domain.matching.posts import Fit, PostPart, fit
from hub.domain.matching.query import FORMER, SubjectQuery
from hub.domain.matching.spans import Held, Span

GROWN_UP_DAYS = 16 * 365
"""Nobody holds a post before this age."""


@dataclass(slots=True)
class Assessment:
    """What agrees and what does not. ``held``: organ, post and date taken together, as far as each was stated."""

    person: PersonView
    name: NameLevel = NameLevel.NONE
    name_form: str = ""
    id_relation: IdRelation = "unstated"
    held: Held = Held.OUTSIDE
    held_by: TenureView | None = None
    organ_then: bool = False
    organ_ever: bool = False
    post_kind_differs: bool = False
    contradictions: list[str] = field(default_factory=list)
    bits: float = 0.0
    name_bits: float = 0.0
    id_bits: float = 0.0
    block_bits: float = 0.0
    probability: float = 0.0


def time_fit(query: SubjectQuery, tenure: TenureView) -> Held:
    """Whether the tenure covers the time that the wording speaks of: 原 is a tenure that ended before the report."""
    if query.tense == FORMER:
        if tenure.to_hi < query.published_day:
            return Held.INSIDE
        return Held.POSSIBLE if tenure.to_lo < query.published_day else Held.OUTSIDE
    span = query.reference
    return Held.POSSIBLE if span is None else covers(tenure, span)


def covers(tenure: TenureView, span: Span) -> Held:
    """Whether the tenure was held over the whole span, on some day of it perhaps, or surely not."""
    if tenure.from_hi <= span.lo and span.hi <= tenure.to_lo:
        return Held.INSIDE
    return Held.POSSIBLE if span.overlaps(tenure.from_lo, tenure.to_hi) else Held.OUTSIDE


def _joined(tenures: Sequence[TenureView], span: Span) -> bool:
    """Whether tenures that follow each other without a day between cover the span together."""
    reach = None
    for tenure in sorted(tenures, key=lambda tenure: tenure.from_lo):
        if reach is None:
            if tenure.from_hi <= span.lo:
                reach = tenure.to_lo, tenure.to_hi
        elif tenure.from_lo <= reach[1] + 1:
            reach = max(reach[0], tenure.to_lo), max(reach[1], tenure.to_hi)
    return reach is not None and reach[0] >= span.hi


def _part_held(
    query: SubjectQuery, part: PostPart | None, tenures: Sequence[TenureView]
) -> tuple[Held, TenureView | None, bool]:
    """Best time fit of one stated post over the tenures, the tenure, and whether only its kind differs."""
    best, by, fitting, kind_differs = Held.OUTSIDE, None, [], False
    for tenure in tenures:
        how = Fit.SAME if part is None else fit(part, tenure.post, tenure.kind)
        if how == Fit.OTHER:
            continue
        held = time_fit(query, tenure)
        if how == Fit.KIND:
            kind_differs = kind_differs or held != Held.OUTSIDE
            continue
        fitting.append(tenure)
        if held > best or by is None:
            best, by = held, tenure
    if (
        best is Held.POSSIBLE
        and query.tense != FORMER
        and query.reference
        and len(fitting) > 1
        and _joined(fitting, query.reference)
    ):
        best = Held.INSIDE
    return best, by, kind_differs and best is Held.OUTSIDE


def _hold(query: SubjectQuery, found: Assessment, tenures: Sequence[TenureView]) -> None:
    """Every stated post must be held by the same person at the same time: the worst of them counts."""
    parts: Iterable[PostPart | None] = query.said_post.parts or (None,)
    held = Held.INSIDE
    for part in parts:
        one, by, kind_differs = _part_held(query, part, tenures)
        held = min(held, one)
        found.held_by = found.held_by or by
        found.post_kind_differs = found.post_kind_differs or kind_differs
    found.held = held


def _number(query: SubjectQuery, found: Assessment) -> None:
    if found.id_relation == "other":
        found.contradictions.append("citizen_id_differs")
    if query.valid_id and found.person.tenures:
        born = numbers.born(query.valid_id)
        first = min(tenure.from_hi for tenure in found.person.tenures)
        if born and first and first < born.toordinal() + GROWN_UP_DAYS:
            found.contradictions.append("too_young")


def _dates(query: SubjectQuery, found: Assessment) -> None:
    span = query.conduct
    if query.at is not None and span is None:
        found.contradictions.append("date_unreadable")
    if span is None:
        return
    if span.lo > query.published_day:
        found.contradictions.append("conduct_after_report")
    tenures = found.person.tenures
    if any(tenure.left == "death" and span.lo > tenure.to_hi for tenure in tenures):
        found.contradictions.append("conduct_after_death")


def _organ_post_date(query: SubjectQuery, candidates: Candidates, found: Assessment) -> None:
    tenures: Sequence[TenureView] = found.person.tenures
    if query.organ:
        ids = candidates.organ.ids
        tenures = [tenure for tenure in tenures if tenure.organ_id in ids]
        found.organ_ever = bool(tenures)
        found.organ_then = any(time_fit(query, tenure) is not Held.OUTSIDE for tenure in tenures)
        if not ids:
            found.contradictions.append("organ_unknown")
    _hold(query, found, tenures)
    if (query.organ or query.post) and found.held is Held.OUTSIDE and "organ_unknown" not in found.contradictions:
        found.contradictions.append(_what_contradicts(query, found))


def _what_contradicts(query: SubjectQuery, found: Assessment) -> str:
    if found.post_kind_differs:
        return "post_kind_differs"
    if query.organ and not found.organ_ever:
        return "never_in_organ"
    if query.organ and not found.organ_then:
        return "not_in_organ_then"
    if not query.post:
        return "not_in_organ_then"
    return "post_not_held_then"


def best_name(query: SubjectQuery, person: PersonView) -> tuple[NameLevel, str]:
    """The nearest agreement of any stated with any recorded name, and the recorded form."""
    best, form = NameLevel.NONE, ""
    for recorded in (person.name, *person.other_names):
        for said in query.names:
            level = name_level(said, recorded)
            if level > best:
                best, form = level, recorded
                if best is NameLevel.L0:
                    return best, form
    return best, form


def assess(query: SubjectQuery, candidates: Candidates, person: PersonView) -> Assessment:
    """Everything stated beside everything recorded of one person."""
    found = Assessment(person, id_relation=person.id_relation)
    found.name, found.name_form = best_name(query, person)
    if query.name and found.name is NameLevel.NONE:
        found.contradictions.append("name_differs")
    _number(query, found)
    _dates(query, found)
    _organ_post_date(query, candidates, found)
    return found
