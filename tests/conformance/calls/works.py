"""Duty and substitute works."""

from __future__ import annotations

from typing import Any

from tests import town as towns
from tests.conformance import values
from tests.conformance.calls.shape import Call
from tests.conformance.city import City
from tests.conformance.values import Values

# Who sees nothing of substitute works, who reads only, who does not keep the lists.
NO_WORKS = (towns.STRANGER, "acceptor", "inspector")
READS_WORKS = (*NO_WORKS, "evaluator", "administrator", "water")
NO_LISTS = (*NO_WORKS, "supervisor", "leader")


def _lines(quantity: int) -> Values:
    return lambda city: {
        "lines": [{"price_item_id": city.price, "quantity": quantity}],
        "budget_line_id": city.budget,
    }


def _invoice(number: str) -> Values:
    return lambda city: {"invoice_number": number, "amount": "790.00", "issued_on": values.today(),
                         "sha256": city.photo}  # fmt: skip


def _notice(due_on: str) -> Values:
    return lambda city: {"notice_on": values.today(), "due_on": due_on, "sha256": city.photo}


def _payment(amount: str) -> Values:
    return lambda city: {
        "amount": amount,
        "paid_on": values.today(),
        "reference": "回单〔2026〕1号",
    }


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


# Who says nothing of who stands by in a protection period.
NO_STAND_BY = (towns.STRANGER, "acceptor", "water")


def _standing_by(what: str) -> Values:
    name = "period_id" if what == "period" else "row_id"
    return lambda city: {name: city.standing_by[what]}


def _new_camera(code: str) -> Values:
    return lambda city: {"code": code, "name": "广场西口", "lon": 120.156, "lat": 30.282}


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


# Who sees no permits, who keeps none.
NO_PERMITS = (towns.STRANGER, "inspector", "water_worker")
KEEPS_NONE = (*NO_PERMITS, "acceptor", "leader")


def _permit(city: City) -> dict[str, int]:
    return {"permit_id": city.permit}


def _new_permit(number: str) -> Values:
    def values(city: City) -> dict[str, Any]:
        point = city.town.grid(5).geom.point_on_surface
        return {"kind": "stall", "number": number, "issuer_id": city.town.units["GREEN"].pk,
                "holder": "王五", "lon": point.x, "lat": point.y, "valid_from": "2026-01-01",
                "valid_until": "2026-12-31"}  # fmt: skip

    return values


