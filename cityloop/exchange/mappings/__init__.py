"""Formats of real case files: one declarative module each, one row here."""

from __future__ import annotations

from cityloop.exchange.mappings import la311, pingshan
from cityloop.exchange.source import Source

TABLE: dict[str, Source] = {source.code: source for source in (pingshan.SOURCE, la311.SOURCE)}
