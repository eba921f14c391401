"""Writes of the exchange with other systems."""

from cityloop.exchange.operations.importing import UnknownFormat, import_cases

__all__ = ["UnknownFormat", "import_cases"]
