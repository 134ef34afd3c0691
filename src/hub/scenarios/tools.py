"""Tools around scenarios: a template to begin with, and a comparison of two rule packs over many scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from hub.domain.pack import PackSet, Version
from hub.errors import UsageError
from hub.policy.loader import shipped
from hub.scenarios.format import Scenario
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.outputs import Output
from hub.scenarios.runner import Result, run

TEMPLATE = "template.yaml"


def write_template(file: Path) -> None:
    """Write a commented scenario that passes. Raises UsageError where the file is there already."""
    if file.exists():
        raise UsageError(f"{file} is there already", hint="name another file; nothing was written")
    file.parent.mkdir(parents=True, exist_ok=True)
    text = (resources.files("hub.scenarios") / TEMPLATE).read_text(encoding="utf-8").replace("{name}", file.name)
    file.write_text(text, encoding="utf-8")


@dataclass(slots=True)
class Difference:
    """How one scenario comes out under two packs."""

    scenario: Scenario
    only_old: list[str] = field(default_factory=list)
    only_new: list[str] = field(default_factory=list)
    rules_old: list[str] = field(default_factory=list)
    rules_new: list[str] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether anything at all comes out differently."""
        return bool(self.only_old or self.only_new)


def packs_of(scenario: Scenario, more: Sequence[Version]) -> PackSet:
    """The packs of the scenario's world with these versions laid over them."""
    return shipped(tuple(scenario.world.get("pack") or ())).extended(more)


async def compare(scenario: Scenario, old: Sequence[Version], new: Sequence[Version]) -> Difference:
    """Run a scenario under both and keep what differs. Ids and the names of packs are no difference."""
    before, after = [await _under(scenario, more) for more in (old, new)]
    lines = [Counter(_line(scenario, one) for one in result.outputs) for result in (before, after)]
    fired = [{rule for one in result.outputs for rule in one.data.get("rules") or ()} for result in (before, after)]
    return Difference(
        scenario,
        only_old=sorted((lines[0] - lines[1]).elements()),
        only_new=sorted((lines[1] - lines[0]).elements()),
        rules_old=sorted(fired[0] - fired[1]),
        rules_new=sorted(fired[1] - fired[0]),
    )


async def _under(scenario: Scenario, more: Sequence[Version]) -> Result:
    packs = packs_of(scenario, more)
    return await run(scenario, lambda one: HubInMemory(one, packs), orders=False)


SAID = ("level", "measure", "candidates", "how", "kind", "flag", "ground", "reason", "due", "was_due", "answer")


def _line(scenario: Scenario, one: Output) -> str:
    """An output without what differs by itself: day, type, recipient, whom it is about, what it says."""
    day = (one.at.date() - scenario.moment("d0").date()).days
    data = one.data
    about = next((str(data[name]) for name in ("cadre", "team", "unit", "finding") if data.get(name)), "")
    said = [f"{name} {data[name]}" for name in SAID if data.get(name) is not None]
    parts = (f"d{day:<3}", one.type, f"→ {one.to}", about, *said, " ".join(data.get("rules") or ()))
    return "  ".join(part for part in parts if part)
