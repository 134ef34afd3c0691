"""Tolerance and correction (contract section 4.1; Articles 10 and 11)."""

from __future__ import annotations

from schemas.base import IsoDate, Ref, Text
from schemas.out_base import Outgoing, Reasoned


class ToleranceReviewRequested(Reasoned):
    """The accountability organ decides on tolerance before any task. Silence is no decision."""

    about: tuple[Ref, ...] = ()


class ToleranceNotApplicable(Reasoned):
    """A red line: no tolerance (R-TO-05)."""


class ToleranceException(Outgoing):
    """Tolerated across a red line: reported to the level above."""

    decision: Ref


class CorrectionOpened(Outgoing):
    """Correction starts with tolerance. ``incomplete``: items, requirements or deadline are missing."""

    correction: Ref
    items: tuple[Text, ...] = ()
    requirements: Text | None = None
    deadline: IsoDate | None = None
    incomplete: bool = False
    exceeds_default: bool = False


class CorrectionExtendedNotice(Outgoing):
    """The deciding organ moved the deadline."""

    correction: Ref
    until: IsoDate


class CorrectionOverdue(Outgoing):
    """The deadline passed: people act on it, the hub takes no measure."""

    correction: Ref
    was_due: IsoDate | None = None


class CorrectionClosed(Outgoing):
    """The correction is confirmed."""

    correction: Ref
