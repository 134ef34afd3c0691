"""``hub department add``: another organization department."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.common import DataOption, JsonOption, running
from hub.cli.enrolment import enrolled
from hub.domain.registry import Source


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(help="Organization departments: the queues.", no_args_is_help=True)
    group.command("add")(add)
    group.callback()(lambda: None)
    app.add_typer(group, name="department")


def add(
    code: Annotated[str, typer.Argument(help="A new code, like org-M.", show_default=False)],
    organ: Annotated[str, typer.Option(help="Code of the Party committee that it works for.", show_default=False)],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register a department: key pair in DATA/keys, bearer token, queue topics, access rules where the broker has them.

    Examples:

      hub department add org-Q --organ Q
    """
    enrolled(running(data), Source(code=code, kind="dept", organ=organ), as_json=as_json)
