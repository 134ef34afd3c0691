"""``hub match``: subjects of findings against a roster file, offline. For departments and for evaluation."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from hub.adapters.roster_files import (
    BadRow,
    PackedRoster,
    PackedRosterWriter,
    RosterFileError,
    RosterRow,
    checked,
    read,
)
from hub.domain.matching import DEFAULT, MatchPolicy, MatchResult, SubjectQuery, match
from hub.domain.roster import RosterRecordError
from hub.errors import UsageError

HELP = """Match subjects of findings to the cadres of a roster, offline.

ROSTER: lines {type, data}, or CSV, XLSX, Parquet. SUBJECTS: lines {id, time, subject}. Each answer is a line
{id, decision: auto|review|none, route, cadre_id, candidates}, best candidate first. auto = number and name (M1), or name,
organ, post and date (M2), with no contradiction; everything else is for people.

Examples:

  hub match --roster roster.jsonl --subjects subjects.jsonl --out answers.jsonl
  hub match --roster roster.jsonl --subjects subjects.jsonl --out answers.jsonl --explain
  hub match --roster roster.parquet --index ./packed --subjects subjects.jsonl --out answers.jsonl
"""
BATCH = 1000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("match", help=HELP)(match_subjects)


def match_subjects(
    roster: Annotated[Path, typer.Option(help="the roster: .jsonl, .csv, .xlsx or .parquet", show_default=False)],
    subjects: Annotated[Path, typer.Option(help="the subjects, one JSON object a line", show_default=False)],
    out: Annotated[Path, typer.Option(help="where the answers go, one JSON object a line", show_default=False)],
    explain: Annotated[bool, typer.Option("--explain", help="add an explanation to every answer")] = False,
    index: Annotated[Path | None, typer.Option(help="keep the packed roster in this folder and use it again")] = None,
    no_route: Annotated[list[str] | None, typer.Option("--no-route", help="switch a route off: M1, M2 or M3")] = None,
) -> None:
    """Pack the roster, answer every subject, say how many went which way."""
    policy = _policy(no_route or [])
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not subjects.is_file():
        raise UsageError(f"{subjects}: no such file", hint="check the path given to --subjects")
    with _folder(index) as folder, _progress(console) as progress:
        packed = _packed(roster, folder, progress, console)
        counts = _answer(packed, subjects, out, policy, explain, progress)
    told = ", ".join(f"{counts.get(one, 0):,} {one}" for one in ("auto", "review", "none"))
    console.print(f"{sum(counts.values()):,} subjects: {told}. Answers in {out}")


def _policy(off: list[str]) -> MatchPolicy:
    unknown = sorted(set(off) - DEFAULT.routes)
    if unknown:
        raise UsageError(f"no such route: {', '.join(unknown)}", hint="routes are M1, M2 and M3")
    return MatchPolicy(routes=DEFAULT.routes - set(off))


@contextmanager
def _folder(index: Path | None) -> Iterator[Path]:
    if index is not None:
        yield index
        return
    with tempfile.TemporaryDirectory(prefix="hub-roster-") as folder:
        yield Path(folder)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _version(roster: Path) -> str:
    """The state of a roster file: its name and a digest of its content."""
    with roster.open("rb") as file:
        return f"{roster.name}:{file_digest(file, 'sha256').hexdigest()[:16]}"


def _packed(roster: Path, folder: Path, progress: Progress, console: Console) -> PackedRoster:
    if roster.is_file() and (folder / "meta.json").is_file():
        with suppress(RosterFileError):  # of another version of the hub, or half written: pack it anew
            kept = PackedRoster(folder)
            if kept.version == _version(roster):
                return kept
    rows = checked(read(roster))
    first = next(rows, None)
    if first is None:
        raise UsageError(f"{roster.name} holds no rows", hint="a roster line is {type, data}")
    writer = PackedRosterWriter(folder)
    task = progress.add_task("reading the roster", total=None)
    bad = _write(writer, first, rows, progress, task)
    progress.update(task, description="packing the roster")
    count = writer.finish(_version(roster), lambda done, of: progress.update(task, completed=done, total=of))
    progress.remove_task(task)
    for row in bad[:20]:
        console.print(f"row {row.number:,}: {row.reason}", style="yellow", markup=False)
    if bad:
        console.print(f"{len(bad):,} rows of the roster were left out", style="yellow")
    if not count:
        raise UsageError(f"{roster.name} holds no cadre", hint="a roster line is {type: cadre.recorded, data: {...}}")
    return PackedRoster(folder)


def _write(
    writer: PackedRosterWriter,
    first: RosterRow | BadRow,
    rows: Iterable[RosterRow | BadRow],
    progress: Progress,
    task: Any,
) -> list[BadRow]:
    bad: list[BadRow] = []
    for count, row in enumerate(_with(first, rows)):
        if isinstance(row, BadRow):
            bad.append(row)
            continue
        try:
            writer.add(row.type, row.data)
        except RosterRecordError as error:
            bad.append(BadRow(row.number, str(error)))
        if count % 20_000 == 0:
            progress.update(task, description=f"reading the roster: row {row.number:,}")
    return bad


def _with(first: RosterRow | BadRow, rows: Iterable[RosterRow | BadRow]) -> Iterator[RosterRow | BadRow]:
    yield first
    yield from rows


def _answer(
    packed: PackedRoster, subjects: Path, out: Path, policy: MatchPolicy, explain: bool, progress: Progress
) -> dict[str, int]:
    counts: dict[str, int] = {}
    task = progress.add_task("matching", total=subjects.stat().st_size)
    part = out.with_name(out.name + ".part")
    try:
        with subjects.open("rb") as lines, part.open("wb") as file:
            numbered = enumerate(lines, 1)
            while batch := list(islice(numbered, BATCH)):
                for answer in _answers(packed, batch, policy, explain):
                    counts[answer["decision"]] = counts.get(answer["decision"], 0) + 1
                    _line(file, answer)
                progress.update(task, advance=sum(len(line) for _, line in batch))
        os.replace(part, out)
    except OSError as error:
        raise UsageError(
            f"writing {out}: {error.strerror}", hint="is the folder there, and may you write to it?"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return counts


def _line(file: IO[bytes], answer: dict[str, Any]) -> None:
    file.write(orjson.dumps(answer) + b"\n")


def _answers(
    packed: PackedRoster, batch: list[tuple[int, bytes]], policy: MatchPolicy, explain: bool
) -> Iterator[dict[str, Any]]:
    asked = [_subject(number, line) for number, line in batch if line.strip()]
    found = packed.lookup([query for _, query in asked])
    for (id_, query), candidates in zip(asked, found, strict=True):
        yield as_line(id_, match(query, candidates, policy, explain=explain), explain)


def _subject(number: int, line: bytes) -> tuple[Any, SubjectQuery]:
    try:
        found = orjson.loads(line)
        return found["id"], SubjectQuery.from_wire(found["subject"], date.fromisoformat(str(found["time"])[:10]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"line {number:,} of the subjects is not usable: {error}", hint="a subject line is {id, time, subject}"
        ) from error


def as_line(id_: Any, result: MatchResult, explain: bool) -> dict[str, Any]:
    """One answer line. ``cadre_id`` is whom the route chose: for auto, and for M3 as probable."""
    line: dict[str, Any] = {
        "id": id_,
        "decision": result.decision,
        "route": result.route,
        "cadre_id": result.cadre_id,
        "candidates": list(result.candidates),
    }
    if explain:
        line["explanation"] = result.explanation
    return line
