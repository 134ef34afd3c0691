"""One source counts once (policy section 7): how many of the groups that edges leave can each name a source of its own.

Edges bind findings, not bodies: a body's own verification stands outside the joint team or the root matter that another finding
of the same body belongs to. But no body corroborates itself. So among the groups that share a source, as many count apart as
there are different sources to speak for them (a system of distinct representatives); the others are joined to one of those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence


def merged(groups: Sequence[Sequence[str]], sources: Mapping[str, str], counting: set[str]) -> list[list[str]]:
    """Groups of finding ids with those joined that no source of their own speaks for. Order and content decide nothing else.

    ``sources``: finding id → source code. A group without a counting finding goes where its one source already is.
    """
    speaking = [sorted({sources[one] for one in group if one in counting}) for group in groups]
    shown = [names or _only(sources[one] for one in group) for names, group in zip(speaking, groups, strict=True)]
    if all(times == 1 for times in Counter(name for names in shown for name in names).values()):
        return [list(group) for group in groups]
    order = sorted(range(len(groups)), key=lambda at: (not speaking[at], len(shown[at]), sorted(groups[at])))
    spoken: dict[str, int] = {}
    homes: dict[int, list[str]] = {}
    for at in order:
        if speaking[at] and _speaks(at, shown, spoken, set()):
            homes[at] = []
        elif not speaking[at] and not any(name in spoken for name in shown[at]):
            spoken.update(dict.fromkeys(shown[at], at))
            homes[at] = []
    for at in order:
        home = at if at in homes else next(spoken[name] for name in shown[at] if name in spoken)
        homes[home].extend(groups[at])
    return [homes[at] for at in sorted(homes)]


def _only(names: Iterable[str]) -> list[str]:
    """The one source of a group; nothing where there are several."""
    found = sorted(set(names))
    return found if len(found) == 1 else []


def _speaks(at: int, shown: Sequence[Sequence[str]], spoken: dict[str, int], tried: set[str]) -> bool:
    """Find a source for a group, moving others to another of theirs where that helps (an augmenting path)."""
    for name in shown[at]:
        if name in tried:
            continue
        tried.add(name)
        if name not in spoken or _speaks(spoken[name], shown, spoken, tried):
            spoken[name] = at
            return True
    return False
