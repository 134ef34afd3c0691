"""``make bench``: every benchmark that needs nothing but the hub's own packages, one after the other."""

from __future__ import annotations

import sys

from bench.streams.__main__ import main

if __name__ == "__main__":
    sys.exit(main([]))
