"""The API: one NinjaAPI, one router a subsystem, problem+json for every error."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from cityloop.kernel.api import build_api
from cityloop.kernel.manifest import Subsystem

api = build_api()
# All routers before the first read of api.urls: a later one would make every request fail.
# Addresses are tried in this order: reports, which come most often, before what lies below them.
for app in reversed(list(apps.get_app_configs())):
    if isinstance(app, Subsystem) and find_spec(f"{app.name}.api"):
        module = import_module(f"{app.name}.api")
        if hasattr(module, "router"):
            api.add_router("", module.router)
