"""What every connector is: a configuration, a resumable stream of events, and a memory of what was dealt with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

from schemas.vocab import Classification

Event = dict[str, Any]
"""A CloudEvent in its structured JSON form, not signed yet."""


class ConnectorConfig(BaseModel):
    """What every connector needs to know. Unknown fields are refused; every field has a description."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(
        description="who sends, as registered: urn:hub:body:<code>", pattern=r"^urn:hub:(body|dept|organ):.+$"
    )
    classification: Classification = Field("work_secret", description="label of an event that brings none of its own")


@dataclass(frozen=True, slots=True)
class Read:
    """One event and the place where it stood at the source. Only the connector that made ``mark`` understands it."""

    event: Event
    mark: str


class Connector(Protocol):
    """A kind of source. The same place at the source always gives the same event: same id, same content.

    The reader takes one :class:`Read`, hands its event to the hub, then calls :meth:`settle` before it asks for the
    next. What was not settled comes again after a restart; the hub drops what it has already.
    """

    name: ClassVar[str]
    config_model: ClassVar[type[ConnectorConfig]]

    def __init__(self, config: Any) -> None:
        """``config``: an instance of ``config_model``."""

    def events(self) -> AsyncIterator[Read]:
        """Everything after the last settled place, in the source's order. Raises TransientError: try again later."""

    async def settle(self, read: Read, refusal: str | None = None) -> None:
        """The checkpoint: ``read`` is accepted, or refused for good with a reason. Durable when this returns."""

    @classmethod
    def rehearse(cls, recorded: Path, workdir: Path) -> Self:
        """A connector that reads its recorded examples and keeps its memory in ``workdir``; it ends with them.

        Called again with the same ``workdir`` it goes on where it was. For the conformance suite and for newcomers.
        """
