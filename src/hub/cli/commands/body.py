"""``hub body add``: another supervisory body."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.common import DataOption, JsonOption, running
from hub.cli.enrolment import enrolled
from hub.domain.registry import Source
from hub.service.registry import BODY_KINDS
from schemas.topics import BODIES


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(help="Supervisory bodies.", no_args_is_help=True)
    group.command("add")(add)
    group.callback()(lambda: None)
    app.add_typer(group, name="body")


def add(
    code: Annotated[str, typer.Argument(help="A new code, like audit-M.", show_default=False)],
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(BODY_KINDS)}.", show_default=False)],
    organ: Annotated[str, typer.Option(help="Code of the organ that it is, or belongs to.", show_default=False)],
    level: Annotated[str, typer.Option(help="central, province, prefecture, county or township.", show_default=False)],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register a body: key pair in DATA/keys, bearer token, its topics, access rules where the broker has them.

    Examples:

      hub body add audit-N --kind audit --organ N --level prefecture
    """
    source = Source(code=code, kind="body" if kind in BODIES else "organ", organ=organ, level=level, body=kind)
    enrolled(running(data), source, as_json=as_json)
