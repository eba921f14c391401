"""Addresses of the leaders' pages and of the wall."""

from __future__ import annotations

from django.urls import path

from cityloop.command.views import pages, wall

urlpatterns = [
    path("today/", pages.today, name="today"),
    path("month/", pages.month, name="month"),
    path("month/digest/", pages.digest, name="digest"),
    path("heat/", pages.heat, name="heat"),
    path("ranking/", pages.ranking, name="ranking"),
    path("wall/", wall.wall, name="wall"),
]
