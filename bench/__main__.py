"""``make bench``: every benchmark that needs nothing but the hub's own packages, one after the other."""

from __future__ import annotations

import sys

from bench import decide
from bench.streams import __main__ as consumers
from bench.streams import hub

if __name__ == "__main__":
    sys.exit(decide.main() or consumers.main([]) or hub.main([]))
