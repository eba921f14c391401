"""Addresses of duty: rosters, coverage, calls, handover of shifts, secondments."""

from __future__ import annotations

from django.urls import path

from cityloop.duty.views import handovers, protection, roster

urlpatterns = [
    path("duty/", roster.roster, name="duty"),
    path("duty/shifts/", roster.add_shift, name="duty-shift-add"),
    path("duty/shifts/<int:shift_id>/end/", roster.end_shift, name="duty-shift-end"),
    path("duty/turns/", roster.add_turn, name="duty-turn-add"),
    path("duty/turns/<int:turn_id>/end/", roster.end_turn, name="duty-turn-end"),
    path("duty/absences/", roster.add_absence, name="duty-absence-add"),
    path("duty/absences/<int:absence_id>/end/", roster.end_absence, name="duty-absence-end"),
    path("duty/import/", roster.import_roster, name="duty-import"),
    path("duty/coverage/", roster.coverage, name="duty-coverage"),
    path("duty/calls/", handovers.calls, name="duty-calls"),
    path("duty/handovers/", handovers.handovers, name="duty-handovers"),
    path("duty/handovers/<int:handover_id>/", handovers.handover, name="duty-handover"),
    path("duty/handovers/<int:handover_id>/accept/", handovers.accept, name="duty-accept"),
    path("duty/secondments/", handovers.secondments, name="duty-secondments"),
    path("duty/secondments/<int:holding_id>/successor/", handovers.successor,
         name="duty-successor"),
    path("duty/protection/<int:period_id>/", protection.standing_by, name="duty-protection"),
    path("duty/protection/<int:period_id>/team/", protection.add_member, name="duty-team-add"),
    path("duty/protection/<int:period_id>/cameras/", protection.add_camera,
         name="duty-camera-add"),
    path("duty/protection/<int:period_id>/cameras/import/", protection.import_cameras,
         name="duty-camera-import"),
    path("duty/team/<int:row_id>/change/", protection.change_member, name="duty-team-change"),
    path("duty/team/<int:row_id>/end/", protection.end_member, name="duty-team-end"),
    path("duty/cameras/<int:row_id>/end/", protection.end_camera, name="duty-camera-end"),
    path("duty/secondments/<int:holding_id>/end/", handovers.end, name="duty-secondment-end"),
]  # fmt: skip