CALLS = (
    # permits
    Call("GET", "/permits", by="dispatcher", refused=NO_PERMITS),
    Call("GET", "/permits/kinds", by="dispatcher", refused=NO_PERMITS),
    Call("POST", "/permits/kinds/{code}", by="administrator",
         refused=(*NO_PERMITS, "acceptor", "green"), at=lambda city: {"code": "stall"},
         body=lambda city: {"classes": ["E0401", "E0406"]},
         another=lambda city: {"classes": ["E0401"]}),
    Call("POST", "/permits", by="green", refused=(*KEEPS_NONE, "roads"), status=201,
         body=_new_permit("摊1"), another=_new_permit("摊2")),
    Call("GET", "/permits/{permit_id}", by="green", refused=(*NO_PERMITS, "roads"), at=_permit),
    Call("GET", "/permits/{permit_id}/history", by="green", refused=(*NO_PERMITS, "roads"),
         at=_permit),
    Call("POST", "/permits/{permit_id}/change", by="green", refused=(*KEEPS_NONE, "roads"),
         at=_permit, body=lambda city: {"reason": "更正", "phone": "0571-88880000"},
         another=lambda city: {"reason": "更正", "address": "人民路"}),
    Call("POST", "/permits/{permit_id}/revoke", by="green", refused=(*KEEPS_NONE, "roads"),
         at=_permit, body=lambda city: {"reason": "超范围"},
         another=lambda city: {"reason": "过期"}),
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
    Call("POST", "/duty/handovers", by="dispatcher", refused=NO_DUTY, status=201,
         body=lambda city: {"shift": "中班", "remarks": {"unit": "请盯"}},
         another=lambda city: {"shift": "夜班"}),
    Call("POST", "/duty/handovers/{handover_id}/accept", by="night_leader",
         refused=(*NO_DUTY, "district"),
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
    Call("GET", "/duty/protection/{period_id}", refused=NO_DUTY, at=_standing_by("period")),
    Call("POST", "/duty/protection/{period_id}/team", by="administrator", refused=NO_STAND_BY,
         status=201, at=_standing_by("period"),
         body=lambda city: {"member_id": city.town.members["water"].pk, "phone": "13900000012"},
         another=lambda city: {"member_id": city.town.members["roads"].pk,
                               "phone": "13900000013"}),
    Call("POST", "/duty/team/{row_id}/change", by="administrator", refused=NO_STAND_BY,
         at=_standing_by("member"), body=lambda city: {"phone": "13900000014"},
         another=lambda city: {"phone": "13900000015"}),
    Call("POST", "/duty/team/{row_id}/end", by="administrator", refused=NO_STAND_BY,
         at=_standing_by("member")),
    Call("POST", "/duty/protection/{period_id}/cameras", by="administrator", refused=NO_STAND_BY,
         status=201, at=_standing_by("period"), body=_new_camera("K002"),
         another=_new_camera("K003")),
    Call("POST", "/duty/cameras/{row_id}/end", by="administrator", refused=NO_STAND_BY,
         at=_standing_by("camera")),
    # substitute works
    Call("GET", "/works/orders", by="supervisor", refused=NO_WORKS),
    Call("GET", "/works/orders/{number}", by="supervisor", refused=(*NO_WORKS, "water"),
         at=values.order("invoiced")),
    Call("POST", "/works/orders/{number}/price", by="supervisor", refused=READS_WORKS,
         at=values.order("opened"), body=_lines(1), another=_lines(2)),
    Call("POST", "/works/orders/{number}/invoice", by="supervisor", refused=READS_WORKS,
         at=values.order("done"), body=_invoice("F1"), another=_invoice("F2")),
    Call("POST", "/works/orders/{number}/cancel", by="supervisor", refused=READS_WORKS,
         at=values.order("to_cancel"), body=lambda city: {"reason": "试验"},
         another=lambda city: {"reason": "另一"}),
    Call("POST", "/works/orders/{number}/claims", by="supervisor", refused=READS_WORKS, status=201,
         at=values.order("invoiced"), body=lambda city: {"amount": "50.00", "party": "王五"},
         another=lambda city: {"amount": "60.00", "party": "王五"}),
    Call("GET", "/works/claims", by="supervisor", refused=NO_WORKS),
    Call("GET", "/works/ageing", by="evaluator", refused=NO_WORKS),
    Call("GET", "/works/claims/{claim_id}", by="supervisor", refused=(*NO_WORKS, "green"),
         at=values.claim),
    Call("POST", "/works/claims/{claim_id}/notice", by="supervisor", refused=READS_WORKS,
         at=values.claim, body=_notice("2026-12-31"), another=_notice("2027-01-31")),
    Call("POST", "/works/claims/{claim_id}/payments", by="supervisor", refused=READS_WORKS,
         at=values.claim, body=_payment("10.00"), another=_payment("20.00")),
    Call("POST", "/works/claims/{claim_id}/notes", by="supervisor", refused=READS_WORKS,
         at=values.claim,
         body=lambda city: {"kind": "remark", "text": "试验"},
         another=lambda city: {"kind": "remark", "text": "另一"}),
    Call("GET", "/works/designations", by="dispatcher", refused=NO_WORKS),
    Call("POST", "/works/designations", by="administrator", refused=NO_LISTS, status=201,
         body=_designation("WATER"), another=_designation("ROADS")),
    Call("POST", "/works/designations/{designation_id}/end", by="administrator", refused=NO_LISTS,
         at=values.designated, body=lambda city: {"ends_on": "2026-12-01", "reason": "试验"},
         another=lambda city: {"ends_on": "2026-12-02", "reason": "试验"}),
    Call("POST", "/works/designations/{designation_id}/prices", by="administrator",
         refused=NO_LISTS, status=201,
         at=values.designated, body=_price("T08"), another=_price("T09")),
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
)  # fmt: skip
