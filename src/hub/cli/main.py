"""The command ``hub``: finds every command module and turns errors into advice."""

from __future__ import annotations

import sys

import typer

from hub.cli.discovery import LazyGroup
from hub.errors import HubError

HELP = """Event-driven integration hub between supervisory agencies and organization departments.

监督信息联通枢纽：接收监督机关的情况，匹配干部，核对来源，按规则提出建议；由人决定。

Examples:

  hub demo                      a whole hub in a temporary folder, with sample findings
  hub up --sample               a hub that stays, with the sample world
  hub publish findings.jsonl --as audit-M
  hub tail tasks --department org-M
"""


def build() -> typer.Typer:
    """The application with every command of :mod:`hub.cli.commands`; the one that is called is imported."""
    app = typer.Typer(cls=LazyGroup, help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    app.callback(help=HELP)(_every_command)
    return app


def _every_command() -> None:
    """Nothing is done before a command."""


def main() -> None:
    """Entry point. A :class:`HubError` is printed with its hint; its class gives the exit code."""
    try:
        build()()
    except HubError as error:
        from rich.console import Console  # a tenth of a second that only errors need

        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"error: {error}", style="red", markup=False)
        if error.hint:
            console.print(f"  -> {error.hint}", markup=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
