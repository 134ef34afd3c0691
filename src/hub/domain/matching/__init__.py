"""Which cadre a finding means.

A wrong automatic match is the worst thing the hub can do: everything doubtful goes to people.
``match(query, candidates)`` is pure; candidates come from a :class:`CandidateLookup`.
"""

from hub.domain.matching.candidates import CandidateLookup, Candidates, OrganHit, OrganReading, PersonView, TenureView
from hub.domain.matching.decide import match
from hub.domain.matching.policy import DEFAULT, MatchPolicy, Weights
from hub.domain.matching.query import SubjectQuery
from hub.domain.matching.result import MatchResult

__all__ = [
    "DEFAULT",
    "CandidateLookup",
    "Candidates",
    "MatchPolicy",
    "MatchResult",
    "OrganHit",
    "OrganReading",
    "PersonView",
    "SubjectQuery",
    "TenureView",
    "Weights",
    "match",
]
