"""Clarification (澄清正名) for those who were wrongly reported (contract section 4.2; Article 12)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.base import IsoDate, Ref
from schemas.out_base import Outgoing
from schemas.vocab import Blocker, ClarificationForm, Harm

Ground = Literal["false_accusation", "seriously_untrue", "mistaken_report", "untrue_with_harm", "mistaken_identity"]


class ClarificationAssessmentRequested(Outgoing):
    """The verifying body assesses the harm."""

    harm: tuple[Harm, ...] = ()


class ClarificationProposed(Outgoing):
    """``scope``: the issue only. ``forms`` always hold the written one. ``told_earlier``: who has to hear of it."""

    ground: Ground
    scope: Ref
    organ: Ref
    forms: tuple[ClarificationForm, ...] = Field(min_length=1)
    told_earlier: tuple[Ref, ...] = ()


class ClarificationDeferred(Outgoing):
    """The body states a blocker."""

    blocker: Blocker


class ClarificationClosed(Outgoing):
    """It was done, in these forms; ``consent`` as the cadre gave it."""

    forms: tuple[ClarificationForm, ...] = Field(min_length=1)
    consent: bool
    of: Ref | None = None
    organ: Ref | None = None
    on: IsoDate | None = None


class ClarificationRetracted(Outgoing):
    """The proposal's ground is gone before it was done."""

    of: Ref | None = None
