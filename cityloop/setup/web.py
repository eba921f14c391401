"""Addresses with which a city begins."""

from __future__ import annotations

from cityloop.setup.views import imports

urlpatterns = [*imports.urlpatterns]
