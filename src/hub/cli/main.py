"""The command ``hub``: finds every command module and turns errors into advice."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer
from rich.console import Console

from hub.cli import commands
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
    """The application with every command of :mod:`hub.cli.commands` registered."""
    app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(app)
    return app


def main() -> None:
    """Entry point. A :class:`HubError` is printed with its hint; its class gives the exit code."""
    try:
        build()()
    except HubError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"error: {error}", style="red", markup=False)
        if error.hint:
            console.print(f"  -> {error.hint}", markup=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
