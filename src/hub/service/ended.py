"""What is said to events that name a record whose retention has ended: a clear answer, instead of waiting for ever.

Of a finding or formal act that was removed only a mark is left, under its own id, and its ref is still known. So the same
event sent again is still a duplicate, and whatever else names it is refused with ``retention_ended``.
"""

from __future__ import annotations

from hub.domain.files import ActFile, FindingFile
from hub.service.session import Session
from hub.service.verdicts import Refusal

ENDED = "retention_ended"
_NEW = "the retention of what this names has ended; state what is new under a new ref"


def refuse_ended(file: FindingFile | ActFile | None) -> None:
    """Raises Refusal where only the mark is left."""
    if file is not None and file.ended:
        raise Refusal(ENDED, _NEW, status=410)


async def refuse_about_ended(session: Session, act: ActFile) -> None:
    """Raises Refusal where an act names something that has ended, and nothing that is here."""
    known = [ident for ident in act.about.values() if ident]
    files = [await session.file(ident) or await session.act(ident) for ident in known]
    if files and all(file is not None and file.ended for file in files):
        refuse_ended(files[0])
