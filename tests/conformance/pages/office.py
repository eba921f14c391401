"""The back office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cityloop.geo.models import GridChange
from cityloop.standards import queries as standards
from tests import town as towns
from tests.conformance.city import DRAFT, City
from tests.conformance.pages.shape import Page
from tests.conformance.values import Values, fault, nothing, same, wish

OLD = "330100-2026"
READERS_OF_PEOPLE = (towns.STRANGER, "acceptor", "inspector", "evaluator")


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


def _community(city: City) -> Mapping[str, Any]:
    return {"code": f"{towns.DISTRICT}001001"}


def _plan(city: City) -> Mapping[str, Any]:
    return {"change_id": GridChange.objects.order_by("id")[0].pk}


def _draft(city: City) -> Mapping[str, Any]:
    return {"code": DRAFT}


def _file(city: City) -> Mapping[str, Any]:
    return {"upload_id": city.edition_file}


PAGES = (
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
    office("office-grid"),
    office("office-gaps"),
    office("office-line", at=lambda city: {"line_id": city.line}),
    posted("office-line-end", at=lambda city: {"line_id": city.line},
           data=lambda city: {"ends_on": "2026-12-01", "source_document": "试验〔2026〕2号"}),
    office("office-precedence"),
    office("office-precedence-new"),
    office("office-territories"),
    office("office-territory-new"),
    office("office-territory-end", at=lambda city: {"territory_id": city.territory}),
    office("office-changes"),
    office("office-ground"),
    office("office-ground-new"),
    office("office-ground-region", at=_community),
    office("office-ground-shapes", at=_community),
    office("office-ground-outline", at=_community, data=lambda city: {"outline": "120 30"},
           status=400),
    posted("office-ground-move", at=_plan,
           data=lambda city: {"on": "2026-12-24", "reason": "试验"}),
    posted("office-ground-cancel", at=_plan, data=lambda city: {"reason": "试验"}),
    office("office-editions"),
    office("office-edition-difference", query=lambda city: {"old": OLD, "new": DRAFT}),
    office("office-edition", at=_draft),
    office("office-edition-file", at=_draft),
    office("office-edition-publish", at=_draft),
    office("office-edition-withdraw", at=_draft),
    office("office-edition-upload"),
    office("office-edition-preview", at=_file),
    posted("office-edition-keep", at=_file,
           data=lambda city: {"stamp": standards.stamp()}),
    posted("office-edition-drop", at=_file, data=nothing),
    office("office-channels"),
    office("office-texts"),
    office("office-text-new"),
    office("office-text", at=lambda city: {"text_id": city.ready_text}),
    posted("office-text-end", at=lambda city: {"text_id": city.ready_text}, data=nothing),
    office("office-channel", at=lambda city: {"code": "web"}),
    office("office-service-areas"),
    office("office-service-area-new"),
    office("office-service-area", at=lambda city: {"area_id": city.service_area}),
    posted("office-service-area-remove", at=lambda city: {"area_id": city.service_area},
           data=lambda city: {"reason": "试验"}),
    office("office-map-sources"),
    office("office-map-source-new"),
    office("office-map-source", at=lambda city: {"source_id": city.map_source}),
    posted("office-map-source-remove", at=lambda city: {"source_id": city.map_source},
           data=lambda city: {"reason": "试验"}),
    office("office-flow"),
    office("office-flow-edit"),
    posted("office-flow-trial", data=lambda city: {"reason": "试验", "base": "town"}),
    office("office-feedback"),
    office("office-feedback-export"),
    office("office-feedback-entry", at=wish),
    posted("office-feedback-answer", at=wish,
           data=lambda city: {"state": "done", "text": "已上线"}),
    posted("office-feedback-same", at=fault, data=lambda city: {"other": city.feedback["wish"]}),
    posted("office-feedback-apart", at=same, data=nothing),
    posted("office-feedback-publish", at=wish, data=lambda city: {"words": "记住列宽"}),
    posted("office-feedback-withdraw", at=wish, data=nothing),
    office("office-audit"),
    office("office-health"),
    Page("situations"),
)  # fmt: skip
