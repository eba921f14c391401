"""Which version of the product runs."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


@cache
def version() -> str:
    """As the installed package names it; '' where the program runs without being installed."""
    try:
        return installed("cityloop")
    except PackageNotFoundError:
        return ""
