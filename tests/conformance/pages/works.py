"""Components, works, lists, typical cases, duty."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cityloop.demo.papers import paper
from tests import town as towns
from tests.conformance import values
from tests.conformance.city import City
from tests.conformance.pages.shape import Page, case_at
from tests.conformance.values import Values, nothing


def _component(city: City) -> dict[str, str]:
    return {"code": city.component}


# Who sees nothing of substitute works.
NO_WORKS = (towns.STRANGER, "acceptor", "inspector")


def worked(name: str, *, by: str = "supervisor", **more: Any) -> Page:
    """A form of substitute works that leads on: for supervisors and leaders."""
    refused = (*NO_WORKS, "evaluator", "water")
    return Page(name, by=by, refused=refused, status=302, **more)


def kept(name: str, **more: Any) -> Page:
    """A form of the lists of substitute works: for who manages them."""
    refused = (*NO_WORKS, "supervisor", "leader")
    return Page(name, by="administrator", refused=refused, status=302, **more)


# Who sees neither orders nor lists.
NO_OVERSIGHT = (towns.STRANGER, "inspector")


def _list(city: City) -> dict[str, int]:
    return {"list_id": city.named_list}


def listed(name: str, *, at: Values | None = None, **more: Any) -> Page:
    """A form of a list that leads on: for those who make lists."""
    refused = (*NO_OVERSIGHT, "acceptor", "water")
    other: Values = lambda city: {"list_id": city.other_list}  # noqa: E731 (a row's value)
    return Page(name, by="supervisor", refused=refused, status=302, at=at or other, **more)


def kept_duty(name: str, *, by: str = "water", **more: Any) -> Page:
    """A form of a roster or a secondment that leads on: for who keeps it."""
    return Page(name, by=by, refused=(towns.STRANGER, "acceptor", "dispatcher"), status=302, **more)


def stands_by(name: str, **more: Any) -> Page:
    """A form of who stands by in a protection period: for who enters periods."""
    refused = (towns.STRANGER, "acceptor", "water")
    return Page(name, by="administrator", refused=refused, status=302, **more)


def _standing_by(what: str) -> Values:
    name = "period_id" if what == "period" else "row_id"
    return lambda city: {name: city.standing_by[what]}


# Who sees no permits.
NO_PERMITS = (towns.STRANGER, "inspector", "water_worker")


def _permit(city: City) -> dict[str, int]:
    return {"permit_id": city.permit}


def kept_permit(name: str, **more: Any) -> Page:
    """A form of the register of permits that leads on: for the body that issued it."""
    return Page(name, by="green", refused=(*NO_PERMITS, "acceptor"), status=302, **more)


def _seconded(city: City) -> dict[str, int]:
    return {"holding_id": city.secondment}


def _pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", paper("one"), "application/pdf")


PAGES = (
    # components
    Page("components"),
    Page("component", at=_component),
    Page("component-state", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         at=_component, data=lambda city: {"state": "damaged", "reason": "试验"}),
    Page("component-owner", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         at=_component, data=lambda city: {"owner": city.town.units["ROADS"].pk, "reason": "x"}),
    Page("component-hand-over", by="administrator", refused=(towns.STRANGER, "acceptor"),
         status=302, at=_component,
         data=lambda city: {"organisation": city.town.units["ROADS"].pk, "stage": "maintainer",
                            "on": "2026-02-01", "source_document": "接管书"}),
    # substitute works
    Page("works", by="supervisor", refused=NO_WORKS),
    Page("works-order", by="supervisor", refused=(*NO_WORKS, "water"), at=values.order("invoiced")),
    worked("works-order-price", at=values.order("opened"), data=lambda city: {
        f"price_{city.price}": "1", "budget_line": city.budget}),
    worked("works-order-invoice", at=values.order("done"), data=lambda city: {
        "invoice_number": "F1", "amount": "790", "issued_on": values.today(), "file": _pdf()}),
    worked("works-order-cancel",
         at=values.order("to_cancel"), data=lambda city: {"reason": "试验"}),
    worked("works-order-claim", at=values.order("invoiced"),
           data=lambda city: {"party": "王五", "amount": "50"}),
    Page("works-claims", by="supervisor", refused=NO_WORKS),
    Page("works-claim", by="supervisor", refused=(*NO_WORKS, "green"), at=values.claim),
    worked("works-claim-notice", at=values.claim, data=lambda city: {
        "notice_on": values.today(), "due_on": "2026-12-31", "file": _pdf()}),
    worked("works-claim-payment", at=values.claim, data=lambda city: {
        "amount": "10", "paid_on": values.today(), "reference": "回单〔2026〕1号"}),
    worked("works-claim-note",
         at=values.claim, data=lambda city: {"kind": "remark", "text": "试验"}),
    worked("works-claim-off", by="leader", at=values.claim, data=lambda city: {"text": "试验"}),
    Page("works-units", by="dispatcher", refused=NO_WORKS),
    Page("works-unit", by="dispatcher", refused=NO_WORKS, at=values.designated),
    kept("works-unit-price", at=values.designated, data=lambda city: {
        "code": "T09", "name": "吊车", "measure": "台班", "price": "1200",
        "valid_from": "2026-11-01"}),
    kept("works-unit-end", at=values.designated,
         data=lambda city: {"ends_on": "2026-12-01", "reason": "试验"}),
    Page("works-budgets", by="leader", refused=NO_WORKS),
    Page("works-paper", by="supervisor", refused=(*NO_WORKS, "green"),
         at=lambda city: {"sha256": city.notice_paper}),
    # oversight
    Page("orders", refused=NO_OVERSIGHT),
    Page("orders-units", refused=NO_OVERSIGHT),
    Page("reminders", refused=NO_OVERSIGHT),
    Page("lists", by="supervisor", refused=NO_OVERSIGHT),
    Page("list", by="supervisor", refused=(*NO_OVERSIGHT, "green"), at=_list),
    Page("list-print", by="supervisor", refused=(*NO_OVERSIGHT, "green"), at=_list),
    Page("list-export", by="supervisor", refused=(*NO_OVERSIGHT, "green"), at=_list),
    listed("list-add", data=lambda city: {"numbers": city.cases["filed"]}),
    listed("list-place", data=lambda city: {
        "grid_code": city.dirty,
        "since": str(timezone.localdate(city.town.now) - timedelta(days=5)),
        "until": str(timezone.localdate(city.town.now))}),
    listed("list-drop", at=lambda city: {
        "list_id": city.other_list, "number": city.cases["handling"]}, data=nothing),
    listed("list-send", data=lambda city: {
        "organisation": city.town.units["WATER"].pk, "due_on": "2099-01-05", "note": "请整治"}),
    listed("list-end", data=lambda city: {"result": "已整治"}),
    Page("list-answer", by="water", refused=(*NO_OVERSIGHT, "green"), status=302,
         at=lambda city: {"list_id": city.named_list, "sending_id": city.sending},
         data=lambda city: {"text": "已整治"}),
    # permits
    Page("permits", refused=NO_PERMITS),
    Page("permit", refused=(*NO_PERMITS, "roads"), at=_permit),
    kept_permit("permit-record", data=lambda city: {
        "kind": "stall", "number": "摊9", "issuer": city.town.units["GREEN"].pk, "holder": "王五",
        "lon": city.town.grid(5).geom.point_on_surface.x,
        "lat": city.town.grid(5).geom.point_on_surface.y, "valid_from": "2026-01-01",
        "valid_until": "2026-12-31"}),
    kept_permit("permit-change", at=_permit, data=lambda city: {
        "kind": "stall", "number": "摊8", "holder": "赵六", "valid_from": "2026-01-01",
        "valid_until": "2026-12-31", "reason": "更正"}),
    kept_permit("permit-revoke", at=_permit, data=lambda city: {"reason": "超范围"}),
    # precedents
    Page("precedents", refused=NO_OVERSIGHT),
    Page("precedent", refused=(*NO_OVERSIGHT, "roads"), at=case_at("closed")),
    Page("precedent-unmark", refused=(*NO_OVERSIGHT, "water"), at=case_at("closed"), status=302,
         data=lambda city: {"reason": "标准已修订"}),
    # duty
    Page("duty", refused=(towns.STRANGER, "inspector")),
    Page("duty-coverage", refused=(towns.STRANGER, "inspector")),
    Page("duty-calls", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("duty-handovers", by="night_leader", refused=(towns.STRANGER, "water_worker")),
    Page("duty-handover", by="night_leader", refused=(towns.STRANGER, "inspector", "district"),
         at=lambda city: {"handover_id": city.handover}),
    Page("duty-accept", by="night_leader", refused=(towns.STRANGER, "district"),
         at=lambda city: {"handover_id": city.handover}, status=302,
         data=lambda city: {"answer": "已接"}),
    Page("duty-secondments", by="administrator", refused=(towns.STRANGER, "inspector")),
    kept_duty("duty-successor", at=_seconded, by="administrator",
              data=lambda city: {"successor": city.town.members["water_worker"].pk}),
    kept_duty("duty-secondment-end", at=_seconded, by="administrator",
              data=lambda city: {"reason": "试验", "successor": ""}),
    kept_duty("duty-shift-add", data=lambda city: {
        "name": "夜班", "post": "", "starts": "20:00", "ends": "08:00"}),
    kept_duty("duty-shift-end", at=lambda city: {"shift_id": city.shift}, data=nothing),
    kept_duty("duty-turn-add", data=lambda city: {
        "shift": city.shift, "member": city.town.members["water"].pk, "weekdays": "6,7",
        "rank": "1", "first_on": "2026-03-01"}),
    kept_duty("duty-turn-end", at=lambda city: {"turn_id": city.turn}, data=nothing),
    kept_duty("duty-absence-add", data=lambda city: {
        "member": city.town.members["water"].pk, "kind": "ill", "first_on": "2026-03-01",
        "last_on": "2026-03-02"}),
    kept_duty("duty-absence-end", at=lambda city: {"absence_id": city.absence}, data=nothing),
    kept_duty("duty-import", data=lambda city: {"file": SimpleUploadedFile(
        "roster.csv",
        b"unit_code,shift,starts,ends,username,weekdays,first_on\n"
        b"WATER,N,20:00,08:00,li,1-7,2026-03-01\n", "text/csv")}),
    Page("duty-protection", refused=(towns.STRANGER, "inspector"), at=_standing_by("period")),
    stands_by("duty-team-add", at=_standing_by("period"), data=lambda city: {
        "member": "water", "phone": "13900000012", "starts": "", "ends": ""}),
    stands_by("duty-team-change", at=_standing_by("member"), data=lambda city: {
        "phone": "13900000016", "starts": "08:00", "ends": "20:00"}),
    stands_by("duty-team-end", at=_standing_by("member"), data=nothing),
    stands_by("duty-camera-add", at=_standing_by("period"), data=lambda city: {
        "code": "K009", "name": "体育馆", "lon": "120.15", "lat": "30.28", "system": "wgs84"}),
    stands_by("duty-camera-end", at=_standing_by("camera"), data=nothing),
    stands_by("duty-camera-import", at=_standing_by("period"),
              data=lambda city: {"file": SimpleUploadedFile(
                  "cameras.csv", b"code,name,lon,lat\nK010,A,120.15,30.28\n", "text/csv")}),
    Page("dispatch-sheet", by="water_worker", refused=(towns.STRANGER, "roads"),
         at=case_at("called")),
)  # fmt: skip
