"""What can be said about a condition without running the hub: its syntax, its names, whether it can ever hold."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cel

from hub.domain.named_facts import SCOPES, NamedFact

EXHAUSTIVE = 50_000
"""Up to so many combinations of values all are tried; above it nothing is concluded from trying."""
SAMPLES = 5_000
POSITION = re.compile(r"<input>:(\d+):(\d+): (.*)")
LITERAL = re.compile(r"(?<![\w.'])-?\d+(?![\w.'])")


class Broken(Exception):
    """A condition that is not right. ``line`` counts from the condition's own first line."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def compiled(when: str, scope: str) -> cel.Program:
    """The condition, its names known in its scope. Raises Broken, with line and column for a mistake of syntax."""
    try:
        program = cel.compile(when)
    except ValueError as error:
        found = POSITION.search(str(error))
        if found is None:
            raise Broken(f"the condition cannot be read: {error}") from error
        reason = found[3].replace("Syntax error: ", "")
        raise Broken(f"the condition cannot be read at column {found[2]}: {reason}", int(found[1])) from error
    known = SCOPES.get(scope, {})
    for name in program.variables():
        if name not in known:
            near = [one for one in known if one.startswith(name[:4])]
            hint = f"; near it: {', '.join(near)}" if near else ""
            raise Broken(f"unknown fact {name} in scope {scope}{hint}")
    return program


def variables(*programs: cel.Program) -> list[str]:
    """The facts that these conditions read."""
    return sorted({name for program in programs for name in program.variables()})


def cases(scope: str, names: Sequence[str], *sources: str) -> tuple[Iterator[dict[str, Any]], bool]:
    """Combinations of values of these facts, and whether they are all that can tell one from another."""
    facts = SCOPES[scope]
    domains = [_domain(facts[name], sources) for name in names]
    size = 1
    for domain in domains:
        size *= len(domain)
    if size <= EXHAUSTIVE:
        return (dict(zip(names, values, strict=True)) for values in itertools.product(*domains)), True
    chance = random.Random(1)
    return (
        {name: chance.choice(domain) for name, domain in zip(names, domains, strict=True)} for _ in range(SAMPLES)
    ), False


def _domain(fact: NamedFact, sources: Sequence[str]) -> tuple[Any, ...]:
    """All values of a closed fact; of an open number those beside every number that the conditions name."""
    if fact.domain:
        return fact.domain
    if fact.type == "list":
        return ([],)
    named = {int(one) for source in sources for one in LITERAL.findall(source)} | {0}
    return tuple(sorted({value + step for value in named for step in (-1, 0, 1)}))


def holds(program: cel.Program, facts: Mapping[str, Any]) -> bool:
    """Whether a condition holds for these values. Raises Broken where it is not yes or no."""
    try:
        found = program.execute(cel.Context(variables=dict(facts)))
    except Exception as error:  # whatever the evaluator says is the author's to correct
        raise Broken(f"the condition cannot be worked out: {str(error).splitlines()[0]}") from error
    if not isinstance(found, bool):
        raise Broken(f"the condition gives {found!r}, not yes or no")
    return found


def unreachable(program: cel.Program, scope: str) -> bool:
    """Whether no combination of values makes the condition hold. Only said where every combination was tried."""
    names = variables(program)
    tried, complete = cases(scope, names, program.source)
    results = [holds(program, facts) for facts in tried]  # all of them: one that cannot be worked out is a mistake too
    return complete and not any(results)


def implies(one: cel.Program, other: cel.Program, scope: str) -> dict[str, Any] | None:
    """Values under which ``one`` holds and ``other`` does not; None where none was found."""
    names = variables(one, other)
    tried, _ = cases(scope, names, one.source, other.source)
    for facts in tried:
        if holds(one, _of(one, facts)) and not holds(other, _of(other, facts)):
            return facts
    return None


def _of(program: cel.Program, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in program.variables()}
