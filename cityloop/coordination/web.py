"""Addresses of coordination."""

from __future__ import annotations

from django.urls import path

from cityloop.coordination.views import disputes, joint_operations, matters, meetings

urlpatterns = [
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<int:dispute_id>/", disputes.dispute, name="dispute"),
    path("disputes/<int:dispute_id>/meetings/", disputes.meeting, name="dispute-meeting"),
    path("disputes/<int:dispute_id>/raise/", disputes.raise_level, name="dispute-raise"),
    path("disputes/<int:dispute_id>/decide/", disputes.decide, name="dispute-decide"),
    path("disputes/<int:dispute_id>/files/<str:sha256>", disputes.paper, name="dispute-paper"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.call, name="meeting-call"),
    path("meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/agenda/", meetings.agenda, name="meeting-agenda"),
    path("meetings/<int:meeting_id>/minutes/", meetings.minutes, name="meeting-minutes"),
    path("meetings/<int:meeting_id>/paper/", meetings.paper, name="meeting-paper"),
    path("meetings/<int:meeting_id>/tasks/", meetings.task, name="meeting-task"),
    path("meetings/<int:meeting_id>/tasks/<int:task_id>/done/", meetings.task_done,
         name="meeting-task-done"),
    path("joint-operations/", joint_operations.joint_operations, name="joint-operations"),
    path("joint-operations/new/", joint_operations.new, name="joint-operation-new"),
    path("joint-operations/<int:operation_id>/", joint_operations.joint_operation,
         name="joint-operation"),
    path("joint-operations/<int:operation_id>/start/", joint_operations.start,
         name="joint-operation-start"),
    path("joint-operations/<int:operation_id>/cases/", joint_operations.case,
         name="joint-operation-case"),
    path("joint-operations/<int:operation_id>/results/", joint_operations.result,
         name="joint-operation-result"),
    path("joint-operations/<int:operation_id>/report/", joint_operations.report,
         name="joint-operation-report"),
    path("joint-operations/<int:operation_id>/call-off/", joint_operations.call_off,
         name="joint-operation-call-off"),
    path("key-matters/", matters.matters, name="matters"),
    path("key-matters/new/", matters.new, name="matter-new"),
    path("key-matters/<int:matter_id>/", matters.matter, name="matter"),
    path("key-matters/<int:matter_id>/cases/", matters.case, name="matter-case"),
    path("key-matters/<int:matter_id>/cases/removal/", matters.case_out, name="matter-case-out"),
    path("key-matters/<int:matter_id>/milestones/", matters.milestone, name="matter-milestone"),
    path("key-matters/<int:matter_id>/milestones/<int:milestone_id>/reached/", matters.reached,
         name="matter-reached"),
    path("key-matters/<int:matter_id>/end/", matters.end, name="matter-end"),
]  # fmt: skip
