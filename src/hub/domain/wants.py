"""What should be current: the outputs that follow from the facts, before they are compared with what was said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["item", "state", "once"]
Spec = tuple[str, str, list[str], str | None]
"""A clock to start: (deadline key, who owes the step, rules, start day or None for the day it is said)."""


@dataclass(slots=True)
class Want:
    """One output that should be current.

    ``slot`` identifies it over time. ``item``: asks for something until answered or withdrawn. ``state``: told again
    whenever ``digest`` changes. ``once``: told once and never taken back. ``grounds`` are why; an item that was answered
    is asked for again only on a ground that it did not have. ``suspended``: neither newly said nor taken back.
    ``clocks``: (deadline key, who owes the step, rules, start day or None for the day it is said).
    """

    slot: str
    type: str
    to: str
    rules: list[str]
    mode: Mode = "item"
    data: dict[str, Any] = field(default_factory=dict)
    case: str | None = None
    grounds: list[str] = field(default_factory=list)
    clocks: list[Spec] = field(default_factory=list)
    family: str | None = None
    digest: str = ""
    suspended: bool = False
    full: bool = False
    """Carries facts, level, gates, alternatives: only to the managing department."""


@dataclass(frozen=True, slots=True)
class Output:
    """An event to be published. ``cause`` overrides the causing event (deadlines: key and day)."""

    type: str
    to: str
    data: dict[str, Any]
    rules: list[str]
    case: str | None = None
    cause: list[str] | None = None
