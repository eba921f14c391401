"""How reports come in, and what people are told."""

from __future__ import annotations

from typing import Any

from tests import town as towns
from tests.conformance import values
from tests.conformance.browsers import push_body
from tests.conformance.calls.shape import Call, lonlat
from tests.conformance.city import PHONE, City


def _report(city: City) -> dict[str, Any]:
    point = city.town.grid(40).geom.point_on_surface
    return {"channel": "hotline12319", "text": "井盖缺失", "class_code": "C0101",
            "lon": point.x, "lat": point.y}  # fmt: skip


# Who sees neither orders nor lists.
NO_PETITIONS = (towns.STRANGER, "inspector", "water")
PETITION = {"kind": "letter", "received_on": "2026-03-02", "subject": "积水", "text": "逢雨积水"}
CONTACT = {"kind": "phone", "label_zh": "热线", "value": "12319"}


CALLS = (
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
    Call("GET", "/intake/duplicates", query=lonlat,
         refused=(towns.STRANGER, "evaluator", "water")),
    Call("POST", "/intake/earlier", reads=True, refused=(towns.STRANGER, "inspector", "water"),
         body=lambda city: {"phone": PHONE}),
    Call("GET", "/intake/notices", refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/intake/notices/{notice_id}/settle",
         refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"notice_id": city.notice},
         body=lambda city: {"medium": "phone", "note": "已告知"},
         another=lambda city: {"medium": "sms"}),
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
    Call("GET", "/petitions/{number}", refused=NO_PETITIONS, at=values.petition),
    Call("POST", "/petitions", refused=(*NO_PETITIONS, "leader"),
         body=lambda city: {**PETITION, "name": "周八"},
         another=lambda city: {**PETITION, "name": "吴九"}),
    Call("POST", "/petitions/{number}/transfer", refused=(*NO_PETITIONS, "leader"),
         at=values.petition,
         body=lambda city: {"text": "井盖缺失"}, another=lambda city: {"text": "路灯不亮"}),
    Call("POST", "/petitions/{number}/repeats", refused=(*NO_PETITIONS, "leader"),
         at=lambda city: {"number": city.petitions[2]},
         body=lambda city: {"earlier": city.petitions[1], "same": True},
         another=lambda city: {"earlier": city.petitions[1], "same": False, "reason": "另一事"}),
    Call("POST", "/petitions/{number}/letters", refused=(*NO_PETITIONS, "leader"),
         at=values.petition,
         body=lambda city: {"text": "已转办"}, another=lambda city: {"text": "已办结"}),
    Call("GET", "/suggestions", refused=NO_PETITIONS),
    Call("GET", "/suggestions/{number}", refused=NO_PETITIONS, at=values.suggestion),
    Call("POST", "/suggestions", refused=(*NO_PETITIONS, "leader"),
         body=lambda city: {"subject": "公园", "text": "建议建公园"},
         another=lambda city: {"subject": "夜市", "text": "建议规范夜市"}),
    Call("POST", "/suggestions/{number}/answer", refused=(*NO_PETITIONS, "leader"),
         at=values.suggestion, body=lambda city: {"outcome": "studied", "text": "研究"},
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
)  # fmt: skip
