"""Checks of versions of one layer: names, dates that cross each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from hub.policy.marks import Finding, Source


def dates(versions: Sequence[Source], *, succession: bool = False) -> Iterator[Finding]:
    """A version's name is its layer and first day; two versions of one layer are never in force on one day."""
    for source in versions:
        body = source.data
        if body["name"] != f"{body['layer']}-{body['effective_from']}":
            yield source.finding(
                ("name",), "", f"the name is layer and first day: {body['layer']}-{body['effective_from']}"
            )
        if body.get("effective_to") and _day(body["effective_to"]) < _day(body["effective_from"]):
            yield source.finding(("effective_to",), "", "the last day lies before the first")
    for one, other in combinations(versions, 2):
        early, late = sorted((one, other), key=lambda source: (str(source.data["effective_from"]), source.name))
        if one.data["layer"] != other.data["layer"]:
            continue
        end = early.data.get("effective_to")
        starts = [str(source.data["effective_from"]) for source in (early, late)]
        if succession and end is None and starts[0] != starts[1]:
            continue
        if end is None or _day(end) >= _day(late.data["effective_from"]):
            until = f"until {end}" if end else "without end"
            yield late.finding(
                ("effective_from",),
                "",
                f"in force from {late.data['effective_from']} while {early.data['name']} is ({until}): dates of one layer may not overlap",
            )


def _day(value: object) -> date:
    return date.fromisoformat(str(value))
