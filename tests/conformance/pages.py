"""One good visit to every page: who may see it, who may not. A new address needs one row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import town as towns
from tests.conformance.city import City

Values = Callable[[City], Mapping[str, Any]]
READERS_OF_PEOPLE = (towns.STRANGER, "acceptor", "inspector", "evaluator")


def nothing(city: City) -> Mapping[str, Any]:
    """No values."""
    return {}


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


def office(name: str, **more: Any) -> Page:
    """A page of the back office: for managers of people only."""
    return Page(name, by="administrator", refused=READERS_OF_PEOPLE, **more)


def posted(name: str, data: Values, **more: Any) -> Page:
    """An address of the back office that takes a form and leads on."""
    return office(name, data=data, status=302, **more)


def _unit(code: str) -> Values:
    return lambda city: {"organisation_id": city.town.units[code].pk}


def _member(name: str) -> Values:
    return lambda city: {"member_id": city.town.members[name].pk}


def _case(stage: str, **more: str) -> Values:
    return lambda city: {"number": city.cases[stage], **more}


def _component(city: City) -> dict[str, str]:
    return {"code": city.component}


def _tile(layer: str) -> Values:
    return lambda city: {"layer": layer, "z": 12, "x": 3413, "y": 1686}


PAGES = (
    # open to everybody
    Page("healthz", by="", refused=(), anonymous=200),
    Page("sign-in", by="", refused=(), anonymous=200),
    Page("theme", by="", refused=(), data=lambda city: {"theme": "dark"}, status=302),
    # one's own
    Page("start", refused=()),
    Page("account", refused=()),
    Page("account-language", refused=(), data=lambda city: {"language": "en"}, status=302),
    Page("sign-out", refused=(), data=nothing, status=302),
    # cases
    Page("cases"),
    Page("case", refused=(towns.STRANGER, "roads"), at=_case("handling")),
    Page("case-print", refused=(towns.STRANGER, "roads"), at=_case("closed")),
    Page("case-explain", refused=(towns.STRANGER, "roads"), at=_case("handling", kind="handling")),
    Page("case-step", refused=(towns.STRANGER, "roads", "evaluator"),
         at=_case("reported", action="accept"), data=lambda city: {"version": "1"}, status=303),
    Page("file", refused=(towns.STRANGER, "roads"), at=lambda city: {"sha256": city.photo}),
    Page("file-small", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"sha256": city.photo, "side": 160}),
    Page("granted"),
    # intake
    Page("intake-new", refused=(towns.STRANGER, "water", "evaluator", "dispatcher")),
    Page("intake-beside", refused=(towns.STRANGER, "water"),
         data=lambda city: {"channel": "hotline12319", "text": "井盖破损"}),
    Page("report", refused=(towns.STRANGER, "water"), at=lambda city: {"number": city.report}),
    Page("notice-told", refused=(towns.STRANGER, "inspector", "water"), status=303,
         at=lambda city: {"notice_id": city.notice}, data=lambda city: {"medium": "phone"}),
    # map
    Page("map"),
    Page("addresses", query=lambda city: {"address": "人民路"}),
    Page("tile", refused=(towns.STRANGER,), at=_tile("grids"), anonymous=401),
    # manual
    Page("manual"),
    Page("ui", refused=()),
    Page("protection"),
    Page("protection-add", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         data=lambda city: {"name": "峰会", "first": "2026-12-01", "last": "2026-12-05",
                            "factor": "0.5", "limits": "C0101 2 urgent_hour", "why": "试验"}),
    Page("protection-remove", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         at=lambda city: {"period_id": city.protection}, data=lambda city: {"why": "试验"}),
    # components
    Page("components"),
    Page("component", at=_component),
    Page("components-import", by="administrator", refused=(towns.STRANGER, "acceptor")),
    Page("component-state", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         at=_component, data=lambda city: {"state": "damaged", "reason": "试验"}),
    Page("component-owner", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         at=_component, data=lambda city: {"owner": city.town.units["ROADS"].pk, "reason": "x"}),
    # back office
    office("office", status=302),
    office("office-organisations"),
    office("office-organisation-new"),
    office("office-organisation", at=_unit("WATER")),
    posted("office-organisation-move", at=_unit("GREEN"),
           data=lambda city: {"parent": city.town.units["CITY"].pk, "reason": "试验"}),
    posted("office-organisation-close", at=_unit("STREET1"), data=lambda city: {"reason": "试验"}),
    office("office-members"),
    office("office-member-new"),
    office("office-member", at=_member("water")),
    posted("office-member-hold", at=_member("stranger"), data=lambda city: {
        "post": city.post, "kind": "regular", "valid_from": "2026-11-01", "source_document": "x"}),
    posted("office-member-patrol", at=_member("inspector"),
           data=lambda city: {"areas": towns.DISTRICT, "valid_from": "2026-11-24"}),
    posted("office-member-answer", at=_member("water"),
           data=lambda city: {"region_code": towns.DISTRICT, "class_kind": "event"}),
    posted("office-member-password", at=_member("green"),
           data=lambda city: {"password": "Willow-Canal-31", "again": "Willow-Canal-31"}),
    posted("office-member-close", at=_member("green"), data=lambda city: {"reason": "试验"}),
    office("office-member-token", at=_member("green"), data=lambda city: {
        "name": "试验", "days": "30", "channel_code": ""}),
    posted("office-holding-end", at=lambda city: {"holding_id": city.holding},
           data=lambda city: {"reason": "试验"}),
    posted("office-token-revoke", at=lambda city: {"token_id": city.token}, data=nothing),
    office("office-posts"),
    office("office-post-new"),
    office("office-post", at=lambda city: {"post_id": city.post}),
    office("office-roles"),
    office("office-role", at=lambda city: {"code": "acceptor"}),
    office("office-merge"),
    office("office-lines"),
    office("office-line-new"),
    office("office-gaps"),
    office("office-line", at=lambda city: {"line_id": city.line}),
    posted("office-line-end", at=lambda city: {"line_id": city.line},
           data=lambda city: {"ends_on": "2026-12-01", "source_document": "试验〔2026〕2号"}),
    office("office-changes"),
)  # fmt: skip
BY_NAME = {page.name: page for page in PAGES}
# Visited by tests of their own: a notice needs an overdue case, a first password is only asked for
# at the first sign-in, an example picture needs one, an ended answer needs its line, and Django's
# language switch takes any post.
ELSEWHERE = {"case-notice", "new-password", "office-answer-end", "manual-example", "set_language"}
