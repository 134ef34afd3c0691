"""Current outputs of a dossier: what stands, however it came about."""

from __future__ import annotations

import orjson

from hub.domain.facts import Dossier

SUSPENDED = ("personnel.held",)
HOLDING = ("personnel.held", "conflict.opened")
TOLD = ("corroboration.updated", "case.closed", "personnel.not_applicable", "tolerance.not_applicable")
NOTHING = ("K0", "superseded")
"""A case that fell to K0, or became part of another, says no more than one that was never told of."""


def current_outputs(dossier: Dossier) -> list[str]:
    """One line each, without id, cause, time and due. Held proposals and their holds depend on the way and are left out."""
    held = {said.case for said in dossier.said.values() if said.type in HOLDING and said.state == "open"}
    waiting = {
        said.case
        for said in dossier.said.values()
        if said.type in HOLDING and said.state == "open" and not said.slot.startswith("held:tolerance_applied")
    }
    found = []
    for said in dossier.said.values():
        if said.slot.startswith("task:") or not said.type or said.type in SUSPENDED:
            continue
        waits = said.type == "tolerance.review.requested" and waiting & {said.case, None}
        asked = said.state == "open" and not waits
        if asked or (said.state == "told" and said.type in TOLD and said.digest not in NOTHING):
            found.append([dossier.key, said.type, said.to, said.case, said.digest])
    task = dossier.open_task()
    for entry in task.basis.get("", ()) if task is not None and None not in held else ():
        case, *measures = entry.split("|")
        if task is not None and case not in held:
            found.append([dossier.key, "task.proposed", task.to, case, ",".join(measures)])
    return sorted(orjson.dumps(line).decode() for line in found)
