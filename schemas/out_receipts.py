"""Receipts to sources, alerts to operations, what was set aside (contract sections 2, 4.3 and 6). Codes and ids only: nothing of a message."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from schemas.base import IsoDate, Payload, Ref
from schemas.out_base import Code, Due, RuleId

Missing = Literal["authority", "level", "document_no", "decided_on", "fabrication", "intent", "factors", "subject"]


class Problem(Payload):
    """One thing wrong with a message: a place in it and what is expected there."""

    loc: str = Field(max_length=200)
    problem: str = Field(max_length=400)


class Receipt(Payload):
    """To the source named in the message. ``event``: the id of its event; ``finding`` or ``determination``: its own ref."""

    to: Ref
    event: Ref | None = None
    finding: Ref | None = None
    revision: int | None = Field(None, ge=1)
    determination: Ref | None = None
    rules: tuple[RuleId, ...] = ()
    pack: tuple[Ref, ...] = ()
    cadre: Ref | None = None
    case: Ref | None = None


class FindingAccepted(Receipt):
    """Taken. ``warnings``: what the source may want to look at."""

    warnings: tuple[Literal["id_checksum", "retention_ended"], ...] = ()


class DuplicateIgnored(Receipt):
    """The same id with the same content was taken before."""


class Refused(Receipt):
    """Not taken, and why."""

    reason: Code
    problems: tuple[Problem, ...] = ()


class FindingQuarantined(Refused):
    """Set aside: petitioner data in clear, or other content under a known id or revision. Nothing of it is kept."""


class FindingRejected(Refused):
    """Refused: signature, form, label."""


class FindingReturned(Refused):
    """Outside the remit, or about nobody known here: ``subject`` is its index in the finding."""

    subject: int | None = Field(None, ge=0)


class FindingParked(Receipt):
    """Kept until its predecessor arrives."""

    waits_for: Ref | None = None


class DeterminationAccepted(Receipt):
    """Taken."""


class DeterminationParked(FindingParked):
    """Kept until what it is about arrives."""


class DeterminationRejected(Receipt):
    """Elements of a formal act are missing, or another reason."""

    missing: tuple[Missing, ...] = ()
    reason: Code | None = None
    problems: tuple[Problem, ...] = ()


class ReplyAccepted(Receipt):
    """Taken. ``reply``: its type. ``parked``: what it answers is not here yet; it is applied, or refused, when that comes."""

    reply: Ref
    parked: bool = False


class ReplyRejected(Refused):
    """Refused: a second person is missing, the item is not open, it is not this sender's … ``missing``: fields that name nothing known."""

    missing: tuple[Code, ...] = ()


class FeedbackDue(Receipt):
    """The outcome is owed to this body. ``of``: the case."""

    of: Ref
    form: Literal["written", "adoption"]
    due: Due | None = None


class FeedbackGiven(Receipt):
    """The outcome, to the extent that the body may know it. ``of``: the case."""

    of: Ref
    outcome: Code


class Alert(Payload):
    """To operations."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    to: Ref | None = None
    rules: tuple[RuleId, ...] = ()


class LedgerAlert(Alert):
    """Verification failed: publication stops, intake goes on. ``first_bad``: id of the first altered entry."""

    first_bad: Ref


class SourceSilent(Alert):
    """Nothing has come from a source for longer than usual."""

    source: Ref
    since: IsoDate | None = None


class SourceGap(Alert):
    """Sequence numbers of a source are missing, ``from`` to ``to_number``, both included."""

    source: Ref
    from_: int = Field(alias="from", ge=0)
    to_number: int = Field(ge=0)


class FlowStalled(Alert):
    """A part of the flow does not move."""

    flow: Ref
    since: Ref | None = None


class EventSetAside(Payload):
    """An inbound record that could not be handled, in ``<topic>-dlq``: its place and why. Never anything of its content.

    ``kind``: malformed, unknown_source, poison (the hub knows why) or unexpected. ``source`` and ``event`` (its id) only
    where they could be vetted. ``kept``: the content lies with the hub and can be tried again.
    """

    topic: Ref
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    kind: Literal["malformed", "unknown_source", "poison", "unexpected"]
    reason: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,100}$")]
    detail: Annotated[str, StringConstraints(max_length=1000)]
    source: Ref | None
    event: Ref | None
    kept: bool
    seen: Ref
    attempts: int = Field(ge=1)
