"""The facts of a dossier: everything about one cadre (or one unit) that judgement rests on, and what was said so far.

A dossier is its facts (``evolve``); what should be current follows from them (``wanted``); the difference to what was said is
what gets published (``decide``). All parts are plain data and keep their order, so that a rebuild is equal byte for byte.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PrivateAttr


class Fact(BaseModel):
    """A part of a dossier."""

    model_config = ConfigDict(extra="forbid", validate_assignment=False)


class Statement(Fact):
    """What one finding, as now in force, says about this subject."""

    id: str
    ref: str
    source: str
    body: str
    level: str
    organ: str
    committee: str | None = None
    lineage: list[str] = []
    context: bool = False
    revision: int
    status: str
    verified_by: str | None = None
    """Another registered body, where the sender names it as the one that verified."""
    issue: str
    objects: list[str] = []
    period: list[str | None] | None = None
    place: str | None = None
    category: str
    severity: str | None = None
    attribution: str = "none_stated"
    dissent: bool = False
    sub_code: str | None = None
    conduct: str | None = None
    matter: str | None = None
    relations: list[list[str]] = []
    evidence: list[list[str]] = []
    """[ref, "own" or ""]"""
    harm: list[str] = []
    blockers: list[str] = []
    duties_performed: bool = False
    unsuited_to_level: bool = False
    prior_warning: bool = False
    proposes_responsibility: bool = False
    ranking_fell: bool = False
    heard: bool = False
    time: str
    """Event time of the revision in force."""
    first_time: str
    """Earliest event time of any revision."""
    accepted: str = ""
    """Day on which the hub took the revision in force. No input of any judgement, only of clocks."""
    first_accepted: str = ""
    linked: bool = True

    @property
    def speaker(self) -> str:
        """The source whose verification this is."""
        return self.verified_by or self.source


class Act(Fact):
    """A formal act of a competent organ that concerns this cadre."""

    id: str
    ref: str
    source: str
    body: str | None = None
    kind: str
    about: list[str] = []
    own_case: bool = False
    level: str | None = None
    decided_on: str | None = None
    effective_on: str | None = None
    document_no: str | None = None
    measure: str | None = None
    severity: str | None = None
    type: str | None = None
    form: str | None = None
    grade: str | None = None
    conclusion: str | None = None
    sub_code: str | None = None
    outcome: str | None = None
    prevails: str | None = None
    unsuited_to_level: bool = False
    announced_to: list[str] = []
    merged_months: int | None = None
    extended_until: str | None = None
    revoked: bool = False
    parked: bool = False
    """Nothing that it is about is here yet: it waits, without any effect."""
    time: str
    accepted: str = ""


class Tolerance(Fact):
    """A decision of the accountability organ, for the findings or acts in ``about`` and this one person."""

    id: str
    ref: str
    source: str
    about: list[str]
    outcome: str
    items: list[str] = []
    requirements: str | None = None
    deadline: str | None = None
    extended_until: str | None = None
    extended_on: str | None = None
    confirmed_on: str | None = None
    time: str
    accepted: str = ""


class Note(Fact):
    """Anything else that somebody stated: an application, stated harm, an assessment, an approval, a talk …"""

    id: str
    kind: str
    source: str
    case: str | None = None
    about: list[str] = []
    time: str
    data: dict[str, Any] = {}


class Clock(Fact):
    """A running deadline. ``owes`` is the recipient who owes the step. Days are ISO text."""

    key: str
    start: str
    due: str
    owes: str
    rules: list[str] = []
    stopped: str | None = None
    fired: bool = False


class Pause(Fact):
    """A period in which a task's clocks stand still."""

    why: str
    since: str
    until: str | None = None


class Said(Fact):
    """Something that was published to one recipient and what became of it."""

    slot: str
    id: str
    type: str
    to: str
    family: str | None = None
    case: str | None = None
    on: str
    rules: list[str] = []
    grounds: list[str] = []
    digest: str = ""
    state: Literal["open", "done", "withdrawn", "told"] = "open"
    clocks: list[Clock] = []
    keep: dict[str, Any] = {}


