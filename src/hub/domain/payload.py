"""What an event carries: the common fields of contract section 4, and the full ones for the managing department."""

from __future__ import annotations

from typing import Any

from hub.domain.explain import ALTERNATIVES, facts, gates
from hub.domain.explain_text import explanation
from hub.domain.view import View
from hub.domain.wants import Output


def payload(view: View, output: Output) -> dict[str, Any]:
    """The fields that every event of contract section 4 carries, and the full ones for the managing department."""
    about = view.dossier.about
    data: dict[str, Any] = {}
    if output.case is not None:
        data["case"] = f"{about}/{output.case}"
    data[view.dossier.kind] = about
    pack = next(
        (
            task.pack
            for task in view.dossier.tasks
            if task.id == output.data.get("task") and output.type.startswith("task.")
        ),
        None,
    )
    data |= {"to": output.to, "rules": output.rules, "pack": list(pack or view.pack.names)}
    case = view.cases.get(output.case or "")
    full = (
        output.to in (view.department, view.standing.co_department)
        and output.type not in BARE
        and not (output.type == "task.recalled" and output.data.get("reason") == "rerouted")
    )
    if case is not None and (full or output.type == "tolerance.review.requested"):
        data["level"] = case.level
    if full and output.type in FULL:
        data |= {"facts": facts(view, case, output.type), "alternatives": list(ALTERNATIVES)}
        if case is not None:
            data["gates"] = gates(view, case)
            if output.type in ("task.proposed", "task.amended"):
                data["hearing_required"] = data["gates"]["Gate-8"] == "hearing_required"
        data["explanation"] = explanation(view, case, output.rules, output.type, output.data)
    return data | output.data


FULL = frozenset(
    {
        "task.proposed",
        "task.amended",
        "task.rerouted",
        "verify.requested",
        "reminder.suggested",
        "talk.suggested",
        "key_assessment.suggested",
        "conflict.opened",
        "task.review.requested",
        "restoration.proposed",
        "case.closed",
    }
)
BARE = frozenset({"notice.correction", "followup.withdrawn"})
