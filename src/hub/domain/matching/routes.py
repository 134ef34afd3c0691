"""The three routes. Each looks at assessments alone: who passes it, or what keeps the subject from going by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.domain.matching.assess import Assessment
from hub.domain.matching.candidates import Candidates, TenureView
from hub.domain.matching.names import NameLevel
from hub.domain.matching.policy import MatchPolicy
from hub.domain.matching.posts import Fit, fit, one_seat
from hub.domain.matching.query import THEN, SubjectQuery
from hub.domain.matching.result import Route
from hub.domain.matching.spans import Held


@dataclass(slots=True)
class Verdict:
    """Who passed which route; ``blocks``: what stood in the way of the nearest one."""

    route: Route | None = None
    chosen: Assessment | None = None
    blocks: list[str] = field(default_factory=list)


def _named(found: Assessment) -> bool:
    return found.name >= NameLevel.L1


def _strong(query: SubjectQuery, found: Assessment) -> bool:
    by_number = query.valid_id is not None and found.id_relation == "equal"
    return by_number or (query.cadre_id is not None and found.person.cadre_id == query.cadre_id)


def number_and_name(query: SubjectQuery, candidates: Candidates, found: list[Assessment]) -> Verdict:
    """M1: a valid number in the roster, a name that agrees, and nothing stated that contradicts."""
    owners = [one for one in found if _strong(query, one)]
    if not owners:
        return Verdict()
    chosen = owners[0]
    blocks = list(chosen.contradictions)
    if len(owners) > 1:
        blocks.append("number_held_twice")
    if query.organ and candidates.organ.hits and not candidates.organ.unit:
        blocks.append("organ_ambiguous")
    if query.masked:
        blocks.append("name_withheld")
    if not query.name:
        blocks.append("name_missing")
    elif not _named(chosen):
        blocks.append("number_and_name_disagree")
    if chosen.held is Held.POSSIBLE and any(
        one is not chosen and _named(one) and one.held is Held.INSIDE and (query.organ or query.post) for one in found
    ):
        blocks.append("namesake_fits_better")
    return Verdict("M1" if not blocks else None, chosen, blocks)


def _m2_stated(query: SubjectQuery, candidates: Candidates) -> list[str]:
    blocks = []
    if query.masked:
        blocks.append("name_withheld")
    if not query.said_post.parts:
        blocks.append("post_missing")
    if query.tense == THEN and query.conduct is None:
        blocks.append("date_missing")
    if not query.organ:
        blocks.append("organ_missing")
    elif not candidates.organ.unit:
        blocks.append("organ_ambiguous" if candidates.organ.hits else "organ_unknown")
    return blocks


def _m2_rivals(query: SubjectQuery, chosen: Assessment, found: list[Assessment], policy: MatchPolicy) -> list[str]:
    blocks = []
    for one in found:
        if one is chosen:
            continue
        if one.id_relation in ("equal", "repaired"):
            blocks.append("number_is_of_another")
        if one.held is Held.OUTSIDE or one.name < NameLevel.L2:
            continue
        blocks.append("namesake_in_post" if _named(one) else "homophone_in_post")
    runner_up = max((one.bits for one in found if one is not chosen), default=None)
    if runner_up is not None and chosen.bits - runner_up < policy.margin_bits:
        blocks.append("margin")
    if chosen.id_relation == "unknown":
        blocks.append("number_not_recorded")
    return list(dict.fromkeys(blocks))


def name_organ_post_date(
    query: SubjectQuery, candidates: Candidates, found: list[Assessment], policy: MatchPolicy
) -> Verdict:
    """M2: name, exactly one organ, the post, the whole of the date inside the tenure, and nobody else it could be."""
    fitting = [one for one in found if _named(one) and one.held is not Held.OUTSIDE]
    if not fitting:
        return Verdict()
    chosen = max(fitting, key=lambda one: (one.held, one.bits, one.person.cadre_id))
    blocks = [*_m2_stated(query, candidates), *chosen.contradictions]
    if chosen.held is not Held.INSIDE:
        blocks.append("date_at_the_edge")
    if chosen.held_by is None or chosen.held_by.organ_id not in candidates.organ.unit:
        blocks.append("organ_by_succession" if candidates.organ.unit else "organ_ambiguous")
    blocks += _m2_rivals(query, chosen, found, policy)
    if chosen.probability < 1 - 2.0**-policy.margin_bits:
        blocks.append("margin")
    blocks = list(dict.fromkeys(blocks))
    return Verdict("M2" if not blocks else None, chosen, blocks)


def _touches(tenure: TenureView, lo: int, hi: int) -> bool:
    return tenure.from_lo <= hi and lo <= tenure.to_hi


def _others_near(query: SubjectQuery, candidates: Candidates, chosen: Assessment, days: int) -> bool:
    """Whether anybody else held the post, acted in it or looked after the organ within ``days`` of the conduct."""
    assert query.conduct is not None
    lo, hi = query.conduct.lo - days, query.conduct.hi + days
    part = query.said_post.parts[0]
    for person in candidates.people:
        for tenure in person.tenures:
            if tenure.organ_id not in candidates.organ.ids or not _touches(tenure, lo, hi):
                continue
            if tenure.kind in ("代理", "主持") or (
                person is not chosen.person and fit(part, tenure.post, tenure.kind) == Fit.SAME
            ):
                return True
    return False


def post_and_date(query: SubjectQuery, candidates: Candidates, found: list[Assessment], policy: MatchPolicy) -> Verdict:
    """M3: nobody named; a post with one seat, one holder over the whole date, clear of handovers. Only probable."""
    if query.names or query.citizen_id or query.conduct is None or query.tense != THEN or not candidates.organ.unit:
        return Verdict()
    if len(query.said_post.parts) != 1 or not one_seat(query.said_post.parts[0].base):
        return Verdict()
    holders = [one for one in found if one.held is not Held.OUTSIDE]
    if len(holders) != 1:
        return Verdict(blocks=["more_than_one_holder"] if holders else [])
    chosen = holders[0]
    blocks = list(chosen.contradictions)
    if chosen.held is not Held.INSIDE:
        blocks.append("date_at_the_edge")
    if _others_near(query, candidates, chosen, policy.m3_clear_days):
        blocks.append("near_a_handover")
    return Verdict("M3" if not blocks else None, chosen, blocks)
