"""From candidates to an answer: assess, weigh, try the routes in order, else people."""

from __future__ import annotations

import re
from dataclasses import replace

from hub.domain.matching import explain as explaining
from hub.domain.matching.assess import Assessment, assess
from hub.domain.matching.candidates import Candidates
from hub.domain.matching.names import NameLevel
from hub.domain.matching.policy import DEFAULT, MatchPolicy
from hub.domain.matching.posts import one_seat
from hub.domain.matching.query import SubjectQuery
from hub.domain.matching.result import MatchResult
from hub.domain.matching.routes import Verdict, name_organ_post_date, number_and_name, post_and_date
from hub.domain.matching.score import weigh
from hub.domain.matching.spans import Held

_COMPANY = re.compile(r"公司|集团|合作社|商行|事务所|经营部|加工厂|工厂|商店|酒店$|超市$|[^工]厂$")


def match(
    query: SubjectQuery, candidates: Candidates, policy: MatchPolicy = DEFAULT, *, explain: bool = True
) -> MatchResult:
    """Decide one subject. Pure and deterministic: the same query, candidates and policy give the same answer.

    Never raises on odd input: what cannot be read is a reason for a person to look.
    """
    found = [assess(query, candidates, person) for person in candidates.people]
    outsider = weigh(query, candidates, found, policy.weights)
    found.sort(key=lambda one: (-one.bits, one.person.cadre_id))
    verdict = _first_route(query, candidates, found, policy)
    plausible = [one for one in found if _plausible(query, candidates, one, policy)]
    if plausible and verdict.route is None:
        plausible += _holders_then(query, candidates, plausible, found)
    result = _answer(query, candidates, verdict, plausible, policy)
    if not explain:
        return result
    told = explaining.explanation(query, candidates, result, verdict, plausible[: policy.shown], outsider)
    return replace(result, explanation=told)


def _first_route(query: SubjectQuery, candidates: Candidates, found: list[Assessment], policy: MatchPolicy) -> Verdict:
    strong = number_and_name(query, candidates, found)
    if strong.chosen is not None:
        return strong if strong.route in policy.routes or strong.blocks else Verdict(None, strong.chosen, ["route_off"])
    for verdict in (
        name_organ_post_date(query, candidates, found, policy),
        post_and_date(query, candidates, found, policy),
    ):
        if verdict.route and verdict.route not in policy.routes:
            return Verdict(None, verdict.chosen, ["route_off"])
        if verdict.chosen is not None or verdict.blocks:
            return verdict
    return _nearest(query, found)


def _nearest(query: SubjectQuery, found: list[Assessment]) -> Verdict:
    """No route came near: the best of those with a name, and what speaks against them."""
    best = next((one for one in found if one.name is not NameLevel.NONE), None)
    if best is None:
        return Verdict()
    similar = [] if best.name >= NameLevel.L1 else ["name_withheld" if query.masked else "name_similar_only"]
    return Verdict(None, best, [*similar, *best.contradictions])


def _plausible(query: SubjectQuery, candidates: Candidates, found: Assessment, policy: MatchPolicy) -> bool:
    """Whether a reviewer should see this candidate at all: a name alone, in another organ, is no evidence."""
    if found.id_relation in ("equal", "repaired") or found.person.cadre_id == query.cadre_id:
        return True
    if not query.names:
        return found.held is not Held.OUTSIDE
    if found.name is NameLevel.NONE:
        return False  # but see _holders_then
    if query.organ and not candidates.organ.hits and _COMPANY.search(query.organ):
        return False
    if found.name in (NameLevel.MASKED, NameLevel.L3, NameLevel.L2) and query.organ:
        return found.held is not Held.OUTSIDE or found.organ_then or (found.organ_ever and found.name is NameLevel.L2)
    return found.organ_ever or not query.organ or found.probability >= policy.none_below


def _holders_then(
    query: SubjectQuery, candidates: Candidates, plausible: list[Assessment], found: list[Assessment]
) -> list[Assessment]:
    """Who held a post with one seat on the day, where the one named did not: perhaps the name is the successor's."""
    parts = query.said_post.parts
    if len(parts) != 1 or not one_seat(parts[0].base) or plausible[0].held is not Held.OUTSIDE:
        return []
    return (
        [one for one in found if one not in plausible and one.held is Held.INSIDE][:2] if candidates.organ.unit else []
    )


def _answer(
    query: SubjectQuery, candidates: Candidates, verdict: Verdict, plausible: list[Assessment], policy: MatchPolicy
) -> MatchResult:
    ranked = [one.person.cadre_id for one in plausible]
    chosen = verdict.chosen.person.cadre_id if verdict.chosen is not None and verdict.route else None
    if chosen:
        ranked = [chosen, *(cadre for cadre in ranked if cadre != chosen)]
    auto = verdict.route in ("M1", "M2")
    return MatchResult(
        decision="auto" if auto else "review" if ranked else "none",
        route=verdict.route,
        cadre_id=chosen,
        probable=verdict.route in ("M2", "M3"),
        candidates=tuple(ranked[: policy.shown]),
        organ_id=_organ(candidates, verdict),
        warnings=_warnings(query, candidates, verdict),
        probability=_probability(verdict, plausible),
    )


def _probability(verdict: Verdict, plausible: list[Assessment]) -> float:
    best = verdict.chosen if verdict.route else plausible[0] if plausible else None
    return best.probability if best is not None else 0.0


def _organ(candidates: Candidates, verdict: Verdict) -> str | None:
    by = verdict.chosen.held_by if verdict.chosen is not None else None
    if by is not None and by.organ_id in candidates.organ.ids:
        return by.organ_id
    return candidates.organ.hits[0].organ_id if candidates.organ.hits else None


def _warnings(query: SubjectQuery, candidates: Candidates, verdict: Verdict) -> tuple[str, ...]:
    warnings = ["id_checksum"] if query.citizen_id and not query.valid_id else []
    if query.organ and not candidates.organ.unit:
        warnings.append("organ_ambiguous" if candidates.organ.hits else "organ_unknown")
    return tuple(dict.fromkeys([*warnings, *verdict.blocks]))
