"""One good visit to every page: who may see it, who may not. A new address needs one row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.notify import signing
from cityloop.notify.queries import public_photo
from tests import town as towns
from tests.conformance.browsers import push_form
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


def _photo_link(city: City) -> Mapping[str, Any]:
    """The link in the reply of a closed case."""
    photo = public_photo(Case.objects.get(number=city.cases["closed"]))
    assert photo is not None
    until = int((city.town.now + timedelta(days=400)).timestamp())
    return {"token": signing.photo_token(settings.SECRET_KEY, photo.pk, until)}


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


def _dispute(city: City) -> dict[str, int]:
    return {"dispute_id": city.dispute}


def _planned(city: City) -> dict[str, int]:
    return {"meeting_id": city.planned}


def _held(city: City) -> dict[str, int]:
    return {"meeting_id": city.held}


def _operation(city: City) -> dict[str, int]:
    return {"operation_id": city.operation}


def _matter(city: City) -> dict[str, int]:
    return {"matter_id": city.matter}


def _component(city: City) -> dict[str, str]:
    return {"code": city.component}


def _tile(layer: str) -> Values:
    return lambda city: {"layer": layer, "z": 12, "x": 3413, "y": 1686}


# Who has no seat at the hotline.
NO_HOTLINE = (towns.STRANGER, "inspector", "water", "dispatcher")
# Who sees nothing of petitions.
NO_PETITIONS = (towns.STRANGER, "inspector", "water")


def _petition(city: City) -> dict[str, str]:
    return {"number": city.petitions[1]}


def _suggestion(city: City) -> dict[str, str]:
    return {"number": city.suggestion.number}


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


# Who watches over nobody.
NO_DISCIPLINE = (towns.STRANGER, "acceptor", "water")
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


def _seconded(city: City) -> dict[str, int]:
    return {"holding_id": city.secondment}


def _order(stage: str) -> Values:
    return lambda city: {"number": city.orders[stage]}


def _claim(city: City) -> dict[str, int]:
    return {"claim_id": city.claim}


def _designated(city: City) -> dict[str, int]:
    return {"designation_id": city.designation}


def _pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", b"%PDF-1.4 one\n%%EOF\n", "application/pdf")


PAGES = (
    # open to everybody
    Page("healthz", by="", refused=(), anonymous=200),
    Page("sign-in", by="", refused=(), anonymous=200),
    Page("public-query", by="", refused=(), anonymous=200),
    Page("public-photo", by="", refused=(), anonymous=200, at=_photo_link),
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
    Page("figures"),
    # intake
    Page("intake-new", refused=(towns.STRANGER, "water", "evaluator", "dispatcher")),
    Page("intake-beside", refused=(towns.STRANGER, "water"),
         data=lambda city: {"channel": "hotline12319", "text": "井盖破损"}),
    Page("report", refused=(towns.STRANGER, "water"), at=lambda city: {"number": city.report}),
    Page("notice-told", refused=(towns.STRANGER, "inspector", "water"), status=303,
         at=lambda city: {"notice_id": city.notice}, data=lambda city: {"medium": "phone"}),
    # messages
    Page("replies", refused=(towns.STRANGER, "inspector", "water"),
         query=lambda city: {"state": "due"}),
    Page("reply", refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"notice_id": city.notice}),
    Page("messages", refused=()),
    Page("message-read", by="inspector", refused=(towns.STRANGER, "acceptor"), status=302,
         at=lambda city: {"message_id": city.message}, data=nothing),
    Page("push-subscribe", refused=(), status=302, data=lambda city: push_form("3")),
    Page("push-end", refused=(towns.STRANGER, "dispatcher"), status=302,
         at=lambda city: {"subscription_id": city.told_in}, data=nothing),
    Page("reply-checks", refused=(towns.STRANGER, "inspector", "water")),
    Page("reply-check", refused=(towns.STRANGER, "inspector", "water"), status=303,
         at=lambda city: {"check_id": city.reply_check},
         data=lambda city: {"quality": "poor", "fault": "vague", "note": "空泛"}),
    Page("wordings", by="administrator", refused=(towns.STRANGER, "acceptor", "shift_leader")),
    Page("wording", by="administrator", refused=(towns.STRANGER, "acceptor", "shift_leader"),
         at=lambda city: {"topic": "filed"}),
    # hotline
    Page("hotline", refused=NO_HOTLINE),
    Page("hotline-seat", refused=NO_HOTLINE, data=lambda city: {"extension": "8002"}, status=302),
    Page("hotline-ringing", refused=NO_HOTLINE),
    Page("hotline-call", refused=NO_HOTLINE, at=lambda city: {"call_id": city.call_row}),
    Page("hotline-tell", refused=NO_HOTLINE, status=302, data=nothing,
         at=lambda city: {"call_id": city.call_row, "number": city.cases["hotline"]}),
    Page("hotline-orders", refused=NO_HOTLINE),
    Page("hotline-import", refused=NO_HOTLINE, status=302, data=lambda city: {
        "file": SimpleUploadedFile("a.csv", "number,text\nB9,井盖破损\n".encode(), "text/csv")}),
    Page("hotline-results", refused=NO_HOTLINE),
    # petitions
    Page("petitions", refused=NO_PETITIONS),
    Page("petition-new", refused=(*NO_PETITIONS, "leader")),
    Page("petition", refused=NO_PETITIONS, at=_petition),
    Page("petition-transfer", refused=(*NO_PETITIONS, "leader"), at=_petition, status=302,
         data=lambda city: {"text": "井盖缺失"}),
    Page("petition-send", refused=(*NO_PETITIONS, "leader"), at=_petition, status=302,
         data=lambda city: {"text": "已转办", "medium": "post"}),
    Page("petition-letter", refused=NO_PETITIONS,
         at=lambda city: {"number": city.petitions[0], "letter_id": city.letter}),
    Page("petition-decide", refused=(*NO_PETITIONS, "leader"), status=302,
         at=lambda city: {"number": city.petitions[2], "earlier": city.petitions[1]},
         data=lambda city: {"same": "1"}),
    Page("petitions-repeated", refused=NO_PETITIONS),
    Page("petitions-figures", refused=NO_PETITIONS),
    Page("suggestions", refused=NO_PETITIONS),
    Page("suggestion", refused=NO_PETITIONS, at=_suggestion),
    Page("suggestion-answer", refused=(*NO_PETITIONS, "leader"), at=_suggestion, status=302,
         data=lambda city: {"outcome": "studied", "text": "研究"}),
    Page("suggest", by="", refused=(), anonymous=200),
    Page("suggested", by="", refused=(), anonymous=200,
         at=lambda city: {"token": city.suggestion.token}),
    Page("contact", by="", refused=(), anonymous=200),
    Page("contact-edit", by="administrator", refused=(*NO_PETITIONS, "acceptor")),
    # rules of dispatch
    Page("rules", refused=(towns.STRANGER, "inspector")),
    Page("rule-trial", by="administrator", refused=(towns.STRANGER, "acceptor"),
         data=lambda city: {"kind": "event", "lead": city.town.units["GREEN"].pk, "days": "90"}),
    # coordination
    Page("disputes", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("dispute", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"), at=_dispute),
    Page("dispute-meeting", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=_dispute, status=303, data=lambda city: {
             "held_at": "2026-01-05T09:00", "place": "现场", "present": "两家", "minutes": "看图"}),
    Page("dispute-raise", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=_dispute, status=303, data=lambda city: {"reason": "未达成一致"}),
    Page("dispute-decide", by="supervisor", refused=(towns.STRANGER, "dispatcher", "roads"),
         at=_dispute, status=303,
         data=lambda city: {"unit": city.town.units["ROADS"].pk, "reason": "道路负责"}),
    Page("dispute-paper", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {**_dispute(city), "sha256": city.dispute_paper}),
    Page("meetings", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("meeting-call", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         status=303, data=lambda city: {
             "kind": "joint", "title": "联席会议", "planned_at": "2099-01-05T09:00", "place": "x"}),
    Page("meeting", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"), at=_held),
    Page("meeting-agenda", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=_planned, status=303, data=lambda city: {"title": "夜间施工"}),
    Page("meeting-minutes", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=_planned, status=303, data=lambda city: {
             "held_at": "2026-01-05T09:00", "present": "各单位", "minutes": "一、…"}),
    Page("meeting-paper", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=_held),
    Page("meeting-task", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=_held, status=303, data=lambda city: {
             "unit": city.town.units["GREEN"].pk, "what": "清运", "due_on": "2099-01-05"}),
    Page("meeting-task-done", by="roads", refused=(towns.STRANGER, "dispatcher", "water"),
         at=lambda city: {**_held(city), "task_id": city.meeting_task}, status=303,
         data=lambda city: {"result": "已划定"}),
    Page("joint-operations", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("joint-operation-new", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         status=303, data=lambda city: {
             "title": "油烟联查", "plan": "夜市", "begins_on": "2099-01-05",
             "ends_on": "2099-01-06", "lead": city.town.units["GREEN"].pk,
             "units": [city.town.units["ROADS"].pk]}),
    Page("joint-operation", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=_operation),
    Page("joint-operation-start", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"operation_id": city.unbegun}, status=303, data=lambda city: {"x": ""}),
    Page("joint-operation-case", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=_operation, status=303, data=lambda city: {"number": city.cases["filed"]}),
    Page("joint-operation-result", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=_operation, status=303, data=lambda city: {
             "unit": city.town.units["ROADS"].pk, "kind": "seized", "number": "3"}),
    Page("joint-operation-report", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=_operation, status=303, data=lambda city: {"report": "已整治"}),
    Page("joint-operation-call-off", by="dispatcher", status=303, at=_operation,
         refused=(towns.STRANGER, "evaluator", "roads", "water"),
         data=lambda city: {"reason": "台风"}),
    Page("matters", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("matter-new", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         status=303, data=lambda city: {
             "title": "油烟整治", "description": "夜市油烟", "due_on": "2099-01-05",
             "owner": city.town.units["GREEN"].pk}),
    Page("matter", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"), at=_matter),
    Page("matter-case", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=_matter, status=303, data=lambda city: {"number": city.cases["filed"]}),
    Page("matter-milestone", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=_matter, status=303, data=lambda city: {"title": "完工", "due_on": "2099-01-05"}),
    Page("matter-reached", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {**_matter(city), "milestone_id": city.milestone}, status=303,
         data=lambda city: {"note": "已摸底"}),
    Page("matter-end", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"matter_id": city.finished}, status=303,
         data=lambda city: {"result": "已整治"}),
    # map
    Page("map"),
    Page("addresses", query=lambda city: {"address": "人民路"}),
    Page("tile", refused=(towns.STRANGER,), at=_tile("grids"), anonymous=401),
    # manual
    Page("manual"),
    Page("ui", refused=()),
    # re-inspection
    Page("discipline", by="supervisor", refused=(towns.STRANGER, "acceptor", "water")),
    Page("fraud", by="supervisor", refused=NO_DISCIPLINE),
    Page("fraud-new", by="supervisor", refused=(*NO_DISCIPLINE, "leader"), status=302,
         data=lambda city: {
             "numbers": city.cases["handling"], "kind": "split", "account": "凑数",
             "unit": city.town.units["WATER"].pk, "lines": f"{city.cases['handling']}:1"}),
    Page("fraud-finding", by="water", refused=(towns.STRANGER, "acceptor", "roads"),
         at=lambda city: {"finding_id": city.finding}),
    Page("fraud-say", by="leader", refused=(*NO_DISCIPLINE, "supervisor"), status=302,
         at=lambda city: {"finding_id": city.finding, "name": "decision"},
         data=lambda city: {"verdict": "dismissed", "reason": "查无实据"}),
    Page("cards", by="supervisor", refused=NO_DISCIPLINE),
    Page("card", by="water", refused=(towns.STRANGER, "acceptor", "roads"),
         at=lambda city: {"card_id": city.card}),
    Page("card-notice", by="water", refused=(towns.STRANGER, "acceptor", "roads"),
         at=lambda city: {"card_id": city.card}),
    Page("card-act", by="water", refused=(towns.STRANGER, "supervisor", "roads"), status=302,
         at=lambda city: {"card_id": city.card, "name": "answer"},
         data=lambda city: {"text": "已整改"}),
    Page("card-rules", by="leader", refused=(*NO_DISCIPLINE, "supervisor"), status=302,
         data=lambda city: {
             "trigger": "fraud", "threshold": 1, "days": 30, "points": "2", "red_points": "5",
             "rectify_days": 7, "repeat_days": 90, "source_document": "试验",
             "valid_from": "2099-01-05"}),
    Page("own-cards", by="water", refused=(towns.STRANGER, "acceptor", "supervisor")),
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
    Page("component-hand-over", by="administrator", refused=(towns.STRANGER, "acceptor"),
         status=302, at=_component,
         data=lambda city: {"organisation": city.town.units["ROADS"].pk, "stage": "maintainer",
                            "on": "2026-02-01", "source_document": "接管书"}),
    # substitute works
    Page("works", by="supervisor", refused=NO_WORKS),
    Page("works-order", by="supervisor", refused=(*NO_WORKS, "water"), at=_order("invoiced")),
    worked("works-order-price", at=_order("opened"), data=lambda city: {
        f"price_{city.price}": "1", "budget_line": city.budget}),
    worked("works-order-invoice", at=_order("priced"), data=lambda city: {
        "invoice_number": "F1", "amount": "790", "issued_on": "2026-11-01", "file": _pdf()}),
    worked("works-order-cancel", at=_order("to_cancel"), data=lambda city: {"reason": "试验"}),
    worked("works-order-claim", at=_order("invoiced"),
           data=lambda city: {"party": "王五", "amount": "50"}),
    Page("works-claims", by="supervisor", refused=NO_WORKS),
    Page("works-claim", by="supervisor", refused=(*NO_WORKS, "green"), at=_claim),
    worked("works-claim-notice", at=_claim, data=lambda city: {
        "notice_on": "2026-11-01", "due_on": "2026-12-31", "file": _pdf()}),
    worked("works-claim-payment", at=_claim, data=lambda city: {
        "amount": "10", "paid_on": "2026-11-01", "reference": "回单"}),
    worked("works-claim-note", at=_claim, data=lambda city: {"kind": "remark", "text": "试验"}),
    worked("works-claim-off", by="leader", at=_claim, data=lambda city: {"text": "试验"}),
    Page("works-units", by="dispatcher", refused=NO_WORKS),
    Page("works-unit", by="dispatcher", refused=NO_WORKS, at=_designated),
    kept("works-unit-price", at=_designated, data=lambda city: {
        "code": "T09", "name": "吊车", "measure": "台班", "price": "1200",
        "valid_from": "2026-11-01"}),
    kept("works-unit-end", at=_designated,
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
    # precedents
    Page("precedents", refused=NO_OVERSIGHT),
    Page("precedent", refused=(*NO_OVERSIGHT, "roads"), at=_case("closed")),
    Page("precedent-unmark", refused=(*NO_OVERSIGHT, "water"), at=_case("closed"), status=302,
         data=lambda city: {"reason": "标准已修订"}),
    # duty
    Page("duty", refused=(towns.STRANGER, "inspector")),
    Page("duty-coverage", refused=(towns.STRANGER, "inspector")),
    Page("duty-calls", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("duty-handovers", by="night_leader", refused=(towns.STRANGER, "water_worker")),
    Page("duty-handover", by="night_leader", refused=(towns.STRANGER, "inspector", "district"),
         at=lambda city: {"handover_id": city.handover}),
    Page("duty-accept", by="night_leader", refused=(towns.STRANGER, "acceptor", "district"),
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
    Page("dispatch-sheet", by="water_worker", refused=(towns.STRANGER, "roads"),
         at=_case("called")),
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
    office("office-territories"),
    office("office-territory-new"),
    office("office-territory-end", at=lambda city: {"territory_id": city.territory}),
    office("office-changes"),
    Page("situations"),
)  # fmt: skip
BY_NAME = {page.name: page for page in PAGES}
# Visited by tests of their own: a notice needs an overdue case, a first password is only asked for
# at the first sign-in, an example picture needs one, an ended answer needs its line, Django's
# language switch takes any post, the gateway for text messages signs what it sends,
# the worker of browsers is a script for everybody.
ELSEWHERE = {
    "case-notice", "new-password", "office-answer-end", "manual-example", "set_language",
    "service-worker", "sms-receipt",
}  # fmt: skip
