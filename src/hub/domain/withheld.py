"""An accepted statement without the citizen numbers of those it names: for what is kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WITHHELD = "withheld"
"""Stands where a number was stated: that there was one is part of what was said."""


def without_numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` of an inbound event with every citizen number withheld, of its subjects or of the cadre it records.

    These are the only places where an event may carry one (:mod:`hub.domain.leaks`). ``data`` itself stays as it is.
    """
    kept = _withheld(data)
    if isinstance(kept.get("subject"), Mapping):
        kept["subject"] = _withheld(kept["subject"])
    if isinstance(kept.get("subjects"), list):
        kept["subjects"] = [_withheld(one) if isinstance(one, Mapping) else one for one in kept["subjects"]]
    return kept


def _withheld(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: WITHHELD if name == "citizen_id" and value else value for name, value in one.items()}
