"""One source counts once: as many groups count apart as different sources can speak for."""

from __future__ import annotations

import itertools

import pytest

from hub.domain.sources import merged


@pytest.mark.parametrize(
    ("groups", "left"),
    [
        ([["a1"], ["a2"]], 1),
        ([["a1"], ["b1"]], 2),
        ([["a1", "b1"], ["a2"]], 2),
        ([["a1", "b1"], ["a2"], ["b2"]], 2),
        ([["a1", "b1"], ["a2", "b2"]], 2),
        ([["a1", "b1"], ["b2", "c1"], ["c2", "a2"]], 3),
        ([["a1"], ["a2"], ["a3", "b1"]], 2),
    ],
)
def test_no_source_speaks_twice(groups: list[list[str]], left: int) -> None:
    """Ids carry their source as first letter; every order of the groups gives the same partition, and nothing is lost."""
    everything = {one for group in groups for one in group}
    sources = {one: one[0] for one in everything}
    made = [merged(list(order), sources, everything) for order in itertools.permutations(groups)]
    assert len({frozenset(frozenset(group) for group in each) for each in made}) == 1
    assert len(made[0]) == left
    assert {one for group in made[0] for one in group} == everything


def test_a_finding_that_does_not_count_speaks_for_nobody() -> None:
    """A lead in one's own name makes no second source of a verified finding by the same body."""
    made = merged([["a1", "b1"], ["a2"]], {"a1": "a", "b1": "b", "a2": "a"}, {"a1", "a2"})
    assert [sorted(group) for group in made] == [["a1", "a2", "b1"]]
