"""The list of commands, read from text, is what the modules register; only the one that is called is imported."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hub.cli import commands
from hub.cli.discovery import found, loaded, read_from
from hub.cli.main import build

MODULES = sorted(f"{commands.__name__}.{one.name}" for one in pkgutil.iter_modules(commands.__path__))
WIDTH = 200


@pytest.mark.parametrize("module", MODULES)
def test_the_list_is_what_is_registered(module: str) -> None:
    listed = {one.name: " ".join(one.help.split()) for one in found() if one.module == module}
    registered = {name: " ".join((one.help or "").split()) for name, one in loaded(module).commands.items()}
    assert listed == registered
    assert all(listed.values()), "each says what it is for"


def test_every_module_is_listed_and_no_name_twice() -> None:
    assert sorted({one.module for one in found()}) == MODULES
    names = [one.name for one in found()]
    assert len(set(names)) == len(names)


def test_the_list_costs_no_import_of_what_the_commands_need() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from hub.cli.main import build;"
        "shown = CliRunner().invoke(build(), ['--help']); assert 'doctor' in shown.output;"
        "print([name for name in sys.modules if name.startswith('hub.cli.commands.')],"
        " [name for name in ('asyncpg', 'httpx', 'numpy', 'pydantic', 'structlog') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["[]", "[]"]


def test_a_command_and_a_group_work_as_ever() -> None:
    runner = CliRunner()
    assert "--workers" in runner.invoke(build(), ["up", "--help"], env={"COLUMNS": str(WIDTH)}).output
    assert "redrive" in runner.invoke(build(), ["dlq", "--help"]).output
    wrong = runner.invoke(build(), ["statsu"])
    assert (wrong.exit_code, "'status'" in wrong.output) == (2, True)


def test_texts_may_have_names_and_a_register_may_be_missing() -> None:
    source = '''
HELP = "Named."
def register(app):
    group = typer.Typer(help=HELP)
    app.add_typer(group, name="group")
    group.command("inner")(inner)
    app.command("plain")(plain)
    app.command("told", help="Told.")(plain)
def plain():
    """Plain."""
'''
    assert [(one.name, one.help) for one in read_from("m", source)] == [
        ("group", "Named."),
        ("plain", "Plain."),
        ("told", "Told."),
    ]
    assert list(read_from("m", "def plain(): ...")) == []
