"""Addresses of the faces: start page, lists, case page, intake form, map."""

from __future__ import annotations

from django.urls import path

from cityloop.desks.views import parts

urlpatterns = [
    path("theme/", parts.theme, name="theme"),
    path("ui/", parts.parts, name="ui"),
]
