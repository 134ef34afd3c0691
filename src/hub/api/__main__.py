"""``python -m hub.api [--check]``: write ``docs/openapi.json``, or fail where it is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hub.api.document import openapi

FILE = Path(__file__).parents[3] / "docs" / "openapi.json"


def text() -> str:
    """The document as it is kept."""
    return json.dumps(openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check; 1 where the file is stale."""
    if "--check" not in arguments:
        FILE.write_text(text(), encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text():
        return 0
    print(f"{FILE} is stale: run python -m hub.api", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
