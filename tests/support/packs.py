"""Rule packs of invented committees, as their authors wrote them."""

from __future__ import annotations

from hub.policy.files import version_file

ONE_SOURCE = version_file("local-m-2026-01-01").read_text(encoding="utf-8")
LATER = ONE_SOURCE.replace("2026-01-01", "2026-04-01").replace("S3: true", "S3: false")
TEN_DAYS = """
name: local-n-2026-01-01
layer: local-n
level: local
effective_from: "2026-01-01"
document: 乙委〔2026〕2号
deadlines:
  first_followup: {n: 10}
"""
