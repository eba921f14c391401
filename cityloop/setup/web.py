"""Addresses with which a city begins."""

from __future__ import annotations

from cityloop.setup.views import first, ground, imports, steps

urlpatterns = [
    *first.urlpatterns,
    *steps.urlpatterns,
    *ground.urlpatterns,
    *imports.urlpatterns,
]
