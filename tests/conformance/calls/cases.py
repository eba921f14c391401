"""Cases, typical cases, named lists."""

from __future__ import annotations

from typing import Any

from tests import town as towns
from tests.conformance.calls.shape import Call, lonlat
from tests.conformance.city import City


def _step(city: City) -> dict[str, Any]:
    return {"action": "accept", "version": 1, "inputs": {}}


def _other_step(city: City) -> dict[str, Any]:
    return {"action": "accept", "version": 1, "inputs": {"level": "3"}}


def _card(city: City) -> dict[str, int]:
    return {"card_id": city.card}


def _finding(city: City) -> dict[str, int]:
    return {"finding_id": city.finding}


def _fraud(city: City, version: int = 2) -> dict[str, Any]:
    return {"kind": "other", "unit_id": city.town.units["WATER"].pk, "account": "凑数",
            "cases": [city.cases["handling"]],
            "lines": [{"case": city.cases["handling"], "version": version}]}  # fmt: skip


NO_SAMPLES = (towns.STRANGER, "acceptor", "water")
NO_OVERSIGHT = (towns.STRANGER, "inspector")


def _other_list(city: City) -> dict[str, int]:
    return {"list_id": city.other_list}


def _sending(city: City) -> dict[str, Any]:
    return {"organisation": city.town.units["WATER"].pk, "note": "请整治", "due_on": "2099-01-05"}


CALLS = (
    # cases
    Call("GET", "/cases"),
    Call("GET", "/cases/nearby", query=lonlat),
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
         another=lambda city: _fraud(city, version=5)),
    Call("POST", "/discipline/fraud/{finding_id}/notes", by="water", at=_finding,
         refused=(towns.STRANGER, "acceptor", "supervisor", "roads"),
         body=lambda city: {"step": "statement", "text": "系误传"},
         another=lambda city: {"step": "statement", "text": "无此事"}),
    Call("GET", "/discipline/lots", by="supervisor", refused=NO_SAMPLES),
    Call("GET", "/discipline/error-rates", by="evaluator", refused=NO_SAMPLES),
    Call("GET", "/discipline/decisions", by="shift_leader", refused=NO_SAMPLES),
    Call("GET", "/discipline/samples", by="supervisor", refused=NO_SAMPLES),
    Call("GET", "/discipline/samples/{sample_id}", by="supervisor", refused=NO_SAMPLES,
         at=lambda city: {"sample_id": city.sample}),
    Call("POST", "/discipline/samples/{sample_id}/ruling", by="supervisor",
         refused=(*NO_SAMPLES, "leader"), at=lambda city: {"sample_id": city.sample},
         body=lambda city: {"ruling": "wrong", "mistake": "class", "note": "应为其他类别"},
         another=lambda city: {"ruling": "right"}),
    Call("POST", "/discipline/samples/{sample_id}/answer", by="acceptor",
         refused=(towns.STRANGER, "supervisor", "water"),
         at=lambda city: {"sample_id": city.sample_judged},
         body=lambda city: {"text": "当时没有照片"}, another=lambda city: {"text": "同意"}),
    # precedents
    Call("GET", "/precedents", refused=NO_OVERSIGHT),
    Call("POST", "/precedents/{number}", refused=(*NO_OVERSIGHT, "water"),
         at=lambda city: {"number": city.cases["settled"]}, body=lambda city: {"note": "典型"},
         another=lambda city: {"note": "示例"}),
    Call("POST", "/precedents/{number}/unmark", refused=(*NO_OVERSIGHT, "water"),
         at=lambda city: {"number": city.cases["closed"]}, body=lambda city: {"reason": "已修订"},
         another=lambda city: {"reason": "误标"}),
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
)  # fmt: skip
