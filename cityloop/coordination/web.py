"""Addresses of coordination."""

from __future__ import annotations

from django.urls import path

from cityloop.coordination.views import disputes

urlpatterns = [
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<int:dispute_id>/", disputes.dispute, name="dispute"),
    path("disputes/<int:dispute_id>/meetings/", disputes.meeting, name="dispute-meeting"),
    path("disputes/<int:dispute_id>/raise/", disputes.raise_level, name="dispute-raise"),
    path("disputes/<int:dispute_id>/decide/", disputes.decide, name="dispute-decide"),
    path("disputes/<int:dispute_id>/files/<str:sha256>", disputes.paper, name="dispute-paper"),
]
