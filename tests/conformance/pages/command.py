"""The leaders' pages and the wall."""

from __future__ import annotations

from tests import town as towns
from tests.conformance.pages.shape import Page

# Who sees no overview.
NO_OVERVIEW = (towns.STRANGER, "inspector", "water", "water_worker", "acceptor", "manager")

PAGES = (
    Page("today", by="leader", refused=NO_OVERVIEW),
    Page("month", by="leader", refused=NO_OVERVIEW),
    Page("digest", by="leader", refused=(*NO_OVERVIEW, "evaluator"),
         data=lambda city: {"wanted": "0"}, status=302),
    Page("heat", by="evaluator", refused=NO_OVERVIEW),
    Page("ranking", by="district", refused=NO_OVERVIEW, query=lambda city: {"day": "2026-02-01"}),
    Page("wall", by="shift_leader", refused=NO_OVERVIEW,
         query=lambda city: {"pages": "today,month,map,ranking", "every": "20", "at": "1"}),
)  # fmt: skip
