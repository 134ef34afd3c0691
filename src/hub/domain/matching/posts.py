"""Posts as reports write them: 代县长 says its kind, 党组书记、局长 are two posts of one person."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from hub.domain.matching import tables

_SPLIT = re.compile(r"[、，,;；/|]|兼任|(?<=.)兼(?=.)")
_BRACKETS = re.compile(r"[（(\[【]([^）)\]】]*)[）)\]】]")
_WORDING = re.compile(r"^(时任|現任|现任|原任|原|前任|前)(?=.)")
_KIND_FRONT = (
    (re.compile(r"^代理?(?=[县区市州省旗盟镇乡局厅部]长|主任|院长|检察长)"), "代理"),
    (re.compile(r"^挂职(?:任)?"), "挂职"),
    (re.compile(r"^主持(?:全面)?工作的?"), "主持"),
    (re.compile(r"^临时负责的?"), "主持"),
)
_KIND_WORDS = (
    ("主持", "主持"),
    ("临时负责", "主持"),
    ("挂职", "挂职"),
    ("挂任", "挂职"),
    ("代理", "代理"),
    ("兼", "兼任"),
)


@dataclass(frozen=True, slots=True)
class PostPart:
    """One post: its plain name, and the kind of tenure where the report says it."""

    base: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class PostSaid:
    """All posts that a report gives one person at one time, and a wording written into the post (原局长)."""

    parts: tuple[PostPart, ...]
    wording: str | None = None


def _plain(text: str) -> str:
    words = tables.post_words()
    for modifier in words["modifiers"]:
        if text.startswith(modifier) and text[len(modifier) :].startswith("副"):
            text = text[len(modifier) :]
    return str(words["same"].get(text, text))


def _part(text: str) -> PostPart | None:
    kind = None
    for inside in _BRACKETS.findall(text):
        kind = kind or next((kind for word, kind in _KIND_WORDS if word in inside), None)
    text = _BRACKETS.sub("", text)
    for front, meant in _KIND_FRONT:
        if front.match(text):
            text, kind = front.sub("", text), meant
    if text.endswith("主持工作"):
        text, kind = text.removesuffix("主持工作"), "主持"
    return PostPart(_plain(text), kind) if text else None


@lru_cache(maxsize=1 << 14)
def parse(raw: str) -> PostSaid:
    """The posts within ``raw``. Titles that are no post (党组成员, 一级调研员) are left out beside one."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", raw))
    text = text.replace("(", "（").replace(")", "）")
    found = _WORDING.match(text)
    wording = {"时": "时任", "现": "现任", "現": "现任"}.get(found[1][0], "原") if found else None
    text = _WORDING.sub("", text)
    held_together = _BRACKETS.sub(lambda hit: hit[0].replace("、", "").replace("，", "").replace(",", ""), text)
    parts = [part for piece in _SPLIT.split(held_together) if piece and (part := _part(piece))]
    extras = set(tables.post_words()["extras"])
    posts = [part for part in parts if part.base not in extras] or parts
    return PostSaid(tuple(dict.fromkeys(posts)), wording)


@lru_cache(maxsize=1 << 13)
def bases_of(recorded: str) -> tuple[str, ...]:
    """The plain names within a recorded post, comparable with :attr:`PostPart.base`."""
    return tuple(part.base for part in parse(recorded).parts) or (recorded,)


@lru_cache(maxsize=1 << 13)
def one_seat(base: str) -> bool:
    """Whether a post with this name has one seat in an organ."""
    return base in tables.post_words()["single_seat"]


class Fit:
    """How a stated post and a recorded tenure go together."""

    SAME = "same"
    KIND = "kind"
    """The post is the same, its kind is not: 代县长 beside a formal tenure."""
    OTHER = "other"


@lru_cache(maxsize=1 << 15)
def fit(part: PostPart, post: str, kind: str) -> str:
    """Compare a stated post with a recorded one (Fit): the plain names decide, then the kinds.

    No kind stated: any kind of the same post, but nobody who merely looked after it (主持) held it.
    """
    bases = bases_of(post)
    looked_after = kind == "主持"
    if part.kind == "主持" and looked_after:
        return Fit.SAME if part.base in bases or "副" + bases[0] == part.base else Fit.OTHER
    if part.base not in bases:
        return Fit.OTHER
    if part.kind is None:
        return Fit.KIND if looked_after and one_seat(part.base) else Fit.SAME
    same_kind = part.kind == kind or {part.kind, kind} == {"正式", "兼任"}
    return Fit.SAME if same_kind else Fit.KIND
