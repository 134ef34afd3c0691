"""The roster: cadres, tenures, organs, who manages which post, recusal facts (contract section 3.3)."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from schemas.base import IsoDate, Payload, Ref, Text
from schemas.vocab import CadreState, TenureKind


class Dated(Payload):
    """A record with a validity; the wire's ``from`` is ``from_`` here. Both days are included, null is open."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)

    from_: IsoDate | None = Field(None, alias="from")
    to: IsoDate | None = None


class CadreRecorded(Payload):
    """A cadre. Nothing about health or family has a place here."""

    cadre_id: Ref
    name: Text
    former_names: tuple[Text, ...] = ()
    aliases: tuple[Text, ...] = ()
    citizen_id: Ref | None = None
    state: CadreState = "active"
    native_place: Text | None = None


class TenureRecorded(Dated):
    """A post held. ``to`` is the last day. Same ``tenure_id``, or same cadre, organ, post and start = same tenure."""

    tenure_id: Ref | None = None
    cadre: Ref
    organ: Ref
    post: Text
    kind: TenureKind = "正式"
    precision: Literal["day", "month", "year"] = "day"
    left: Ref | None = None
    elected: bool = False


class OrganName(Dated):
    """A name of an organ and the days on which it was its name."""

    name: Text
    kind: Literal["全称", "简称", "旧称"] = "全称"


class Succession(Payload):
    """What became of an organ, as seen from it."""

    kind: Literal["renamed_to", "renamed_from", "merged_into", "merged_from", "split_into", "split_from"]
    organ: Ref
    on: IsoDate


class OrganRecorded(Payload):
    """An organ, its dated names, its parent and its succession."""

    organ_id: Ref
    names: tuple[OrganName, ...] = Field(min_length=1)
    parent: Ref | None = None
    place: Text | None = None
    level: Ref | None = None
    kind: Ref | None = None
    succession: tuple[Succession, ...] = ()


class CoManager(Payload):
    """The assisting side of a dual-managed post."""

    committee: Ref
    department: Ref


class ManagementRecorded(Dated):
    """干部管理权限: which committee and organization department manage a post. Key: organ and post."""

    organ: Ref
    post: Text
    committee: Ref | None = None
    department: Ref | None = None
    co_manager: CoManager | None = None


class CadreMerged(Payload):
    """Two roster records prove to be one person. Needs two people."""

    from_: Ref = Field(alias="from")
    into: Ref
    recorded_by: Ref
    confirmed_by: Ref

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


class RelationRecorded(Payload):
    """A recusal fact. Without ``person`` the department as a whole is recused; with it only that person."""

    cadre: Ref
    kind: Literal["kin", "same_chain"]
    department: Ref
    person: Ref | None = None
