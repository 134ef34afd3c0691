"""Migrations: one SQL file each, applied in order by alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent


def run_sql(name: str) -> None:
    """Run the statements of one file beside the migrations. A statement ends with ``;`` at the end of a line."""
    text = (FOLDER / "versions" / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    for statement in "\n".join(lines).split(";\n"):
        if statement.strip().rstrip(";"):
            op.get_bind().exec_driver_sql(statement.strip().rstrip(";"))
