"""What was noticed about the photos of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from cityloop.cases import queries as cases
from cityloop.evidence import queries, wording
from cityloop.kernel.page import actor_of

router = Router(tags=["evidence"])


class PhotoFindingOut(Schema):
    """Something noticed about a photo; `odd` asks whoever judges to look, and decides nothing."""

    version: int
    sha256: str
    kind: str
    odd: bool
    score: float | None
    words: str
    facts: dict[str, Any]
    method: str
    found_at: datetime


@router.get(
    "/cases/{number}/findings",
    response=list[PhotoFindingOut],
    summary="What was noticed about the photos of a case",
)
def list_findings(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """Found by the worker soon after each step with photos, step by step."""
    actor = actor_of(request)
    actor.require("cases.view")
    case = cases.get(actor, number)
    found = queries.findings(case)
    cases.only_seen(actor, [one.facts for one in found])
    return [
        {
            "version": one.version, "sha256": one.file.sha256, "kind": one.kind, "odd": one.odd,
            "score": one.score, "words": wording.words_of(one), "facts": one.facts,
            "method": one.method, "found_at": one.found_at,
        }
        for one in found
    ]  # fmt: skip
