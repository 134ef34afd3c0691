"""Evidence in bits, and the probability of each candidate beside "not in our roster".

log2(m/u) per piece (Fellegi and Sunter 1969). u of a name is the roster's own share of it; organ, post and place are
one block, for they depend on each other. It ranks candidates for a reviewer and says nothing of guilt.
"""

from __future__ import annotations

from math import log2

from hub.domain.matching.assess import Assessment
from hub.domain.matching.candidates import Candidates
from hub.domain.matching.names import NameLevel, level1
from hub.domain.matching.policy import Weights
from hub.domain.matching.posts import one_seat
from hub.domain.matching.query import SubjectQuery
from hub.domain.matching.spans import Held

_NEAR_SHARE = 2.6e-3
"""Share of a roster one character away from a name of three; a name of two has about twenty times as many."""
_HOMOPHONE_SHARE = 3e-4
_POPULATION = 200_000
"""A smaller roster is a part of at least so many people who could be meant: its own shares would be too coarse."""
_MASKED_SHARE = 0.05


def _name_bits(query: SubjectQuery, found: Assessment, size: int, weights: Weights) -> float:
    if not query.name:
        return 0.0
    share = max(found.person.namesakes, 1) / size
    short = len(level1(found.name_form or query.name)) <= 2
    match found.name:
        case NameLevel.L0:
            return log2(weights.name_l0 / share)
        case NameLevel.L1:
            return log2(weights.name_l1 / (share * 0.05))
        case NameLevel.L2:
            return log2(weights.name_l2 / (_HOMOPHONE_SHARE * (3 if short else 1)))
        case NameLevel.L3:
            return log2(weights.name_l3 / (_NEAR_SHARE * (20 if short else 1)))
        case NameLevel.MASKED:
            return log2(weights.name_masked / _MASKED_SHARE) + 4.0
        case _:
            return -10.0


def _id_bits(query: SubjectQuery, found: Assessment, size: int, weights: Weights) -> float:
    match found.id_relation:
        case "equal":
            return log2(weights.id_equal * size)
        case "repaired":
            return log2(weights.id_repaired * size)
        case "other":
            return log2(weights.id_other if query.valid_id else weights.id_other_unchecked)
        case _:
            return 0.0


def _block_bits(query: SubjectQuery, found: Assessment, size: int, seats: int, weights: Weights) -> float:
    if not (query.organ or query.post):
        return 0.0
    share = min(1.0, max(seats, 1) / size)
    if found.held is not Held.OUTSIDE:
        bits = log2(weights.post_held / share) if query.organ else 2.0
        return bits - (2.0 if found.held is Held.POSSIBLE else 0.0)
    if found.organ_then:
        return log2(weights.organ_then / min(1.0, share * 20))
    if found.organ_ever:
        return log2(weights.organ_ever / min(1.0, share * 60))
    return log2(weights.elsewhere)


def weigh(query: SubjectQuery, candidates: Candidates, found: list[Assessment], weights: Weights) -> float:
    """Set bits and probability of every assessment; returns the probability of "not in our roster"."""
    size = max(candidates.roster_size, _POPULATION)
    seats = sum(1 for one in found if one.held is not Held.OUTSIDE)
    for one in found:
        one.name_bits = _name_bits(query, one, size, weights)
        one.id_bits = _id_bits(query, one, size, weights)
        one.block_bits = _block_bits(query, one, size, seats, weights)
        one.bits = one.name_bits + one.id_bits + one.block_bits
        if "conduct_after_death" in one.contradictions:
            one.bits -= 20.0
    return _share_out(found, size, weights, _outsider(query, candidates, found, weights))


def _outsider(query: SubjectQuery, candidates: Candidates, found: list[Assessment], weights: Weights) -> float:
    """Weight of "not in our roster". Where nobody is named, the seat itself speaks: one that the roster has somebody in
    for the whole of the date was not held by an outsider, unless the report is wrong about the post."""
    parts = query.said_post.parts
    if query.names or len(parts) != 1 or not one_seat(parts[0].base) or not candidates.organ.unit:
        return weights.outsider
    taken = any(one.held is Held.INSIDE for one in found)
    return weights.outsider * (1 - weights.post_held) if taken else weights.outsider


def _share_out(found: list[Assessment], size: int, weights: Weights, outsider: float) -> float:
    prior = (1 - weights.outsider) / size
    odds = [prior * float(2.0 ** min(one.bits, 200.0)) for one in found]
    total = sum(odds) + outsider
    for one, share in zip(found, odds, strict=True):
        one.probability = share / total
    return outsider / total
