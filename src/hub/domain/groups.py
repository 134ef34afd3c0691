"""Independence of sources (policy section 7, contract section 6): what is one source and what is two.

Unions: same matter; joint team; forwarded from one finding; shared evidence without own verification; the levels of one body
without the upper one's own verification. A finding that quotes others (``relies_on``, or forwarded from several) forms no
group: it counts with one of those it depends on and does not join them. So does one whose sender names another body as the
one that verified: a body may assert only its own verification (R-IN-01). Last, one source counts once (:mod:`hub.domain.sources`).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from hub.domain.facts import COUNTED, Statement
from hub.domain.issues import Union
from hub.domain.sources import merged

RANK = {"central": 0, "province": 1, "prefecture": 2, "county": 3, "township": 4}
SEVERITIES = ("S0", "S1", "S2", "S3")


@dataclass(frozen=True, slots=True)
class Group:
    """One independent source on one issue. ``severity`` is the highest that its counted findings state (-1: none)."""

    members: tuple[str, ...]
    counted: tuple[str, ...]
    status: str | None
    severity: int


def counts(one: Statement) -> bool:
    """Whether a statement by itself can bear a level: verified, at least in part, and not excluding the person."""
    return one.status in COUNTED and one.attribution != "excluded"


class Dependence:
    """Who depends on whom among one issue's findings: worked out once, asked for several sets of counting findings."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._own = [one for one in statements if not one.context]
        self._sets = Union()
        by_ref = _refs(self._own)
        dependents: dict[str, list[str]] = {}
        for one in self._own:
            targets = _targets(one, by_ref, self._own)
            if targets is not None:
                dependents[one.id] = targets
        _join_keys(self._own, self._sets)
        free = [one for one in self._own if one.id not in dependents]
        _join_evidence(free, by_ref, self._sets)
        _join_levels(free, self._sets)
        self._loose = _join_forwarded(self._own, dependents, self._sets)
        self._firm: dict[str, list[Statement]] = {}
        self._voices: dict[str, str] = {}
        self._apart = True
        for one in self._own:
            if one.id not in self._loose:
                root = self._sets.find(one.id)
                self._firm.setdefault(root, []).append(one)
                self._apart &= self._voices.setdefault(one.speaker, root) == root

    def groups(self, counting: Container[str]) -> list[Group]:
        """Independence groups in a fixed order. Context sources form none.

        All statements show dependence; only those whose id is in ``counting`` give a group status and severity.
        """
        members = {root: list(found) for root, found in self._firm.items()} if self._loose else self._firm
        apart = self._apart
        for one in self._own:
            if one.id in self._loose:
                homes = [self._sets.find(target) for target in self._loose[one.id]]
                counted = [home for home in homes if any(other.id in counting for other in members.get(home, ()))]
                home = sorted(counted)[0] if counted else homes[0]
                members.setdefault(home, []).append(one)
                apart = apart and self._voices.get(one.speaker) == home
        found = list(members.values()) if apart else _once(self._own, members.values(), counting)
        return sorted((_group(one, counting) for one in found), key=lambda group: group.members)


def groups(statements: Sequence[Statement], counting: Container[str]) -> list[Group]:
    """:meth:`Dependence.groups` for one question alone."""
    return Dependence(statements).groups(counting)


