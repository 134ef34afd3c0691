"""What people say about an identity: who may say it, and what follows (R-ID-02, R-ID-03, R-ID-05)."""

from __future__ import annotations

from hub.domain.files import FindingFile
from hub.service import binding, calibration, findings
from hub.service.session import Session


async def reviewers(session: Session, file: FindingFile, index: int, chosen: str | None) -> set[str]:
    """The departments that may say who is meant: the one that was asked, and those of the person matched now and of the one chosen."""
    asked = file.said.get(f"review:{index}")
    found = {asked.to} if asked is not None else set()
    for cadre in filter(None, (file.subjects[index].cadre, chosen)):
        place = await session.standing(f"cadre:{cadre}")
        found |= {place.department} if place.department else set()
    return found


async def answered(session: Session, file: FindingFile, index: int, chosen: str | None) -> None:
    """People said who is meant. The answer with the latest time holds; what is replaced is revoked (R-ID-05)."""
    cause = session.cause
    assert cause is not None
    subject = file.subjects[index]
    if subject.how == "strong" and subject.cadre and not subject.answers:
        subject.answers = [["", "", subject.cadre]]
    said = sorted([*subject.answers, [cause.time, cause.id, chosen or ""]])
    subject.answers = [[*when, await session.real_cadre(who) if who else ""] for *when, who in said]
    holding = subject.answers[-1][2] or None
    subject.after = _taken_over(subject.answers, holding)
    await calibration.count(session, subject)
    session.put_file(file)
    findings.close_review(session, file, index, cause.time[:10])
    base = {"finding": file.ref, "subject": index}
    if subject.confirmed and subject.cadre == holding:
        await binding.follow(session, file)
        return
    if subject.confirmed:
        await findings.revoke(session, file, index, base)
    if holding is None:
        if subject.how != "none":
            session.say("finding.returned_to_source", file.source, base | {"reason": "no_match"}, ["R-ID-04"])
        subject.how, subject.cadre = "none", None
        return
    subject.how, subject.cadre = "person", holding
    await findings.tell(session, holding, "match.confirmed", base | {"route": "person"}, ["R-ID-02"])
    await findings.hand_one(session, session.registry.sources[file.source], file, index)


def _taken_over(answers: list[list[str]], holding: str | None) -> str | None:
    """When the one who holds now took over from somebody else; None where nobody else ever held."""
    others = [at for at, (_, _, chosen) in enumerate(answers) if chosen and chosen != holding]
    return answers[others[-1] + 1][0] if others else None
