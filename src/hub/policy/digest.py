"""What a version of a rule pack says, as one number: comments, order and quotes make no difference."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any


def digest(body: Mapping[str, Any]) -> str:
    """``sha256:`` and the SHA-256 (hex) of the content as JSON: keys sorted, ASCII, no blanks, dates as ISO text."""
    text = json.dumps(_plain(body), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
