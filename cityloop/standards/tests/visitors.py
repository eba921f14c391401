"""Who calls in tests of pages and API: said by a header, so that no layer above is needed."""

from __future__ import annotations

from django.http import HttpRequest

from cityloop.kernel.actor import Actor

PERMISSIONS = {
    "reader": frozenset({"manual.view"}),
    "clerk": frozenset({"manual.view", "standards.manage"}),
    "colleague": frozenset({"manual.view", "standards.manage"}),
    "stranger": frozenset(),
}


def caller(request: HttpRequest) -> Actor | None:
    """The actor named in the Authorization header."""
    name = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if name not in PERMISSIONS:
        return None
    number = 2 if name == "colleague" else 1
    return Actor(
        member_id=number, name=name, post=name, permissions=PERMISSIONS[name],
        organisation_ids=None,
    )  # fmt: skip
