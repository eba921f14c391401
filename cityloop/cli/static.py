"""Static files, collected only when one of them changed (compressing them takes seconds)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cityloop.cli.output import progress


def collect_static() -> bool:
    """Copy and compress static files into STATIC_ROOT; False when they were up to date."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    digest = _digest()
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    with progress("Collecting static files"):
        call_command("collectstatic", verbosity=0, interactive=False, clear=stamp.parent.exists())
    stamp.write_text(digest)
    return True


def _digest() -> str:
    """Changes when any static file is added, removed or changed."""
    from django.apps import apps
    from django.contrib.staticfiles.finders import get_finders

    total = hashlib.sha256()
    ignored: list[str] = getattr(apps.get_app_config("staticfiles"), "ignore_patterns", [])
    for finder in get_finders():
        for name, storage in finder.list(ignored):
            found = Path(storage.path(name)).stat()
            total.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return total.hexdigest()
