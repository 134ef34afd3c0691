"""Set-up as a person sees it, on stderr: bars in a terminal, a line for each step elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

MB = 1_000_000


class SetupProgress:
    """Follows set-up; see :class:`hub.adapters.embedded.progress.Progress`. Shows something until :meth:`close`."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        columns = (
            SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(bar_width=20),
            TextColumn("{task.fields[amount]}"), TimeElapsedColumn(),
        )  # fmt: skip
        self._bars = Progress(*columns, console=self._console, disable=not self._console.is_terminal)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def step(self, text: str) -> None:
        """The step before is done; this one begins."""
        self._finish()
        self._bars.add_task(text, total=None, amount="")
        if self._bars.disable:
            self._console.print(text, markup=False)

    def fetched(self, done_bytes: int, total_bytes: int) -> None:
        """Show how much of a download is here."""
        if self._bars.task_ids:
            amount = f"{done_bytes / MB:.0f}/{total_bytes / MB:.0f} MB"
            self._bars.update(self._bars.task_ids[-1], completed=done_bytes, total=total_bytes, amount=amount)

    def close(self) -> None:
        """Leave the last state standing."""
        self._finish()
        self._bars.stop()

    def _finish(self) -> None:
        for task in self._bars.task_ids[-1:]:
            self._bars.update(task, total=1, completed=1)
