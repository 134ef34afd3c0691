"""Roster files: every kind gives the same rows, bad rows say their number and why; the packed form answers like the one in memory."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # ships no stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no stubs
import pytest
from openpyxl import Workbook

from bench.matching import wire
from bench.matching.careful import CarefulPerson
from bench.matching.habits import FIRST, SECOND, Habits
from bench.matching.subjects import Maker
from bench.matching.world import World
from hub.adapters.roster_files import (
    BadRow,
    PackedRoster,
    PackedRosterWriter,
    RosterFileError,
    RosterRow,
    checked,
    read,
)
from hub.domain.matching import SubjectQuery, match
from hub.domain.roster import RosterIndex, RosterRecordError
from tests.unit.matching.rosters import LINES, number

ROWS: list[dict[str, Any]] = [
    {
        "type": "organ.recorded",
        "organ_id": "plan",
        "name": "青川市规划局",
        "short": "青川规划局",
        "place": "云岭省青川市",
    },
    {"type": "cadre.recorded", "cadre_id": "A", "name": "林知远", "aliases": "林小满;林小远", "citizen_id": number(1)},
    {"type": "tenure.recorded", "cadre": "A", "organ": "plan", "post": "局长", "from": "2014-05-04", "to": None},
]
COLUMNS = list(dict.fromkeys(key for row in ROWS for key in row))


def _csv(path: Path, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(ROWS)
    return path


def _xlsx(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(COLUMNS)
    for row in ROWS:
        sheet.append([row.get(column) for column in COLUMNS])
    book.save(path)
    return path


def _parquet(path: Path) -> Path:
    pq.write_table(pa.Table.from_pylist([{column: row.get(column) for column in COLUMNS} for row in ROWS]), path)
    return path


def test_every_kind_of_file_gives_the_same_records(tmp_path: Path) -> None:
    files = [
        _csv(tmp_path / "a.csv"),
        _csv(tmp_path / "b.csv", "gb18030"),
        _csv(tmp_path / "c.csv", "utf-8-sig"),
        _xlsx(tmp_path / "a.xlsx"),
        _parquet(tmp_path / "a.parquet"),
    ]
    read_in = [
        [(row.type, dict(row.data)) for row in checked(read(path)) if isinstance(row, RosterRow)] for path in files
    ]
    assert all(rows == read_in[0] for rows in read_in)
    organ, cadre, tenure = (data for _, data in read_in[0])
    assert organ["names"] == [{"name": "青川市规划局", "kind": "全称"}, {"name": "青川规划局", "kind": "简称"}]
    assert cadre["aliases"] == ["林小满", "林小远"]
    assert "to" not in tenure


def test_columns_tell_the_kind_of_record_where_no_column_does(tmp_path: Path) -> None:
    path = tmp_path / "tenures.csv"
    path.write_text("cadre,organ,post,from,to\nA,plan,局长,2014-05-04,\n", "utf-8")
    assert [row.type for row in read(path) if isinstance(row, RosterRow)] == ["tenure.recorded"]


def test_bad_rows_are_named_by_number_and_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "roster.jsonl"
    lines = [
        '{"type": "cadre.recorded", "data": {"cadre_id": "A", "name": "林知远"}}',
        "not json",
        '{"type": "cadre.recorded", "data": {"cadre_id": "B"}}',
        '{"type": "cadre.sighted", "data": {}}',
        '{"type": "tenure.recorded", "data": {"cadre": "A", "organ": "x", "post": "局长", "from": "2014-13-01"}}',
        '{"type": "tenure.recorded", "data": {"cadre": "A", "organ": "x", "post": "局长", "from": "2014-03-01", "to": "2013-01-01"}}',
        "",
        '{"type": "cadre.recorded", "data": {"cadre_id": "C", "name": "何方舟"}}',
    ]
    path.write_text("\n".join(lines), "utf-8")
    rows = list(checked(read(path)))
    assert [row.number for row in rows if isinstance(row, RosterRow)] == [1, 8]
    reasons = {row.number: row.reason for row in rows if isinstance(row, BadRow)}
    assert sorted(reasons) == [2, 3, 4, 5, 6]
    assert "name is missing" in reasons[3]
    assert "unknown type" in reasons[4]
    assert "2014-13-01" in reasons[5]
    assert "before it begins" in reasons[6]


def test_a_load_goes_on_after_the_row_where_it_stopped(tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv")
    assert [row.number for row in read(path)] == [2, 3, 4]
    assert [row.number for row in read(path, after=3)] == [4]


@pytest.mark.parametrize("name", ["roster.doc", "missing.jsonl", "fake.xlsx", "fake.parquet"])
def test_what_is_no_roster_file_is_said_with_advice(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if not name.startswith("missing"):
        path.write_text("hello", "utf-8")
    with pytest.raises(RosterFileError) as caught:
        list(read(path))
    assert caught.value.hint


def test_a_tenure_of_nobody_is_refused_and_the_writer_goes_on(tmp_path: Path) -> None:
    writer = PackedRosterWriter(tmp_path)
    with pytest.raises(RosterRecordError, match="X"):
        writer.add("tenure.recorded", {"cadre": "X", "organ": "o", "post": "局长"})
    writer.add("cadre.recorded", {"cadre_id": "A", "name": "林知远"})
    assert writer.finish() == 1


def _packed(folder: Path, lines: Any) -> PackedRoster:
    writer = PackedRosterWriter(folder)
    for type_, data in lines:
        writer.add(type_, data)
    writer.finish("v")
    return PackedRoster(folder)


@pytest.mark.parametrize("habits", [FIRST, SECOND], ids=lambda habits: habits.name)
def test_packed_and_in_memory_answer_alike(tmp_path: Path, habits: Habits) -> None:
    world = World(habits, 3000)
    lines = list(wire.lines(world))
    packed, memory = _packed(tmp_path, lines), RosterIndex.from_records(lines, version="v")
    for subject in Maker(world, CarefulPerson(world)).make(1200):
        query = SubjectQuery.from_wire(subject.wire, subject.time)
        one, other = (match(query, store.lookup([query])[0]) for store in (packed, memory))
        assert (one.decision, one.route, one.cadre_id) == (other.decision, other.route, other.cadre_id), subject
        assert one.candidates[:1] == other.candidates[:1]


def test_merged_records_are_one_in_the_packed_form_too(tmp_path: Path) -> None:
    twice = [
        *LINES,
        ("cadre.recorded", {"cadre_id": "A2", "name": "林之远", "citizen_id": number(1)}),
        ("cadre.merged", {"from": "A2", "into": "A"}),
    ]
    packed = _packed(tmp_path, twice)
    query = SubjectQuery.from_wire({"name": "林之远", "citizen_id": number(1)}, date(2026, 3, 1))
    result = match(query, packed.lookup([query])[0])
    assert (result.decision, result.candidates) == ("auto", ("A",))
    row = packed.row_of("A2")
    assert row is not None
    assert packed.stored(row).cadre_id == "A"
    assert len(packed) == sum(type_ == "cadre.recorded" for type_, _ in LINES)


def test_a_keyed_hash_of_the_number_is_all_that_the_file_keeps(tmp_path: Path) -> None:
    writer = PackedRosterWriter(tmp_path, id_key=lambda plain: f"hash of {plain[::-1]}")
    for type_, data in LINES:
        writer.add(type_, data)
    writer.finish()
    assert number(1).encode() not in (tmp_path / "cadres.bin").read_bytes()
    packed = PackedRoster(tmp_path, id_key=lambda plain: f"hash of {plain[::-1]}")
    query = SubjectQuery.from_wire({"name": "林知远", "citizen_id": number(1)}, date(2026, 3, 1))
    assert match(query, packed.lookup([query])[0]).route == "M1"


def test_a_folder_without_a_packed_roster_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RosterFileError):
        PackedRoster(tmp_path)
    (tmp_path / "meta.json").write_text(json.dumps({"format": 99}), "utf-8")
    with pytest.raises(RosterFileError, match="99"):
        PackedRoster(tmp_path)
