"""What every payload model shares: closed fields, immutable values, dates as ISO text."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Payload(BaseModel):
    """A payload: unknown fields are refused, because an unknown field may carry what must not be stored."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Ref = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A reference or code: no control characters, 1 to 200 characters."""

Text = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
"""Free text of at most 4,000 characters."""

IsoDate = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
"""A day, ``2026-03-02``, in Asia/Shanghai."""

PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
"""A day, a month or a year: ``2026-03-02``, ``2026-03``, ``2026``."""


class Span(BaseModel):
    """A period of days, both included; an open end is null."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: PartialDate | None = Field(None, alias="from")
    to: PartialDate | None = None
