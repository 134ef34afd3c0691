"""Roster files of every kind as rows: JSON lines ({type, data}), CSV, XLSX and Parquet (one column a field).

In tables the column ``type`` names the record; without it the columns tell. Lists are JSON or separated by ``;``. An organ may
give ``name``, ``short`` and ``former`` in place of ``names``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import orjson

from hub.adapters.roster_files.rows import BadRow, RosterFileError, RosterRow

_LISTS = ("former_names", "aliases")
_TELLS = (
    ("tenure.recorded", {"cadre", "organ", "post"}),
    ("management.recorded", {"organ", "post", "committee"}),
    ("cadre.merged", {"from", "into"}),
    ("cadre.recorded", {"cadre_id", "name"}),
    ("relation.recorded", {"cadre", "kind", "department"}),
    ("organ.recorded", {"organ_id"}),
)
Rows = Iterator[RosterRow | BadRow]


def read(path: Path, *, after: int = 0) -> Rows:
    """Rows of a file, by its ending. ``after``: rows up to this number are passed over (a load that goes on).

    Raises :class:`RosterFileError` when the file is missing, of another kind or no such file inside; a bad row never raises.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise RosterFileError(
            f"{path.name}: not a kind of file that a roster comes in", hint=f"use one of {', '.join(sorted(READERS))}"
        )
    if not path.is_file():
        raise RosterFileError(f"{path}: no such file", hint="check the path")
    try:
        for row in reader(path):
            if row.number > after:
                yield row
    except RosterFileError:
        raise
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise RosterFileError(
            f"reading {path.name}: {error}", hint="is the file whole, and what its ending says?"
        ) from error


def json_lines(path: Path) -> Rows:
    """One JSON object a line: {type, data}."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                found = orjson.loads(line)
                yield RosterRow(number, str(found["type"]).removeprefix("hub."), dict(found["data"]))
            except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
                yield BadRow(number, "not a JSON object with type and data")


def comma_separated(path: Path) -> Rows:
    """CSV in UTF-8 (with or without mark) or GB 18030, first row the names of the columns."""
    text = _decoded(path)
    with path.open(encoding=text, newline="") as file:
        reader = csv.DictReader(file)
        for found in reader:
            yield from_cells(reader.line_num, found)


def _decoded(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(1 << 20)
    try:
        start[: max(0, len(start) - 4)].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def workbook(path: Path) -> Rows:
    """Every sheet of an XLSX workbook, first row the names of the columns. A sheet may be named after the type."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError) as error:
        raise RosterFileError(f"{path.name} is no XLSX workbook", hint="save it as .xlsx once more") from error
    try:
        number = 0
        for sheet in book.worksheets:
            head: list[str] | None = None
            for cells in sheet.iter_rows(values_only=True):
                number += 1
                if head is None:
                    head = [str(cell or "").strip() for cell in cells]
                elif any(cell not in (None, "") for cell in cells):
                    yield from_cells(number, dict(zip(head, cells, strict=False)), str(sheet.title))
    finally:
        book.close()


def parquet(path: Path) -> Rows:
    """A Parquet file, batch by batch; row numbers from 1."""
    from pyarrow import ArrowInvalid  # type: ignore[import-untyped]  # ships no stubs
    from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]  # ships no stubs

    try:
        file = ParquetFile(path)
    except ArrowInvalid as error:
        raise RosterFileError(f"{path.name} is no Parquet file", hint="write it once more") from error
    number = 0
    with file:
        for batch in file.iter_batches():
            for found in batch.to_pylist():
                number += 1
                yield from_cells(number, found)


READERS: Mapping[str, Callable[[Path], Rows]] = {
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".csv": comma_separated,
    ".xlsx": workbook,
    ".parquet": parquet,
}


def from_cells(number: int, cells: Mapping[str, Any], sheet: str = "") -> RosterRow | BadRow:
    """One row of a table as a record, or why it is none."""
    data = {key.strip(): _cell(value) for key, value in cells.items() if key and _cell(value) is not None}
    type_ = str(data.pop("type", "") or "").removeprefix("hub.")
    if not type_:
        columns = {key.strip() for key in cells if key}
        by_columns = (name for name, needed in _TELLS if needed <= columns)
        type_ = sheet if sheet.endswith((".recorded", ".merged")) else next(by_columns, "")
    if not type_:
        return BadRow(number, "the columns fit no kind of record; add a column 'type'")
    try:
        return RosterRow(number, type_, _shaped(type_, data))
    except ValueError as error:
        return BadRow(number, str(error))


def _cell(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, dict, bool)):
        return value
    text = str(value).strip() if value is not None else ""
    return text or None


def _shaped(type_: str, data: dict[str, Any]) -> dict[str, Any]:
    for field in ("names", "succession", "co_manager", *_LISTS):
        if isinstance(data.get(field), str):
            data[field] = _list(field, data[field])
    if type_ == "organ.recorded" and "names" not in data:
        data["names"] = [
            {"name": name, "kind": kind}
            for field, kind in (("name", "全称"), ("short", "简称"), ("former", "旧称"))
            for name in _list(field, str(data.pop(field, "")))
        ]
    if isinstance(data.get("elected"), str):
        data["elected"] = data["elected"].lower() in ("1", "true", "yes", "是")
    return data


def _list(field: str, text: str) -> Any:
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"{field} is no JSON: {error.msg}") from error
    return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
