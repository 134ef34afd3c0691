"""The closed list of rules. An id is never reused, renumbered or merged."""

from __future__ import annotations

COUNTS = {
    "IN": 7, "ID": 6, "CO": 5, "FU": 10, "ME": 12, "GR": 4, "TO": 7, "CR": 3, "CL": 13, "IM": 5, "ST": 8, "RT": 4,
    "FB": 4, "AP": 2, "TK": 1, "CF": 3, "GV": 3,
}  # fmt: skip
RULE_IDS = tuple(f"R-{group}-{number:02}" for group, count in COUNTS.items() for number in range(1, count + 1))
"""All 97."""

ONLY_NARROWER = frozenset(
    ("R-ME-01", "R-ME-02", "R-ME-03", "R-ME-04", "R-CL-01", "R-CL-02", "R-CL-03", "R-CL-04", "R-CL-10", "R-TO-02", "R-TO-03")
)  # fmt: skip
"""A version may let these fire less often, never more: a measure or a clarification keeps every limit of the base."""
ONLY_WIDER = frozenset(
    ("R-CO-02", "R-FU-07", "R-FU-08", "R-TO-01", "R-TO-05", "R-CL-05", "R-CL-06", "R-ME-07", "R-ME-11", "R-GR-01",
     "R-ST-01", "R-ST-02", "R-ST-04", "R-ST-06", "R-ST-08")
)  # fmt: skip
"""A version may let these fire more often, never less: they hold back, refer or protect."""
FORBIDDEN = ("撤职", "降级", "开除", "停职检查", "责令辞职", "引咎辞职", "诫勉", "处分", "通报批评")
"""Never a measure of the hub, so in no text of it (N-06, N-07); in the titles of instruments they stay."""
CLAIMS = ("current law", "law in force", "现行法律", "现行有效")
"""What no text says: packs are dated, and newer versions may exist."""
