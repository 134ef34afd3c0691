"""Who is known to the hub: organs, sources (bodies, departments, others), people. Small, read with every batch."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

SourceKind = Literal["body", "dept", "organ"]
LEVELS = ("central", "province", "prefecture", "county", "township")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Organ(_Frozen):
    """An organ as far as routing needs it. ``kind``: party_committee, government, bureau, township, village …"""

    code: str
    name: str
    level: str | None = None
    parent: str | None = None
    kind: str | None = None


class Source(_Frozen):
    """A registered sender and recipient: a body, an organization department, or another organ.

    ``kind`` gives the URN (``urn:hub:<kind>:<code>``). ``body`` is one of the seven kinds or a context kind (appraisal,
    other); ``role`` says what an organ is otherwise (party_committee, joint_meeting, hr_department). ``keys`` maps key ids
    (``<code>/<n>``) to public JWKs. ``token_hash`` is the argon2 hash of the bearer token for HTTP.
    """

    code: str
    kind: SourceKind
    organ: str
    level: str | None = None
    body: str | None = None
    role: str | None = None
    keys: dict[str, dict[str, str]] = {}
    token_hash: str | None = None
    trusted_channel: bool = False
    remit_categories: tuple[str, ...] = ()
    remit_organs: tuple[str, ...] = ()

    @property
    def urn(self) -> str:
        """The CloudEvents ``source``."""
        return f"urn:hub:{self.kind}:{self.code}"


class Person(_Frozen):
    """Somebody who asks and confirms. ``place`` is the code of the department, body or organ they work in.

    ``cadre``: the roster's id of the cadre they are, where they are one: nobody handles their own matters.
    """

    code: str
    place: str
    role: str
    works_under: tuple[str, ...] = ()
    kin_of: tuple[str, ...] = ()
    cadre: str | None = None
    token_hash: str | None = None


class Registry(_Frozen):
    """The whole registry, immutable; a change makes a new one with a higher ``version``."""

    version: int = 0
    organs: dict[str, Organ] = {}
    sources: dict[str, Source] = {}
    people: dict[str, Person] = {}

    def by_urn(self, urn: str) -> Source | None:
        """The source named by a CloudEvents ``source`` attribute, or None."""
        kind, _, code = urn.removeprefix("urn:hub:").partition(":")
        source = self.sources.get(code)
        return source if source is not None and source.kind == kind else None

    def level_of(self, organ: str | None) -> str | None:
        """The level of an organ, or of the nearest ancestor that has one."""
        seen: set[str] = set()
        while organ is not None and organ not in seen:
            seen.add(organ)
            found = self.organs.get(organ)
            if found is None:
                return None
            if found.level is not None:
                return found.level
            organ = found.parent
        return None

    def parent_committee(self, organ: str | None) -> str | None:
        """The next Party committee above an organ (not the organ itself)."""
        seen: set[str] = set()
        while organ is not None and organ not in seen:
            seen.add(organ)
            found = self.organs.get(organ)
            if found is None or found.parent is None:
                return None
            organ = found.parent
            above = self.organs.get(organ)
            if above is not None and above.kind == "party_committee":
                return organ
        return None

    def line(self, organ: str | None) -> list[str]:
        """An organ and everything above it, nearest first."""
        found: list[str] = []
        while organ is not None and organ not in found:
            found.append(organ)
            above = self.organs.get(organ)
            organ = None if above is None else above.parent
        return found

    @cached_property
    def _beside(self) -> dict[tuple[str, str], str]:
        table: dict[tuple[str, str], str] = {}
        for source in sorted(self.sources.values(), key=lambda one: one.code):
            what = source.body or source.role or ("department" if source.kind == "dept" else None)
            if what is not None:
                table.setdefault((what, source.organ), source.code)
        return table

    def beside(self, what: str, committee: str | None) -> str | None:
        """The source of that kind (``discipline``, ``hr_department``, ``department`` …) beside a committee."""
        return None if committee is None else self._beside.get((what, committee))

    def superior(self, what: str, committee: str | None) -> str | None:
        """The source of that kind beside the nearest committee above."""
        seen: set[str] = set()
        above = self.parent_committee(committee)
        while above is not None and above not in seen:
            seen.add(above)
            found = self.beside(what, above)
            if found is not None:
                return found
            above = self.parent_committee(above)
        return None
