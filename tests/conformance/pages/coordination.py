"""Disputes, meetings, joint work; re-inspection and cards."""

from __future__ import annotations

from tests import town as towns
from tests.conformance import values
from tests.conformance.pages.shape import Page

# Who watches over nobody.
NO_DISCIPLINE = (towns.STRANGER, "acceptor", "water")


PAGES = (
    # coordination
    Page("disputes", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("dispute", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=values.dispute),
    Page("dispute-meeting", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=values.dispute, status=303, data=lambda city: {
             "held_at": values.present(city), "place": "现场", "present": "两家",
             "minutes": "看图"}),
    Page("dispute-raise", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=values.dispute, status=303, data=lambda city: {"reason": "未达成一致"}),
    Page("dispute-decide", by="supervisor", refused=(towns.STRANGER, "dispatcher", "roads"),
         at=values.dispute, status=303,
         data=lambda city: {"unit": city.town.units["ROADS"].pk, "reason": "道路负责",
                            "document": "纪要2号"}),
    Page("dispute-paper", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {**values.dispute(city), "sha256": city.dispute_paper}),
    Page("meetings", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("meeting-call", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         status=303, data=lambda city: {
             "kind": "joint", "title": "联席会议", "planned_at": values.next_week(), "place": "x"}),
    Page("meeting", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=values.held),
    Page("meeting-agenda", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=values.planned, status=303, data=lambda city: {"title": "夜间施工"}),
    Page("meeting-minutes", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=values.planned, status=303, data=lambda city: {
             "held_at": values.present(city), "present": "各单位", "minutes": "一、…"}),
    Page("meeting-paper", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=values.held),
    Page("meeting-task", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         at=values.held, status=303, data=lambda city: {
             "unit": city.town.units["GREEN"].pk, "what": "清运", "due_on": "2099-01-05"}),
    Page("meeting-task-done", by="roads", refused=(towns.STRANGER, "dispatcher", "water"),
         at=lambda city: {**values.held(city), "task_id": city.meeting_task}, status=303,
         data=lambda city: {"result": "已划定"}),
    Page("joint-operations", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("joint-operation-new", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         status=303, data=lambda city: {
             "title": "油烟联查", "plan": "夜市", "begins_on": "2099-01-05",
             "ends_on": "2099-01-06", "lead": city.town.units["GREEN"].pk,
             "units": [city.town.units["ROADS"].pk]}),
    Page("joint-operation", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=values.operation),
    Page("joint-operation-start", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"operation_id": city.unbegun}, status=303, data=lambda city: {"x": ""}),
    Page("joint-operation-case", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=values.operation, status=303, data=lambda city: {"number": city.cases["filed"]}),
    Page("joint-operation-result", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=values.operation, status=303, data=lambda city: {
             "unit": city.town.units["ROADS"].pk, "kind": "seized", "number": "3"}),
    Page("joint-operation-report", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=values.operation, status=303, data=lambda city: {"report": "已整治"}),
    Page("joint-operation-call-off", by="dispatcher", status=303, at=values.operation,
         refused=(towns.STRANGER, "evaluator", "roads", "water"),
         data=lambda city: {"reason": "台风"}),
    Page("matters", by="dispatcher", refused=(towns.STRANGER, "inspector")),
    Page("matter-new", by="dispatcher", refused=(towns.STRANGER, "evaluator", "roads"),
         status=303, data=lambda city: {
             "title": "油烟整治", "description": "夜市油烟", "due_on": "2099-01-05",
             "owner": city.town.units["GREEN"].pk}),
    Page("matter", by="dispatcher", refused=(towns.STRANGER, "inspector", "water"),
         at=values.matter),
    Page("matter-case", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=values.matter, status=303, data=lambda city: {"number": city.cases["filed"]}),
    Page("matter-milestone", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=values.matter, status=303, data=lambda city: {"title": "完工", "due_on": "2099-01-05"}),
    Page("matter-reached", by="roads", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {**values.matter(city), "milestone_id": city.milestone}, status=303,
         data=lambda city: {"note": "已摸底"}),
    Page("matter-end", by="dispatcher", refused=(towns.STRANGER, "evaluator", "water"),
         at=lambda city: {"matter_id": city.finished}, status=303,
         data=lambda city: {"result": "已整治"}),
    # re-inspection
    Page("discipline", by="supervisor", refused=(towns.STRANGER, "acceptor", "water")),
    Page("fraud", by="supervisor", refused=NO_DISCIPLINE),
    Page("fraud-new", by="supervisor", refused=(*NO_DISCIPLINE, "leader"), status=302,
         data=lambda city: {
             "numbers": city.cases["handling"], "kind": "split", "account": "凑数",
             "unit": city.town.units["WATER"].pk, "lines": f"{city.cases['handling']}:2"}),
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
    Page("calendar"),
    Page("calendar-day", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         data=lambda city: {"day": "2026-12-31", "kind": "workday", "hours": "08:00-12:00",
                            "why": "半天"}),
    Page("calendar-hours", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         data=lambda city: {"hours": "1-5 09:00-12:00", "why": "试验"}),
    Page("calendar-year", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         at=lambda city: {"year": 2031}, data=lambda city: {"why": "试验"}),
    Page("protection-add", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         data=lambda city: {"name": "峰会", "first": "2026-12-01", "last": "2026-12-05",
                            "factor": "0.5", "limits": "C0101 2 urgent_hour", "why": "试验"}),
    Page("protection-remove", by="administrator", refused=(towns.STRANGER, "acceptor"), status=302,
         at=lambda city: {"period_id": city.protection}, data=lambda city: {"why": "试验"}),
)  # fmt: skip
