"""What the matcher may do by itself, and the weights by which it ranks. The default is what is measured."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Weights:
    """m of m/u: how often each piece agrees when the candidate is the person meant. u comes from the roster itself."""

    name_l0: float = 0.93
    name_l1: float = 0.04
    name_l2: float = 0.01
    name_l3: float = 0.01
    name_masked: float = 0.01
    id_equal: float = 0.97
    id_repaired: float = 0.02
    id_other: float = 0.0005
    id_other_unchecked: float = 0.2
    """A number that fails its check and is not near the recorded one."""
    post_held: float = 0.9
    organ_then: float = 0.05
    organ_ever: float = 0.03
    elsewhere: float = 0.02
    outsider: float = 0.3
    """Prior of "not in our roster"."""


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """Routes that are switched on, margins, and when a candidate is too unlikely to trouble a reviewer with."""

    routes: frozenset[str] = frozenset({"M1", "M2", "M3"})
    margin_bits: float = 6.0
    """By how much the chosen must lead the runner-up and "not in our roster" on M2."""
    m3_clear_days: int = 45
    none_below: float = 0.004
    """Highest probability of any candidate below which the answer is "none"."""
    shown: int = 10
    weights: Weights = field(default_factory=Weights)


DEFAULT = MatchPolicy()
