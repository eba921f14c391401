"""A small real picture, stored."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image

from cityloop.kernel import files
from cityloop.kernel.models import StoredFile


def picture(shade: int, *, now: datetime) -> StoredFile:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, 80)).save(out, "JPEG")
    return files.store(chunks=[out.getvalue()], filename=f"{shade}.jpg", now=now)
