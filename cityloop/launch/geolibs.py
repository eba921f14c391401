"""GDAL and GEOS for GeoDjango where the system has none: those inside two Python packages."""

from __future__ import annotations

import os
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path


def _inside(package: str, pattern: str) -> str | None:
    """A shared library that a wheel ships beside its package."""
    spec = find_spec(package)
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parents[1] / f"{package}.libs"
    return next((str(found) for found in sorted(folder.glob(pattern))), None)


def library_paths() -> tuple[str | None, str | None]:
    """Values for GDAL_LIBRARY_PATH and GEOS_LIBRARY_PATH.

    Both None when the system has the libraries, because Django then finds them itself. The ones
    of pyogrio and shapely are newer than Django's tested range, but what GeoDjango calls is there.
    """
    if find_library("gdal") and find_library("geos_c"):
        return None, None
    gdal = _inside("pyogrio", "libgdal-*.so*")
    geos = _inside("shapely", "libgeos_c-*.so*")
    if gdal and (spec := find_spec("pyogrio")) and spec.origin:
        folder = Path(spec.origin).parent
        os.environ.setdefault("PROJ_DATA", str(folder / "proj_data"))
        os.environ.setdefault("GDAL_DATA", str(folder / "gdal_data"))
    return gdal, geos
