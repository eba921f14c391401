"""All addresses: each subsystem's web.py and api.py, found by its manifest."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import include, path

from cityloop.kernel.manifest import Subsystem
from config.addresses import Address, ByFirstWord
from config.api import api


def subsystem_urls() -> list[Address]:
    """The urlpatterns of every installed subsystem that has a web.py."""
    return [
        address
        for app in apps.get_app_configs()
        if isinstance(app, Subsystem) and find_spec(f"{app.name}.web")
        for address in import_module(f"{app.name}.web").urlpatterns
    ]


urlpatterns = [
    ByFirstWord("api/v1/", *api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    ByFirstWord("", subsystem_urls()),
]

handler400 = "cityloop.kernel.page.bad_request"
handler403 = "cityloop.kernel.page.forbidden"
handler404 = "cityloop.kernel.page.not_found"
handler500 = "cityloop.kernel.page.server_error"
