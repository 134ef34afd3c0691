"""What a finding says about one subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub.domain.matching import citizen_id as numbers
from hub.domain.matching import names, posts, spans
from hub.domain.matching.spans import Span

FORMER = "原"
PRESENT = "现任"
THEN = "时任"
_WORDINGS = {"时任": THEN, "現任": PRESENT, "现任": PRESENT, "原": FORMER, "原任": FORMER, "前": FORMER, "前任": FORMER}


def _text(value: object) -> str | None:
    text = str(value).strip() if value is not None else ""
    return text or None


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, (list, tuple)) else [value]
    return tuple(text for one in listed if (text := _text(one)))


def _posts_of(post: str | None) -> posts.PostSaid:
    return posts.parse(post) if post else posts.PostSaid(())


@dataclass(frozen=True, slots=True)
class SubjectQuery:
    """One subject of a finding, as stated; None where nothing was stated.

    ``organ``: words of the report or an organ's code. ``at``: the conduct's time, ``2019``, ``2019-05``,
    ``2019-05-14`` or {from, to} of these. ``wording``: 时任 (or none), 现任, 原. ``published``: the day of the report.
    The fields after ``place`` are derived once and never given.
    """

    name: str | None
    citizen_id: str | None
    aliases: tuple[str, ...]
    organ: str | None
    post: str | None
    at: str | Mapping[str, Any] | None
    wording: str | None
    published: date
    cadre_id: str | None = None
    place: str | None = None
    names: tuple[str, ...] = field(init=False)
    """The name and the aliases stated."""
    conduct: Span | None = field(init=False)
    said_post: posts.PostSaid = field(init=False)
    tense: str = field(init=False)
    masked: bool = field(init=False)
    published_day: int = field(init=False)
    reference: Span | None = field(init=False)
    """The days on which the stated post was held: publication for 现任, else the conduct's."""
    valid_id: str | None = field(init=False)
    """The citizen number where its check holds."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        said = _posts_of(self.post)
        put(self, "names", (self.name, *self.aliases) if self.name else self.aliases)
        put(self, "citizen_id", numbers.normal(self.citizen_id) if self.citizen_id else None)
        put(self, "conduct", spans.conduct_span(self.at, self.published))
        put(self, "said_post", said)
        put(self, "tense", _WORDINGS.get((self.wording or "").strip(), said.wording or THEN))
        day = self.published.toordinal()
        put(self, "published_day", day)
        put(self, "reference", Span(day, day) if self.tense == PRESENT else self.conduct)
        put(self, "valid_id", self.citizen_id if self.citizen_id and numbers.is_valid(self.citizen_id) else None)
        put(self, "masked", bool(self.name and names.is_masked(self.name)))

    @classmethod
    def from_wire(cls, subject: Mapping[str, Any], published: date) -> SubjectQuery:
        """From a subject of contracts.md 3.1. Unknown fields are left alone; nothing raises on a missing one."""
        at = subject.get("at")
        return cls(
            name=_text(subject.get("name")),
            citizen_id=_text(subject.get("citizen_id")),
            aliases=_texts(subject.get("aliases")),
            organ=_text(subject.get("organ")),
            post=_text(subject.get("post")),
            at=at if isinstance(at, Mapping) else _text(at),
            wording=_text(subject.get("wording")),
            published=published,
            cadre_id=_text(subject.get("cadre_id")),
            place=_text(subject.get("place")),
        )
