"""One good call of every operation of the API: who may make it, with what, and who may not.

A new operation needs one row here; the tests are made from the rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests import town as towns
from tests.conformance.browsers import push_body
from tests.conformance.city import PHONE, City

Values = Callable[[City], Mapping[str, Any]]
EDITION = "330100-2026"


def nothing(city: City) -> Mapping[str, Any]:
    """No values."""
    return {}


@dataclass(frozen=True, slots=True)
class Call:
    """One row. `refused`: who is signed in and may not; () where everybody may."""

    method: str
    path: str
    by: str = "acceptor"
    refused: tuple[str, ...] = (towns.STRANGER,)
    at: Values = nothing  # values of the path
    query: Values = nothing
    body: Values | None = None
    another: Values | None = None  # another body for the same address
    file: bool = False
    status: int = 200
    repeated: int = 0  # status of the same call again, where it differs
    reads: bool = field(default=False)  # a POST that changes nothing

    @property
    def name(self) -> str:
        """As the description of the interface has it."""
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """True when it changes something."""
        return self.method != "GET" and not self.reads

    def send(
        self, city: City, *, by: str | None = None, key: str = "", other: bool = False
    ) -> HttpResponse:
        """Make the call; `other` with the other body, `key` as idempotency key."""
        headers = {"Idempotency-Key": key} if key else {}
        caller = self.by if by is None else by
        return city.call(
            self.method,
            self.address(city),
            by=caller,
            headers=headers,
            **self._content(city, other),
        )

    def address(self, city: City) -> str:
        """The address with its values and its query."""
        path = "/api/v1" + self.path.format(**self.at(city))
        query = urlencode(self.query(city), doseq=True)
        return f"{path}?{query}" if query else path

    def _content(self, city: City, other: bool) -> dict[str, Any]:
        if self.file:
            form = {"file": _upload(b"%PDF-1.4 other\n%%EOF" if other else b"%PDF-1.4 one\n%%EOF")}
            return {"data": encode_multipart(BOUNDARY, form), "content_type": MULTIPART_CONTENT}
        make = self.another if other else self.body
        if make is None:
            return {}
        return {"data": json.dumps(make(city)), "content_type": "application/json"}


def _upload(body: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("paper.pdf", body + b"\n%%EOF\n", "application/pdf")


def _point(city: City) -> dict[str, float]:
    point = city.town.grid(3).geom.point_on_surface
    return {"x": point.x, "y": point.y}


def _lonlat(city: City) -> dict[str, float]:
    point = city.town.grid(3).geom.point_on_surface
    return {"lon": point.x, "lat": point.y}


def _step(city: City) -> dict[str, Any]:
    return {"action": "accept", "version": 1, "inputs": {}}


def _other_step(city: City) -> dict[str, Any]:
    return {"action": "accept", "version": 1, "inputs": {"level": "3"}}


def _code(city: City) -> dict[str, str]:
    return {"code": city.component}


def _report(city: City) -> dict[str, Any]:
    point = city.town.grid(40).geom.point_on_surface
    return {"channel": "hotline12319", "text": "井盖缺失", "class_code": "C0101",
            "lon": point.x, "lat": point.y}  # fmt: skip


def _protection(city: City) -> dict[str, Any]:
    return {"name": "峰会", "first": "2026-12-01", "last": "2026-12-05", "factor": "0.5",
            "limits": [{"class": "C0101", "amount": "2", "unit": "urgent_hour"}],
            "why": "试验"}  # fmt: skip


def _day(city: City) -> dict[str, Any]:
    return {"kind": "holiday", "name": "城市日", "why": "试验"}


def _dispute(city: City) -> dict[str, int]:
    return {"dispute_id": city.dispute}


def _planned(city: City) -> dict[str, int]:
    return {"meeting_id": city.planned}


def _held(city: City) -> dict[str, int]:
    return {"meeting_id": city.held}


def _invitation(city: City) -> dict[str, Any]:
    return {"title": "联席会议", "planned_at": "2099-01-05T09:00:00+08:00", "place": "指挥中心"}


def _minutes(city: City) -> dict[str, Any]:
    return {"held_at": "2026-01-05T09:00:00+08:00", "present": "各单位", "minutes": "一、…"}


def _meeting_task(city: City) -> dict[str, Any]:
    return {"unit_id": city.town.units["GREEN"].pk, "what": "清运", "due_on": "2099-01-05"}


def _operation(city: City) -> dict[str, int]:
    return {"operation_id": city.operation}


def _new_operation(city: City) -> dict[str, Any]:
    return {"title": "油烟联查", "plan": "夜市", "begins_on": "2099-01-05", "ends_on": "2099-01-06",
            "lead_id": city.town.units["GREEN"].pk,
            "unit_ids": [city.town.units["ROADS"].pk]}  # fmt: skip


def _counted(city: City) -> dict[str, Any]:
    return {"unit_id": city.town.units["ROADS"].pk, "kind": "seized", "number": 3}


def _matter(city: City) -> dict[str, int]:
    return {"matter_id": city.matter}


def _new_matter(city: City) -> dict[str, Any]:
    return {"title": "油烟整治", "description": "夜市油烟", "due_on": "2099-01-05",
            "owner_id": city.town.units["GREEN"].pk}  # fmt: skip


def _card(city: City) -> dict[str, int]:
    return {"card_id": city.card}


def _finding(city: City) -> dict[str, int]:
    return {"finding_id": city.finding}


def _fraud(city: City) -> dict[str, Any]:
    return {"kind": "other", "unit_id": city.town.units["WATER"].pk, "account": "凑数",
            "cases": [city.cases["handling"]],
            "lines": [{"case": city.cases["handling"], "version": 1}]}  # fmt: skip


def _milestone(city: City) -> dict[str, Any]:
    return {"title": "完工", "due_on": "2099-01-05"}


def _meeting(city: City) -> dict[str, Any]:
    return {"held_at": "2026-01-05T09:00:00+08:00", "place": "现场", "present": "两家",
            "minutes": "看图"}  # fmt: skip


def _decision(city: City) -> dict[str, Any]:
    return {"unit_id": city.town.units["ROADS"].pk, "reason": "道路负责", "reach": "district",
            "document": "试验〔2026〕2号"}  # fmt: skip


# Who sees neither orders nor lists.
NO_PETITIONS = (towns.STRANGER, "inspector", "water")
PETITION = {"kind": "letter", "received_on": "2026-03-02", "subject": "积水", "text": "逢雨积水"}
CONTACT = {"kind": "phone", "label_zh": "热线", "value": "12319"}


def _petition(city: City) -> dict[str, str]:
    return {"number": city.petitions[1]}


def _suggestion(city: City) -> dict[str, str]:
    return {"number": city.suggestion.number}


NO_OVERSIGHT = (towns.STRANGER, "inspector")


def _other_list(city: City) -> dict[str, int]:
    return {"list_id": city.other_list}


def _sending(city: City) -> dict[str, Any]:
    return {"organisation": city.town.units["WATER"].pk, "note": "请整治", "due_on": "2099-01-05"}


# Who sees nothing of substitute works, who reads only, who does not keep the lists.
NO_WORKS = (towns.STRANGER, "acceptor", "inspector")
READS_WORKS = (*NO_WORKS, "evaluator", "administrator", "water")
NO_LISTS = (*NO_WORKS, "supervisor", "leader")


def _order(stage: str) -> Values:
    return lambda city: {"number": city.orders[stage]}


def _claim(city: City) -> dict[str, Any]:
    return {"claim_id": city.claim}


def _designated(city: City) -> dict[str, Any]:
    return {"designation_id": city.designation}


def _lines(quantity: int) -> Values:
    return lambda city: {
        "lines": [{"price_item_id": city.price, "quantity": quantity}],
        "budget_line_id": city.budget,
    }


def _invoice(number: str) -> Values:
    return lambda city: {"invoice_number": number, "amount": "790.00", "issued_on": "2026-11-01",
                         "sha256": city.photo}  # fmt: skip


def _notice(due_on: str) -> Values:
    return lambda city: {"notice_on": "2026-11-01", "due_on": due_on, "sha256": city.photo}


def _payment(amount: str) -> Values:
    return lambda city: {"amount": amount, "paid_on": "2026-11-01", "reference": "回单"}


def _designation(unit: str) -> Values:
    return lambda city: {
        "organisation_id": city.town.units[unit].pk, "skills": "抢修", "source_document": "试验",
        "valid_from": "2026-11-01", "on_call_from": "20:00", "on_call_to": "08:00",
    }  # fmt: skip


def _price(code: str) -> Values:
    return lambda city: {"code": code, "name": "吊车", "measure": "台班", "price": "1200.00",
                         "valid_from": "2026-11-01"}  # fmt: skip


def _budget(amount: str) -> Values:
    return lambda city: {"year": 2026, "code": "NEW", "name": "应急", "amount": amount}


# Who sees nothing of duty, who keeps no roster.
NO_DUTY = (towns.STRANGER, "inspector", "water_worker")
NO_ROSTER = (towns.STRANGER, "acceptor", "dispatcher")


def _water(city: City) -> dict[str, int]:
    return {"unit_id": city.town.units["WATER"].pk}


def _new_shift(name: str) -> Values:
    return lambda city: {**_water(city), "name": name, "starts": "20:00", "ends": "08:00"}


def _new_turn(weekday: int) -> Values:
    return lambda city: {"shift_id": city.shift, "member_id": city.town.members["water"].pk,
                         "weekdays": [weekday], "first_on": "2026-03-01"}  # fmt: skip


def _new_absence(kind: str) -> Values:
    return lambda city: {"member_id": city.town.members["water"].pk, "kind": kind,
                         "first_on": "2026-03-01", "last_on": "2026-03-02"}  # fmt: skip


CALLS = (
    # geo
    Call("GET", "/geo/locate", query=_point),
    Call("POST", "/geo/locate", reads=True,
         body=lambda city: {"points": [list(_point(city).values()), [0.0, 0.0]]}),
    Call("GET", "/geo/convert", query=lambda city: {**_point(city), "to": "gcj02"}),
    Call("GET", "/geo/addresses", query=lambda city: {"q": "路", "limit": 5}),
    Call("GET", "/geo/addresses/nearest", query=lambda city: {**_lonlat(city), "within_m": 5000}),
    Call("GET", "/geo/regions"),
    Call("GET", "/geo/map-style"),
    # standards
    Call("GET", "/standards/editions"),
    Call("GET", "/standards/editions/{old}/difference/{new}",
         at=lambda city: {"old": "HZ-2006", "new": EDITION}),
    Call("GET", "/standards/classes", query=lambda city: {"q": "井盖"}),
    Call("GET", "/standards/classes/{class_id}/rules",
         at=lambda city: {"class_id": city.town.chosen().pk}),
    Call("GET", "/standards/manual", query=lambda city: {"q": "井盖"}),
    Call("GET", "/standards/due",
         query=lambda city: {"start": "2026-03-02T09:00+08:00", "amount": 4, "unit": "work_hour"}),
    Call("GET", "/standards/calendar", query=lambda city: {"year": 2026}),
    Call("PUT", "/standards/calendar/{day}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "evaluator"), at=lambda city: {"day": "2026-03-03"},
         body=_day, another=lambda city: {**_day(city), "name": "另一日"}),
    Call("DELETE", "/standards/calendar/{day}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"day": "2026-10-01"}, query=lambda city: {"why": "试验"}),
    Call("GET", "/standards/protection"),
    Call("POST", "/standards/protection", by="administrator", status=201,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         body=_protection, another=lambda city: {**_protection(city), "name": "赛事"}),
    Call("DELETE", "/standards/protection/{period_id}", by="administrator", status=204,
         refused=(towns.STRANGER, "acceptor", "evaluator"),
         at=lambda city: {"period_id": city.protection}, query=lambda city: {"why": "试验"}),
    # people
    Call("GET", "/organisations"),
    Call("GET", "/members", refused=(towns.STRANGER, "inspector", "water_worker")),
    Call("GET", "/responsibility", refused=(towns.STRANGER, "inspector"),
         query=lambda city: {"kind": "component", "edition_code": EDITION, "major_code": "01",
                             "minor_code": "01", "district_code": towns.DISTRICT}),
    Call("GET", "/responsibility/gaps", refused=(towns.STRANGER, "inspector"),
         query=lambda city: {"edition_code": EDITION}),
    # assets
    Call("GET", "/components"),
    Call("GET", "/components/nearest", query=_lonlat),
    Call("GET", "/components/{code}", at=_code),
    Call("GET", "/components/{code}/history", at=_code),
    Call("POST", "/components/{code}/state", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"state": "damaged", "reason": "试验"},
         another=lambda city: {"state": "lost", "reason": "试验"}),
    Call("POST", "/components/{code}/owner", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"owner_id": city.town.units["ROADS"].pk, "reason": "移交"},
         another=lambda city: {"owner_id": city.town.units["GREEN"].pk, "reason": "移交"}),
    Call("GET", "/components/{code}/owners", at=_code),
    Call("POST", "/components/{code}/owners", by="administrator", at=_code,
         refused=(towns.STRANGER, "acceptor", "inspector"),
         body=lambda city: {"organisation_id": city.town.units["ROADS"].pk, "on": "2026-02-01",
                            "source_document": "接管书"},
         another=lambda city: {"organisation_id": city.town.units["GREEN"].pk, "on": "2026-02-01",
                               "source_document": "接管书"}),
    # intake
    Call("POST", "/reports", status=201, repeated=200,
         refused=(towns.STRANGER, "evaluator", "water", "dispatcher"),
         body=_report, another=lambda city: {**_report(city), "text": "另一处井盖缺失"}),
    Call("GET", "/reports/{number}", refused=(towns.STRANGER, "water"),
         at=lambda city: {"number": city.report}),
    Call("GET", "/cases/{number}/reports", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"]}),
    Call("GET", "/channels", refused=(towns.STRANGER, "evaluator", "water")),
    Call("PUT", "/channels/{code}", by="administrator", at=lambda city: {"code": "web"},
         refused=(towns.STRANGER, "acceptor", "shift_leader"),
         body=lambda city: {"changes": {"metres": 80}, "reason": "试验"},
         another=lambda city: {"changes": {"metres": 90}, "reason": "试验"}),
    Call("GET", "/intake/suggest", refused=(towns.STRANGER, "evaluator", "water"),
         query=lambda city: {"text": "路上井盖坏了"}),
    Call("GET", "/intake/duplicates", query=_lonlat,
         refused=(towns.STRANGER, "evaluator", "water")),
    Call("POST", "/intake/earlier", reads=True, refused=(towns.STRANGER, "inspector", "water"),
         body=lambda city: {"phone": PHONE}),
    Call("GET", "/intake/notices", refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/intake/notices/{notice_id}/settle",
         refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"notice_id": city.notice},
         body=lambda city: {"medium": "phone"}, another=lambda city: {"medium": "sms"}),
    Call("GET", "/intake/account", refused=(towns.STRANGER, "evaluator", "water")),
    # hotline
    Call("POST", "/hotline/calls", by="exchange", refused=(towns.STRANGER, "acceptor", "water"),
         body=lambda city: {"id": "C-2", "event": "ringing", "extension": "8001",
                            "caller": PHONE},
         another=lambda city: {"id": "C-3", "event": "ringing", "extension": "8001"}),
    Call("POST", "/hotline/orders", by="exchange", refused=(towns.STRANGER, "dispatcher", "water"),
         body=lambda city: {"orders": [{"number": "B1", "text": "井盖破损"}]},
         another=lambda city: {"orders": [{"number": "B2", "text": "路灯不亮"}]}),
    Call("GET", "/hotline/orders", by="exchange", refused=(towns.STRANGER, "dispatcher", "water")),
    Call("GET", "/hotline/results", by="exchange",
         refused=(towns.STRANGER, "dispatcher", "water")),
    # petitions
    Call("GET", "/petitions", refused=NO_PETITIONS),
    Call("GET", "/petitions/figures", refused=NO_PETITIONS,
         query=lambda city: {"since": "2026-01-01", "until": "2026-12-31"}),
    Call("GET", "/petitions/repeated", refused=NO_PETITIONS),
    Call("GET", "/petitions/{number}", refused=NO_PETITIONS, at=_petition),
    Call("POST", "/petitions", refused=(*NO_PETITIONS, "leader"),
         body=lambda city: {**PETITION, "name": "周八"},
         another=lambda city: {**PETITION, "name": "吴九"}),
    Call("POST", "/petitions/{number}/transfer", refused=(*NO_PETITIONS, "leader"), at=_petition,
         body=lambda city: {"text": "井盖缺失"}, another=lambda city: {"text": "路灯不亮"}),
    Call("POST", "/petitions/{number}/repeats", refused=(*NO_PETITIONS, "leader"),
         at=lambda city: {"number": city.petitions[2]},
         body=lambda city: {"earlier": city.petitions[1], "same": True},
         another=lambda city: {"earlier": city.petitions[1], "same": False}),
    Call("POST", "/petitions/{number}/letters", refused=(*NO_PETITIONS, "leader"), at=_petition,
         body=lambda city: {"text": "已转办"}, another=lambda city: {"text": "已办结"}),
    Call("GET", "/suggestions", refused=NO_PETITIONS),
    Call("GET", "/suggestions/{number}", refused=NO_PETITIONS, at=_suggestion),
    Call("POST", "/suggestions", refused=(*NO_PETITIONS, "leader"),
         body=lambda city: {"subject": "公园", "text": "建议建公园"},
         another=lambda city: {"subject": "夜市", "text": "建议规范夜市"}),
    Call("POST", "/suggestions/{number}/answer", refused=(*NO_PETITIONS, "leader"),
         at=_suggestion, body=lambda city: {"outcome": "studied", "text": "研究"},
         another=lambda city: {"outcome": "adopted", "text": "采纳"}),
    Call("GET", "/contact", refused=()),
    Call("PUT", "/contact", by="administrator", refused=(*NO_PETITIONS, "acceptor"),
         body=lambda city: {"lines": [CONTACT], "rules_zh": "先核实"},
         another=lambda city: {"lines": [CONTACT], "rules_zh": "后处置"}),
    # messages
    Call("GET", "/reply-checks", refused=(towns.STRANGER, "inspector", "water")),
    Call("GET", "/reply-checks/operators", refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/reply-checks/{check_id}", refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"check_id": city.reply_check}, body=lambda city: {"quality": "good"},
         another=lambda city: {"quality": "poor", "fault": "tone"}),
    Call("GET", "/replies", refused=(towns.STRANGER, "inspector", "water")),
    Call("GET", "/replies/{notice_id}", refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"notice_id": city.notice}),
    Call("POST", "/replies/{notice_id}/send", refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"notice_id": city.notice},
         body=lambda city: {"text": "未予受理"}, another=lambda city: {"text": "不予受理"}),
    Call("GET", "/messages", refused=()),
    Call("POST", "/messages/{message_id}/read", by="inspector",
         refused=(towns.STRANGER, "acceptor"), at=lambda city: {"message_id": city.message}),
    Call("GET", "/push/key", refused=()),
    Call("GET", "/push/browsers", refused=()),
    Call("POST", "/push/browsers", refused=(), status=201, body=lambda city: push_body("1"),
         another=lambda city: push_body("2")),
    Call("POST", "/push/browsers/{browser_id}/end", refused=(towns.STRANGER, "dispatcher"),
         at=lambda city: {"browser_id": city.told_in}),
    Call("GET", "/messages/wordings", by="administrator",
         refused=(towns.STRANGER, "acceptor", "shift_leader")),
    Call("PUT", "/messages/wordings/{topic}", by="administrator",
         refused=(towns.STRANGER, "acceptor", "shift_leader"), at=lambda city: {"topic": "filed"},
         body=lambda city: {"language": "en", "text": "Filed: {number}"},
         another=lambda city: {"language": "en", "text": "It is filed: {number}"}),
    # cases
    Call("GET", "/cases"),
    Call("GET", "/cases/nearby", query=_lonlat),
    Call("GET", "/cases/boxes"),
    Call("GET", "/cases/{number}", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"]}),
    Call("GET", "/cases/{number}/clocks/{kind}/explain", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"], "kind": "handling"}),
    Call("GET", "/cases/{number}/clocks/{kind}/changes", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"], "kind": "handling"}),
    Call("GET", "/cases/figures",
         query=lambda city: {"since": "2026-01-01", "until": "2026-12-31", "by": "street"}),
    Call("GET", "/cases/reworks",
         query=lambda city: {"since": "2026-01-01", "until": "2026-12-31"}),
    Call("GET", "/cases/granted",
         query=lambda city: {"since": "2026-01-01", "until": "2026-12-31"}),
    Call("POST", "/cases/{number}/steps", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"number": city.cases["reported"]}, body=_step, another=_other_step),
    Call("GET", "/cases/{number}/findings", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"number": city.cases["handling"]}),
    Call("GET", "/discipline/closers", by="supervisor",
         refused=(towns.STRANGER, "acceptor", "water")),
    Call("GET", "/discipline/draws", by="supervisor",
         refused=(towns.STRANGER, "acceptor", "water")),
    Call("GET", "/discipline/cards", by="supervisor", refused=(towns.STRANGER, "acceptor")),
    Call("GET", "/discipline/cards/{card_id}", by="water", at=_card,
         refused=(towns.STRANGER, "acceptor", "roads")),
    Call("POST", "/discipline/cards/{card_id}/acts", by="water", at=_card,
         refused=(towns.STRANGER, "acceptor", "supervisor", "roads"),
         body=lambda city: {"act": "answer", "text": "已整改"},
         another=lambda city: {"act": "answer", "text": "已完成"}),
    Call("GET", "/discipline/card-rules", by="supervisor",
         refused=(towns.STRANGER, "acceptor", "water")),
    Call("GET", "/discipline/fraud", by="supervisor", refused=(towns.STRANGER, "acceptor")),
    Call("GET", "/discipline/fraud/{finding_id}", by="water", at=_finding,
         refused=(towns.STRANGER, "acceptor", "roads")),
    Call("POST", "/discipline/fraud", by="supervisor",
         refused=(towns.STRANGER, "leader", "water"), body=_fraud,
         another=lambda city: {**_fraud(city), "kind": "split"}),
    Call("POST", "/discipline/fraud/{finding_id}/notes", by="water", at=_finding,
         refused=(towns.STRANGER, "acceptor", "supervisor", "roads"),
         body=lambda city: {"step": "statement", "text": "系误传"},
         another=lambda city: {"step": "statement", "text": "无此事"}),
    # oversight
    Call("GET", "/oversight/orders", refused=NO_OVERSIGHT),
    Call("GET", "/oversight/orders/units", refused=NO_OVERSIGHT),
    Call("GET", "/oversight/reminders", refused=NO_OVERSIGHT),
    Call("GET", "/oversight/reminders/counts", refused=NO_OVERSIGHT),
    Call("GET", "/oversight/lists", by="supervisor", refused=NO_OVERSIGHT),
    Call("GET", "/oversight/lists/candidates", by="supervisor", refused=NO_OVERSIGHT),
    Call("GET", "/oversight/lists/{list_id}", by="supervisor", refused=(*NO_OVERSIGHT, "green"),
         at=lambda city: {"list_id": city.named_list}),
    Call("POST", "/oversight/lists", by="supervisor", refused=(*NO_OVERSIGHT, "acceptor"),
         body=lambda city: {"title": "清单", "kind": "other"},
         another=lambda city: {"title": "另一清单", "kind": "other"}),
    Call("POST", "/oversight/lists/{list_id}/cases", by="supervisor", at=_other_list,
         refused=(*NO_OVERSIGHT, "acceptor"), body=lambda city: {"numbers": [city.cases["filed"]]},
         another=lambda city: {"numbers": [city.cases["checked"]]}),
    Call("POST", "/oversight/lists/{list_id}/sendings", by="supervisor", at=_other_list,
         refused=(*NO_OVERSIGHT, "acceptor"), body=_sending,
         another=lambda city: {**_sending(city), "note": "请答复"}),
    Call("POST", "/oversight/sendings/{sending_id}/answer", by="water",
         refused=(*NO_OVERSIGHT, "green"), at=lambda city: {"sending_id": city.sending},
         body=lambda city: {"text": "已整治"}, another=lambda city: {"text": "整治中"}),
    Call("POST", "/oversight/lists/{list_id}/end", by="supervisor", at=_other_list,
         refused=(*NO_OVERSIGHT, "acceptor"), body=lambda city: {"result": "已整治"},
         another=lambda city: {"result": "未整治"}),
    # precedents
    Call("GET", "/precedents", refused=NO_OVERSIGHT),
    Call("POST", "/precedents/{number}", refused=(*NO_OVERSIGHT, "water"),
         at=lambda city: {"number": city.cases["settled"]}, body=lambda city: {"note": "典型"},
         another=lambda city: {"note": "示例"}),
    Call("POST", "/precedents/{number}/unmark", refused=(*NO_OVERSIGHT, "water"),
         at=lambda city: {"number": city.cases["closed"]}, body=lambda city: {"reason": "已修订"},
         another=lambda city: {"reason": "误标"}),
    # duty
    Call("GET", "/duty/now", refused=NO_DUTY, query=_water),
    Call("GET", "/duty/roster", refused=NO_DUTY, query=_water),
    Call("GET", "/duty/coverage", refused=NO_DUTY, query=_water),
    Call("POST", "/duty/shifts", by="water", refused=NO_ROSTER, status=201,
         body=_new_shift("夜班"), another=_new_shift("中班")),
    Call("POST", "/duty/turns", by="water", refused=NO_ROSTER, status=201,
         body=_new_turn(6), another=_new_turn(7)),
    Call("POST", "/duty/turns/{turn_id}/end", by="water", refused=(*NO_ROSTER, "roads"),
         at=lambda city: {"turn_id": city.turn}),
    Call("POST", "/duty/absences", by="water", refused=NO_ROSTER, status=201,
         body=_new_absence("ill"), another=_new_absence("leave")),
    Call("GET", "/duty/calls", by="dispatcher", refused=NO_DUTY),
    Call("GET", "/duty/handovers", by="night_leader", refused=NO_DUTY),
    Call("GET", "/duty/handovers/{handover_id}", by="night_leader", refused=(*NO_DUTY, "district"),
         at=lambda city: {"handover_id": city.handover}),
    Call("POST", "/duty/handovers", by="dispatcher", refused=(*NO_DUTY, "acceptor"), status=201,
         body=lambda city: {"shift": "中班", "remarks": {"unit": "请盯"}},
         another=lambda city: {"shift": "夜班"}),
    Call("POST", "/duty/handovers/{handover_id}/accept", by="night_leader",
         refused=(*NO_DUTY, "acceptor", "district"),
         at=lambda city: {"handover_id": city.handover},
         body=lambda city: {"answer": "已接"}, another=lambda city: {"answer": "接班"}),
    Call("GET", "/duty/secondments", by="administrator", refused=NO_DUTY),
    Call("POST", "/duty/secondments/{holding_id}/successor", by="administrator",
         refused=NO_ROSTER, at=lambda city: {"holding_id": city.secondment},
         body=lambda city: {"successor_id": city.town.members["water_worker"].pk},
         another=lambda city: {"successor_id": city.town.members["li"].pk}),
    Call("POST", "/duty/secondments/{holding_id}/end", by="administrator", refused=NO_ROSTER,
         at=lambda city: {"holding_id": city.secondment},
         body=lambda city: {"reason": "召回"}, another=lambda city: {"reason": "结束"}),
    # substitute works
    Call("GET", "/works/orders", by="supervisor", refused=NO_WORKS),
    Call("GET", "/works/orders/{number}", by="supervisor", refused=(*NO_WORKS, "water"),
         at=_order("invoiced")),
    Call("POST", "/works/orders/{number}/price", by="supervisor", refused=READS_WORKS,
         at=_order("opened"), body=_lines(1), another=_lines(2)),
    Call("POST", "/works/orders/{number}/invoice", by="supervisor", refused=READS_WORKS,
         at=_order("priced"), body=_invoice("F1"), another=_invoice("F2")),
    Call("POST", "/works/orders/{number}/cancel", by="supervisor", refused=READS_WORKS,
         at=_order("to_cancel"), body=lambda city: {"reason": "试验"},
         another=lambda city: {"reason": "另一"}),
    Call("POST", "/works/orders/{number}/claims", by="supervisor", refused=READS_WORKS, status=201,
         at=_order("invoiced"), body=lambda city: {"amount": "50.00", "party": "王五"},
         another=lambda city: {"amount": "60.00", "party": "王五"}),
    Call("GET", "/works/claims", by="supervisor", refused=NO_WORKS),
    Call("GET", "/works/ageing", by="evaluator", refused=NO_WORKS),
    Call("GET", "/works/claims/{claim_id}", by="supervisor", refused=(*NO_WORKS, "green"),
         at=_claim),
    Call("POST", "/works/claims/{claim_id}/notice", by="supervisor", refused=READS_WORKS,
         at=_claim, body=_notice("2026-12-31"), another=_notice("2027-01-31")),
    Call("POST", "/works/claims/{claim_id}/payments", by="supervisor", refused=READS_WORKS,
         at=_claim, body=_payment("10.00"), another=_payment("20.00")),
    Call("POST", "/works/claims/{claim_id}/notes", by="supervisor", refused=READS_WORKS, at=_claim,
         body=lambda city: {"kind": "remark", "text": "试验"},
         another=lambda city: {"kind": "remark", "text": "另一"}),
    Call("GET", "/works/designations", by="dispatcher", refused=NO_WORKS),
    Call("POST", "/works/designations", by="administrator", refused=NO_LISTS, status=201,
         body=_designation("WATER"), another=_designation("ROADS")),
    Call("POST", "/works/designations/{designation_id}/end", by="administrator", refused=NO_LISTS,
         at=_designated, body=lambda city: {"ends_on": "2026-12-01", "reason": "试验"},
         another=lambda city: {"ends_on": "2026-12-02", "reason": "试验"}),
    Call("POST", "/works/designations/{designation_id}/prices", by="administrator",
         refused=NO_LISTS, status=201, at=_designated, body=_price("T08"), another=_price("T09")),
    Call("GET", "/works/budgets", by="leader", refused=NO_WORKS, query=lambda city: {"year": 2026}),
    Call("PUT", "/works/budgets", by="administrator", refused=NO_LISTS,
         body=_budget("90000.00"), another=_budget("80000.00")),
    Call("GET", "/lifecycle", refused=()),
    Call("GET", "/dispatch/rules", refused=(towns.STRANGER, "inspector")),
    Call("POST", "/dispatch/rules/trial", by="administrator", reads=True,
         refused=(towns.STRANGER, "acceptor"),
         body=lambda city: {"lines": [
             {"kind": "event", "lead_id": city.town.units["GREEN"].pk}]}),
    Call("POST", "/files", refused=(towns.STRANGER, "evaluator"), file=True),
    # coordination
    Call("GET", "/disputes", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/disputes/{dispute_id}", by="dispatcher", at=_dispute,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/disputes/{dispute_id}/site-meetings", by="dispatcher", at=_dispute,
         refused=(towns.STRANGER, "evaluator", "roads"), body=_meeting,
         another=lambda city: {**_meeting(city), "place": "另一处"}),
    Call("POST", "/disputes/{dispute_id}/raise", by="dispatcher", at=_dispute,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"reason": "未达成一致"}, another=lambda city: {"reason": "超时"}),
    Call("POST", "/disputes/{dispute_id}/decision", by="supervisor", at=_dispute,
         refused=(towns.STRANGER, "dispatcher", "roads"), body=_decision,
         another=lambda city: {**_decision(city), "reason": "另一理由"}),
    Call("GET", "/joint-meetings", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/joint-meetings/{meeting_id}", by="dispatcher", at=_held,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/joint-meetings", by="dispatcher", body=_invitation,
         refused=(towns.STRANGER, "evaluator", "roads"),
         another=lambda city: {**_invitation(city), "title": "听证会"}),
    Call("POST", "/joint-meetings/{meeting_id}/agenda", by="dispatcher", at=_planned,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"words": "夜间施工"}, another=lambda city: {"words": "噪声"}),
    Call("POST", "/joint-meetings/{meeting_id}/minutes", by="dispatcher", at=_planned,
         refused=(towns.STRANGER, "evaluator", "roads"), body=_minutes,
         another=lambda city: {**_minutes(city), "minutes": "二、…"}),
    Call("POST", "/joint-meetings/{meeting_id}/tasks", by="dispatcher", at=_held,
         refused=(towns.STRANGER, "evaluator", "roads"), body=_meeting_task,
         another=lambda city: {**_meeting_task(city), "what": "划界"}),
    Call("POST", "/joint-meetings/tasks/{task_id}/done", by="roads",
         refused=(towns.STRANGER, "dispatcher", "water"),
         at=lambda city: {"task_id": city.meeting_task},
         body=lambda city: {"result": "已划定"}, another=lambda city: {"result": "已完成"}),
    Call("GET", "/joint-operations", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/joint-operations/{operation_id}", by="dispatcher", at=_operation,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/joint-operations", by="dispatcher",
         refused=(towns.STRANGER, "evaluator", "roads"), body=_new_operation,
         another=lambda city: {**_new_operation(city), "title": "噪声联查"}),
    Call("POST", "/joint-operations/{operation_id}/start", by="roads",
         refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"operation_id": city.unbegun}),
    Call("POST", "/joint-operations/{operation_id}/cases", by="dispatcher", at=_operation,
         refused=(towns.STRANGER, "evaluator", "water"),
         body=lambda city: {"number": city.cases["filed"]},
         another=lambda city: {"number": city.cases["checked"]}),
    Call("POST", "/joint-operations/{operation_id}/results", by="roads", at=_operation,
         refused=(towns.STRANGER, "evaluator", "water"), body=_counted,
         another=lambda city: {**_counted(city), "number": 4}),
    Call("POST", "/joint-operations/{operation_id}/report", by="roads", at=_operation,
         refused=(towns.STRANGER, "evaluator", "water"),
         body=lambda city: {"report": "已整治"}, another=lambda city: {"report": "完成"}),
    Call("POST", "/joint-operations/{operation_id}/call-off", by="dispatcher", at=_operation,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"reason": "台风"}, another=lambda city: {"reason": "暴雨"}),
    Call("GET", "/key-matters", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/key-matters/{matter_id}", by="dispatcher", at=_matter,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/key-matters", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         body=_new_matter, another=lambda city: {**_new_matter(city), "title": "噪声整治"}),
    Call("POST", "/key-matters/{matter_id}/cases", by="dispatcher", at=_matter,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"number": city.cases["filed"]},
         another=lambda city: {"number": city.cases["checked"]}),
    Call("POST", "/key-matters/{matter_id}/milestones", by="dispatcher", at=_matter,
         refused=(towns.STRANGER, "evaluator", "roads"), body=_milestone,
         another=lambda city: {**_milestone(city), "title": "验收"}),
    Call("POST", "/key-matters/milestones/{milestone_id}/reached", by="roads",
         refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"milestone_id": city.milestone},
         body=lambda city: {"note": "已摸底"}, another=lambda city: {"note": "完成"}),
    Call("POST", "/key-matters/{matter_id}/end", by="dispatcher",
         refused=(towns.STRANGER, "evaluator", "roads"),
         at=lambda city: {"matter_id": city.finished},
         body=lambda city: {"result": "已整治"}, another=lambda city: {"result": "完成"}),
)  # fmt: skip
BY_NAME = {call.name: call for call in CALLS}
