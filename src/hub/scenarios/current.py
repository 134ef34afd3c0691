"""Current outputs of a dossier: what stands, however it came about."""

from __future__ import annotations

import orjson

from hub.domain.facts import Dossier

SUSPENDED = ("personnel.held",)
TOLD = ("corroboration.updated", "case.closed", "personnel.not_applicable", "tolerance.not_applicable")
NOTHING = ("K0", "superseded")
"""A case that fell to K0, or became part of another, says no more than one that was never told of."""


def current_outputs(dossier: Dossier) -> list[str]:
    """One line each, without id, cause, time and due. Held proposals and their holds depend on the way and are left out."""
    held = {said.case for said in dossier.said.values() if said.type == "personnel.held" and said.state == "open"}
    found = []
    for said in dossier.said.values():
        if said.slot.startswith("task:") or not said.type or said.type in SUSPENDED:
            continue
        asked = said.state == "open" and not (said.type == "tolerance.review.requested" and said.case in held)
        if asked or (said.state == "told" and said.type in ("corroboration.updated", "case.closed")):
            found.append([dossier.key, said.type, said.to, said.case, said.digest])
    task = dossier.open_task()
    if task is not None and not any(case in held for case in task.cases):
        found.append(
            [dossier.key, "task.proposed", task.to, ",".join(sorted(task.cases)), f"{task.measure}{task.candidates}"]
        )
    return sorted(orjson.dumps(line).decode() for line in found)