def _refs(statements: Iterable[Statement]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in statements:
        found[one.ref].append(one.id)
        found[one.id].append(one.id)
    return found


def _targets(one: Statement, by_ref: dict[str, list[str]], all_: Sequence[Statement]) -> list[str] | None:
    """What a forwarded or quoting finding depends on; a ref that is not here stands for its own root."""
    named = [ref for kind, ref in one.relations if kind in ("forwarded_from", "relies_on")]
    if not named and one.verified_by is None:
        return None
    found: list[str] = []
    if one.verified_by is not None:
        here = [other.id for other in all_ if other.source == one.verified_by and other.verified_by is None]
        found.extend(here or [f"absent:verified:{one.verified_by}"])
    for ref in named:
        here = [other for other in by_ref.get(ref, ()) if other != one.id]
        found.extend(here or [f"absent:{ref}"])
    return list(dict.fromkeys(found))


def _join_keys(statements: Iterable[Statement], sets: Union) -> None:
    """Edges 2 and 4 of policy section 7: matter, joint team."""
    seen: dict[str, str] = {}
    for one in statements:
        keys = [f"matter:{one.matter}"] if one.matter else []
        keys += [f"team:{ref}" for kind, ref in one.relations if kind == "joint_team"]
        for key in keys:
            first = seen.setdefault(key, one.id)
            if first != one.id:
                sets.join(one.id, first)


def _own_items(one: Statement) -> set[str]:
    return {ref for ref, own in one.evidence if own}


def _items(one: Statement) -> set[str]:
    return {ref for ref, _ in one.evidence}


def _order(one: Statement, other: Statement, shared: Iterable[str]) -> tuple[Statement, Statement]:
    """(earlier, later): who marks the shared items as not their own came later; else the first report decides."""
    mine, theirs = _own_items(one), _own_items(other)
    borrowed_by_one = any(ref not in mine for ref in shared)
    borrowed_by_other = any(ref not in theirs for ref in shared)
    if borrowed_by_one != borrowed_by_other:
        return (other, one) if borrowed_by_one else (one, other)
    return (one, other) if (one.first_time, one.id) <= (other.first_time, other.id) else (other, one)


def _join_evidence(statements: Sequence[Statement], by_ref: dict[str, list[str]], sets: Union) -> None:
    """Edge 3, broken where the later body verified itself with an item that the earlier one does not have."""
    by_id = {one.id: one for one in statements}
    pairs: set[tuple[str, str]] = set()
    holders: dict[str, list[str]] = defaultdict(list)
    for one in statements:
        for ref, _ in one.evidence:
            before = holders[ref]
            if before:
                pairs.update((other, one.id) for other in before if other != one.id)
            before.append(one.id)
        for kind, ref in one.relations:
            if kind == "shares_evidence":
                pairs.update((other, one.id) for other in by_ref.get(ref, ()) if other in by_id and other != one.id)
    for left, right in sorted(pairs):
        shared = _items(by_id[left]) & _items(by_id[right])
        earlier, later = _order(by_id[left], by_id[right], shared)
        if not _own_items(later) - _items(earlier):
            sets.join(left, right)


def _vertical(one: Statement, other: Statement) -> tuple[Statement, Statement] | None:
    """(upper, lower) where both belong to one body's system, else None."""
    if one.body != other.body or one.source == other.source:
        return None
    ranks = RANK.get(one.level, 9), RANK.get(other.level, 9)
    upper, lower = (one, other) if ranks[0] < ranks[1] else (other, one)
    if ranks[0] == ranks[1]:
        if one.organ != one.committee and other.organ != other.committee:
            return None
        upper, lower = (one, other) if one.organ == one.committee else (other, one)
        resident = upper.organ == upper.committee != lower.organ and lower.committee == upper.committee
        return (upper, lower) if resident else None
    above = upper.committee or upper.organ
    return (upper, lower) if above in lower.lineage else None


def _join_levels(statements: Sequence[Statement], sets: Union) -> None:
    """Edge 5, broken where the upper level verified itself with its own evidence (P-5)."""
    by_body: dict[str, list[Statement]] = defaultdict(list)
    for one in statements:
        by_body[one.body].append(one)
    for same in by_body.values():
        for one, other in itertools.combinations(same, 2) if len({one.source for one in same}) > 1 else ():
            pair = _vertical(one, other)
            if pair and not (pair[0].status in COUNTED and _own_items(pair[0]) - _items(pair[1])):
                sets.join(one.id, other.id)


def _join_forwarded(
    statements: Sequence[Statement], dependents: dict[str, list[str]], sets: Union
) -> dict[str, list[str]]:
    """One origin joins; several do not. Returns those that only count with what they depend on."""
    loose: dict[str, list[str]] = {}
    for one in statements:
        targets = dependents.get(one.id)
        if targets is None:
            continue
        forwarded = one.verified_by is None and all(kind != "relies_on" for kind, _ in one.relations)
        if len(targets) == 1 and (forwarded or targets[0].startswith("absent:")):
            sets.join(one.id, targets[0])
        else:
            shared = [other.id for other in statements if other.id != one.id and _items(other) & _items(one)]
            loose[one.id] = targets + ([] if _own_items(one) else [ref for ref in shared if ref not in targets])
    return loose


def _once(
    statements: Sequence[Statement], members: Iterable[Sequence[Statement]], counting: Container[str]
) -> list[list[Statement]]:
    """No body corroborates itself: a source that speaks in several of these groups counts once."""
    by_id = {one.id: one for one in statements}
    apart = sorted(sorted(one.id for one in found) for found in members)
    speakers = {one.id: one.speaker for one in statements}
    joined = merged(apart, speakers, {key for key in by_id if key in counting})
    return [[by_id[key] for key in sorted(found)] for found in joined]


def _group(found: Sequence[Statement], counting: Container[str]) -> Group:
    counted: list[str] = []
    status = None
    severity = -1
    for one in found:
        if one.id in counting:
            counted.append(one.id)
            status = one.status if status != "substantiated" else status
            severity = max(severity, SEVERITIES.index(one.severity) if one.severity else -1)
    members = [one.id for one in found]
    return Group(tuple(sorted(members)), tuple(sorted(counted)), status, severity)
