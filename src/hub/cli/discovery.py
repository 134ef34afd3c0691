"""Which commands there are, read from the command modules' text: importing them all takes seconds, and each needs its own."""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from hub.cli import commands


@dataclass(frozen=True, slots=True)
class Found:
    """One command or group that ``register`` of ``module`` adds; ``help`` as far as the list of commands shows it."""

    module: str
    name: str
    help: str


class LazyGroup(TyperGroup):
    """The commands of :mod:`hub.cli.commands`, listed without importing them; the one that is called is imported."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._found = {one.name: one for one in found()}
        listed = {one.name: TyperCommand(one.name, help=one.help) for one in self._found.values()}
        self.commands = {**self.commands, **listed}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself in place of its entry in the list."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in self._found:
            command = loaded(self._found[name].module).commands[name]
        return name, command, rest


def loaded(module: str) -> TyperGroup:
    """What a command module registers, imported."""
    app = typer.Typer(rich_markup_mode=None)
    app.callback()(_nothing)
    importlib.import_module(module).register(app)
    return get_group(app)


def _nothing() -> None:
    """A callback makes the application a group, however few commands it has."""


def found() -> list[Found]:
    """Every command of every module that has ``register``, in the order of their modules."""
    names = sorted(one.name for one in pkgutil.iter_modules(commands.__path__))
    return [one for name in names for one in _of_module(f"{commands.__name__}.{name}")]


def _of_module(module: str) -> list[Found]:
    spec = find_spec(module)
    source = spec.loader.get_source(module) if spec and isinstance(spec.loader, importlib.abc.InspectLoader) else None
    read = list(read_from(module, source)) if source else []
    if read:
        return read
    imported = loaded(module).commands  # written in some other way: then it is imported at once
    return [Found(module, name, command.help or "") for name, command in imported.items()]


def read_from(module: str, source: str) -> Iterator[Found]:
    """What ``register(app)`` adds by ``app.command("name")(function)`` and ``app.add_typer(group, name="name")``."""
    tree = ast.parse(source)
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    texts = _texts(tree.body)
    if "register" not in functions:
        return
    body = functions["register"].body
    groups = {target.id: call for target, call in _assigned(body) if isinstance(call, ast.Call)}
    for call in (one for one in ast.walk(functions["register"]) if isinstance(one, ast.Call)):
        if isinstance(call.func, ast.Call) and _is(call.func, "command"):
            (named,) = call.args
            text = _text(_option(call.func, "help"), texts)
            if text is None and isinstance(named, ast.Name) and named.id in functions:
                text = ast.get_docstring(functions[named.id])
            yield Found(module, str(ast.literal_eval(call.func.args[0])), inspect.cleandoc(text or ""))
        elif _is(call, "add_typer") and isinstance(call.args[0], ast.Name):
            text = _text(_option(groups[call.args[0].id], "help"), texts)
            yield Found(
                module, str(ast.literal_eval(_option(call, "name") or call.args[1])), inspect.cleandoc(text or "")
            )


def _is(call: ast.Call, method: str) -> bool:
    """Whether it is ``app.<method>(…)``."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="app"), attr=attr):
            return attr == method
    return False


def _option(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[ast.Name, ast.expr]]:
    for one in body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            yield one.targets[0], one.value


def _texts(body: list[ast.stmt]) -> dict[str, str]:
    """Texts that the module gives a name."""
    found = {target.id: _text(value, {}) for target, value in _assigned(body)}
    return {name: text for name, text in found.items() if text is not None}


def _text(value: ast.expr | None, named: dict[str, str]) -> str | None:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return named.get(value.id) if isinstance(value, ast.Name) else None
