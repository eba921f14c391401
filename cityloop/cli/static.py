"""Static files, collected only when one of them changed (compressing them takes seconds)."""

from __future__ import annotations

import hashlib
from pathlib import Path


def collect_static() -> bool:
    """Copy and compress static files into STATIC_ROOT; False when they were up to date."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    digest = _digest()
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=stamp.parent.exists())
    stamp.write_text(digest)
    return True


def _digest() -> str:
    """Changes when any static file is added, removed or changed."""
    from django.contrib.staticfiles.finders import get_finders

    total = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            total.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return total.hexdigest()
