"""Who may use the pages of people in the back office."""

from __future__ import annotations

from django.http import HttpRequest

from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_with


def manager(request: HttpRequest) -> Actor:
    """The actor, who must manage people; raises NotSignedIn, NotAllowed."""
    return actor_with(request, "people.manage")