class Task(Fact):
    """A personnel task: at most one open per cadre (P-3)."""

    n: int
    id: str
    to: str
    state: str = "delivered"
    measure: str | None = None
    candidates: list[str] = []
    cases: list[str] = []
    rules: list[str] = []
    level: str
    basis: dict[str, list[str]] = {}
    """Per case: ``finding@revision`` and act ids that bore the proposal."""
    pack: list[str] = []
    on: str
    held: list[str] = []
    flags: list[str] = []
    pauses: list[Pause] = []
    decision: dict[str, Any] | None = None
    executed_on: str | None = None
    executed_early: str | None = None
    """Reported as carried out before the decision is here."""
    copy_to: str | None = None
    acknowledged_on: str | None = None
    committee_level: str | None = None
    unit: str | None = None


class Standing(Fact):
    """Where a cadre's (or unit's) matters lie today. Made from roster and registry; recorded so that replay needs neither."""

    department: str | None = None
    committee: str | None = None
    committee_level: str | None = None
    own_department: str | None = None
    """The managing department before recusal moved the matter up."""
    co_department: str | None = None
    discipline: str | None = None
    superior_discipline: str | None = None
    superior_department: str | None = None
    hr: str | None = None
    host_department: str | None = None
    county_discipline: str | None = None
    state: str = "active"
    unit: str | None = None
    post: str | None = None
    elected: bool = False
    outside: bool = False
    moved: str | None = None
    """How the present post was come by: transfer, promotion …"""
    changes_on: str | None = None
    """The next day on which this will change by itself."""


class Impact(Fact):
    """The impact period of one decision or act: last days per restriction."""

    id: str
    case: str
    basis: str
    document_no: str | None = None
    start: str
    ends: dict[str, str]
    state: Literal["running", "expired", "cancelled"] = "running"
    announced: bool = True


class Dossier(Fact):
    """All facts about one cadre or unit."""

    key: str
    about: str
    kind: Literal["cadre", "team", "unit"] = "cadre"
    standing: Standing = Standing()
    statements: dict[str, Statement] = {}
    acts: dict[str, Act] = {}
    tolerances: dict[str, Tolerance] = {}
    notes: dict[str, Note] = {}
    links: list[list[str]] = []
    """Issues that people found to be one."""
    unlinked: list[list[str]] = []
    said: dict[str, Said] = {}
    tasks: list[Task] = []
    levels: dict[str, str] = {}
    closed: dict[str, str] = {}
    impacts: dict[str, Impact] = {}
    revoked: list[str] = []
    """Findings that were wrongly matched to this cadre."""
    misled: list[str] = []
    """Issue and recipient of everyone who heard that such a match was wrong."""
    early: list[dict[str, Any]] = []
    """Replies that came before what they answer, as received."""
    merged_into: str | None = None
    today: str = ""
    packs: int = 0
    """Revision of the packs by which the whole of it was judged last."""
    _index: Any = PrivateAttr(default=None)

    @property
    def index(self) -> Any:
        """Where its parts are (:mod:`hub.domain.narrow`); in memory only, no part of the facts."""
        return self._index

    @index.setter
    def index(self, value: Any) -> None:
        self._index = value

    def open_task(self) -> Task | None:
        """The one open personnel task, if any."""
        for task in reversed(self.tasks):
            if task.state in OPEN_TASK:
                return task
        return None


OPEN_TASK = ("delivered", "acknowledged", "returned")
COUNTED = ("substantiated", "partly_substantiated")
UNTRUE = ("untrue", "seriously_untrue", "mistaken_report", "false_accusation")
CLEARING = (*UNTRUE, "no_violation")
RED_LINE = ("DISCIPLINE", "CRIME_LEAD", "FALSE_ACCUSER")
INACTIVE = ("retired", "resigned", "dismissed", "deceased", "transferred_out_of_scope")
FORMAL = ("sanction", "accountability", "accident_report", "audit_result", "appraisal", "unfit")
