"""How fast, how much memory: a packed roster of a given size, opened by a fresh process that only matches."""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from bench.matching import wire
from bench.matching.careful import CarefulPerson
from bench.matching.habits import FIRST
from bench.matching.subjects import Maker
from bench.matching.world import World
from hub.adapters.roster_files import PackedRoster, PackedRosterWriter
from hub.domain.matching import SubjectQuery, match


def prepare(folder: Path, cadres: int, subjects: int) -> float:
    """Make a world, pack it and write subjects beside it; returns the seconds that packing took."""
    world = World(FIRST, cadres)
    made = Maker(world, CarefulPerson(world)).make(subjects)
    with (folder / "subjects.jsonl").open("w", encoding="utf-8") as file:
        for one in made:
            file.write(json.dumps({"time": str(one.time), "subject": one.wire}, ensure_ascii=False) + "\n")
    started = time.perf_counter()
    writer = PackedRosterWriter(folder / "packed")
    for type_, data in wire.lines(world):
        writer.add(type_, data)
    writer.finish("bench")
    return time.perf_counter() - started


def measure(folder: Path) -> dict[str, float]:
    """Matches one half of the subjects without, the other with explanations: nobody is met twice, as in a real file.

    Times are of this process's CPU.
    """
    started = time.process_time()
    packed = PackedRoster(folder / "packed")
    found: dict[str, float] = {"cadres": len(packed), "open_s": time.process_time() - started}
    lines = [json.loads(line) for line in (folder / "subjects.jsonl").read_text("utf-8").splitlines()]
    warm = min(2000, len(lines) // 5)
    parts = {"warm": lines[:warm], "plain": lines[warm::2], "explained": lines[warm + 1 :: 2]}
    for name, part in parts.items():
        explain = name == "explained"
        gc.collect()
        gc.freeze()
        times: list[float] = []
        for line in part:
            began = time.process_time()
            query = SubjectQuery.from_wire(line["subject"], date.fromisoformat(line["time"]))
            match(query, packed.lookup([query])[0], explain=explain)
            times.append(time.process_time() - began)
        times.sort()
        found[f"{name}_per_s"] = len(times) / sum(times)
        found[f"{name}_p50_ms"] = times[len(times) // 2] * 1000
        found[f"{name}_p99_ms"] = times[len(times) * 99 // 100] * 1000
    found["rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["own_mib"] = _own() / 1024
    return found


def _own() -> float:
    """KiB that are this process's alone: mapped files are shared and can be dropped."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return 0.0
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")))


def report(cadres: int, subjects: int = 20_000, folder: Path | None = None) -> str:
    """One block of text. ``folder``: keep the packed roster there."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="hub-bench-") as made:
            return report(cadres, subjects, Path(made))
    folder.mkdir(parents=True, exist_ok=True)
    made_in = subprocess.run(
        [sys.executable, "-m", __name__, "prepare", str(folder), str(cadres), str(subjects)],
        check=True,
        capture_output=True,
        text=True,
    )
    done = subprocess.run(
        [sys.executable, "-m", __name__, "measure", str(folder)], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    size = sum(file.stat().st_size for file in (folder / "packed").iterdir()) / 2**20
    lines = [
        f"roster of {int(found['cadres']):,}: packed in {float(made_in.stdout):.0f} s, {size:,.0f} MiB, opened in {found['open_s']:.1f} s"
    ]
    for name in ("plain", "explained"):
        rate, p50, p99 = (found[f"{name}_{what}"] for what in ("per_s", "p50_ms", "p99_ms"))
        lines.append(f"  {name:10} {rate:8,.0f} subjects/s a core   p50 {p50:.2f} ms   p99 {p99:.2f} ms")
    lines.append(
        f"  memory     {found['own_mib']:,.0f} MiB of the worker's own, {found['rss_mib']:,.0f} MiB with the mapped file"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        print(prepare(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
    else:
        print(json.dumps(measure(Path(sys.argv[2]))))
