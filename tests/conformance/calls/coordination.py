"""Disputes, meetings, joint work, findings and cards."""

from __future__ import annotations

from typing import Any

from tests import town as towns
from tests.conformance import values
from tests.conformance.calls.shape import Call
from tests.conformance.city import City


def _invitation(city: City) -> dict[str, Any]:
    return {"title": "联席会议", "planned_at": values.next_week(), "place": "指挥中心"}


def _minutes(city: City) -> dict[str, Any]:
    return {"held_at": values.present(city), "present": "各单位", "minutes": "一、…"}


def _meeting_task(city: City) -> dict[str, Any]:
    return {"unit_id": city.town.units["GREEN"].pk, "what": "清运", "due_on": "2099-01-05"}


def _new_operation(city: City) -> dict[str, Any]:
    return {"title": "油烟联查", "plan": "夜市", "begins_on": "2099-01-05", "ends_on": "2099-01-06",
            "lead_id": city.town.units["GREEN"].pk,
            "unit_ids": [city.town.units["ROADS"].pk]}  # fmt: skip


def _counted(city: City) -> dict[str, Any]:
    return {"unit_id": city.town.units["ROADS"].pk, "kind": "seized", "number": 3}


def _new_matter(city: City) -> dict[str, Any]:
    return {"title": "油烟整治", "description": "夜市油烟", "due_on": "2099-01-05",
            "owner_id": city.town.units["GREEN"].pk}  # fmt: skip


def _meeting(city: City) -> dict[str, Any]:
    return {"held_at": values.present(city), "place": "现场", "present": "两家",
            "minutes": "看图"}  # fmt: skip


def _decision(city: City) -> dict[str, Any]:
    return {"unit_id": city.town.units["ROADS"].pk, "reason": "道路负责", "reach": "district",
            "document": "试验〔2026〕2号"}  # fmt: skip


CALLS = (
    # coordination
    Call("GET", "/disputes", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/disputes/{dispute_id}", by="dispatcher", at=values.dispute,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/disputes/{dispute_id}/site-meetings", by="dispatcher", at=values.dispute,
         refused=(towns.STRANGER, "evaluator", "roads"), body=_meeting,
         another=lambda city: {**_meeting(city), "place": "另一处"}),
    Call("POST", "/disputes/{dispute_id}/raise", by="dispatcher", at=values.dispute,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"level": "district", "reason": "未达成一致"},
         another=lambda city: {"level": "district", "reason": "超时"}),
    Call("POST", "/disputes/{dispute_id}/decision", by="supervisor", at=values.dispute,
         refused=(towns.STRANGER, "dispatcher", "roads"), body=_decision,
         another=lambda city: {**_decision(city), "reason": "另一理由"}),
    Call("GET", "/joint-meetings", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/joint-meetings/{meeting_id}", by="dispatcher", at=values.held,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/joint-meetings", by="dispatcher", body=_invitation,
         refused=(towns.STRANGER, "evaluator", "roads"),
         another=lambda city: {**_invitation(city), "title": "听证会"}),
    Call("POST", "/joint-meetings/{meeting_id}/agenda", by="dispatcher", at=values.planned,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"words": "夜间施工"}, another=lambda city: {"words": "噪声"}),
    Call("POST", "/joint-meetings/{meeting_id}/minutes", by="dispatcher", at=values.planned,
         refused=(towns.STRANGER, "evaluator", "roads"), body=_minutes,
         another=lambda city: {**_minutes(city), "minutes": "二、…"}),
    Call("POST", "/joint-meetings/{meeting_id}/tasks", by="dispatcher", at=values.held,
         refused=(towns.STRANGER, "evaluator", "roads"), body=_meeting_task,
         another=lambda city: {**_meeting_task(city), "what": "划界"}),
    Call("POST", "/joint-meetings/tasks/{task_id}/done", by="roads",
         refused=(towns.STRANGER, "dispatcher", "water"),
         at=lambda city: {"task_id": city.meeting_task},
         body=lambda city: {"result": "已划定"}, another=lambda city: {"result": "已完成"}),
    Call("GET", "/joint-operations", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/joint-operations/{operation_id}", by="dispatcher", at=values.operation,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/joint-operations", by="dispatcher",
         refused=(towns.STRANGER, "evaluator", "roads"), body=_new_operation,
         another=lambda city: {**_new_operation(city), "title": "噪声联查"}),
    Call("POST", "/joint-operations/{operation_id}/start", by="roads",
         refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"operation_id": city.unbegun}),
    Call("POST", "/joint-operations/{operation_id}/cases", by="dispatcher", at=values.operation,
         refused=(towns.STRANGER, "evaluator", "water"),
         body=lambda city: {"number": city.cases["filed"]},
         another=lambda city: {"number": city.cases["checked"]}),
    Call("POST", "/joint-operations/{operation_id}/results", by="roads", at=values.operation,
         refused=(towns.STRANGER, "evaluator", "water"), body=_counted,
         another=lambda city: {**_counted(city), "number": 4}),
    Call("POST", "/joint-operations/{operation_id}/report", by="roads", at=values.operation,
         refused=(towns.STRANGER, "evaluator", "water"),
         body=lambda city: {"report": "已整治"}, another=lambda city: {"report": "完成"}),
    Call("POST", "/joint-operations/{operation_id}/call-off", by="dispatcher", at=values.operation,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"reason": "台风"}, another=lambda city: {"reason": "暴雨"}),
    Call("GET", "/key-matters", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Call("GET", "/key-matters/{matter_id}", by="dispatcher", at=values.matter,
         refused=(towns.STRANGER, "inspector", "water")),
    Call("POST", "/key-matters", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         body=_new_matter, another=lambda city: {**_new_matter(city), "title": "噪声整治"}),
    Call("POST", "/key-matters/{matter_id}/cases", by="dispatcher", at=values.matter,
         refused=(towns.STRANGER, "evaluator", "roads"),
         body=lambda city: {"number": city.cases["filed"]},
         another=lambda city: {"number": city.cases["checked"]}),
    Call("POST", "/key-matters/{matter_id}/cases/removal", by="dispatcher", at=values.matter,
         refused=(towns.STRANGER, "evaluator", "roads"), body=values.taken_out,
         another=lambda city: {**values.taken_out(city), "reason": "另一原因"}),
    Call("POST", "/key-matters/{matter_id}/milestones", by="dispatcher", at=values.matter,
         refused=(towns.STRANGER, "evaluator", "roads"), body=values.milestone,
         another=lambda city: {**values.milestone(city), "title": "验收"}),
    Call("POST", "/key-matters/milestones/{milestone_id}/reached", by="roads",
         refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"milestone_id": city.milestone},
         body=lambda city: {"note": "已摸底"}, another=lambda city: {"note": "完成"}),
    Call("POST", "/key-matters/{matter_id}/end", by="dispatcher",
         refused=(towns.STRANGER, "evaluator", "roads"),
         at=lambda city: {"matter_id": city.finished},
         body=lambda city: {"result": "已整治"}, another=lambda city: {"result": "完成"}),
)  # fmt: skip
