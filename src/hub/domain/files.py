"""The file of one finding: its revisions, its subjects and whom they were matched to; and of one formal act."""

from __future__ import annotations

from typing import Any, Literal

from hub.domain.facts import Fact, Said

How = Literal["strong", "person", "probable", "review", "none", "unit", "ended"]
"""``ended``: the retention of that cadre's dossier has ended; this finding stays for the sake of others."""


class Revision(Fact):
    """One revision as it was received. ``hash`` is over the data alone; ``data`` only of the one in force or parked."""

    id: str
    time: str
    hash: str
    retracted: bool = False
    data: dict[str, Any] | None = None


class Forecast(Fact):
    """What the matcher said of a subject, in codes: ``cell`` is ``<route>/<bin of the first candidate's probability>``."""

    cell: str
    shown: int = 0
    reasons: list[str] = []


class SubjectFile(Fact):
    """One subject and whom it was matched to. ``key`` tells whether a later revision means the same subject."""

    key: str
    how: How
    cadre: str | None = None
    """The cadre; of a team or unit its organ."""
    kind: str = "cadre"
    candidates: list[str] = []
    explanation: dict[str, Any] = {}
    after: str | None = None
    """When a match to somebody else was revoked: acts made before it do not carry over."""
    answers: list[list[str]] = []
    """[time, event id, chosen cadre or ""] of each answer of people, and first the strong match that they replaced."""
    forecast: Forecast | None = None
    """None where an earlier release matched it, and for a team or unit."""
    counted: str = ""
    """``<YYYY-MM>/<outcome>``: what the answer in force counts as in the calibration report; empty where it does not."""

    @property
    def confirmed(self) -> bool:
        """Strong id or a person (Gate-1)."""
        return self.how in ("strong", "person") and self.cadre is not None


class FindingFile(Fact):
    """Everything about one finding. ``current`` is 0 while only later revisions are here (parked)."""

    id: str
    ref: str
    source: str
    current: int = 0
    revisions: dict[int, Revision] = {}
    subjects: dict[int, SubjectFile] = {}
    acts: list[str] = []
    said: dict[str, Said] = {}
    first_time: str = ""
    ended: str = ""
    """The day on which its content was removed (R-CF-03); only this mark is left of it then."""

    def in_force(self) -> Revision | None:
        """The revision in force; None while parked."""
        return self.revisions.get(self.current)

    def statement_data(self) -> dict[str, Any]:
        """The data in force: of a retraction that of the highest statement before it."""
        numbers = [n for n in sorted(self.revisions) if n <= self.current and self.revisions[n].data is not None]
        return (self.revisions[numbers[-1]].data or {}) if numbers else {}


class ActFile(Fact):
    """A determination or tolerance decision, with what it is about as far as known."""

    id: str
    ref: str
    source: str
    kind: str
    type: Literal["act", "tolerance", "application"]
    data: dict[str, Any]
    time: str
    hash: str = ""
    about: dict[str, str | None] = {}
    """Ref as written → finding or act id, None while unknown."""
    person: str | None = None
    """The one cadre that it concerns, where it concerns one person."""
    dossiers: list[str] = []
    revoked: bool = False
    extensions: list[list[str]] = []
    """[time, until] of each approved extension."""
    confirmed_on: str | None = None
    """The day on which a correction was confirmed."""
    own_case: bool = False
    events: list[str] = []
    """Ids of the events that made it up: the act itself, extensions, revocation, correction."""
    ended: str = ""
    """As of a finding."""
