"""What a row says, and what rows of several parts say alike."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import town as towns
from tests.conformance.city import City
from tests.conformance.values import Values, nothing


@dataclass(frozen=True, slots=True)
class Page:
    """One row. `anonymous`: what somebody not signed in gets (302: sent to the sign-in page)."""

    name: str
    by: str = "acceptor"
    refused: tuple[str, ...] = (towns.STRANGER,)
    at: Values = nothing
    query: Values = nothing
    data: Values | None = None  # given: the page is posted to
    status: int = 200
    anonymous: int = 302

    def address(self, city: City) -> str:
        """The path."""
        return reverse(self.name, kwargs=self.at(city))

    def visit(self, city: City, browser: Client) -> HttpResponse:
        """See the page, or post to it."""
        if self.data is not None:
            return browser.post(self.address(city), self.data(city))
        return browser.get(self.address(city), self.query(city))


def case_at(stage: str, **more: str) -> Values:
    """The case at a stage, as values of an address."""
    return lambda city: {"number": city.cases[stage], **more}
