"""Reads Mapbox vector tiles (protobuf), as much as tests need: layers, attributes, types."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KINDS = {1: "Point", 2: "LineString", 3: "Polygon"}


@dataclass
class Feature:
    """One feature: its id, kind of geometry, attributes, first vertex."""

    id: int
    kind: str
    fields: dict[str, Any]
    first: tuple[int, int]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
        elif key & 7 == 2:
            size, at = _varint(data, at)
            yield key >> 3, data[at : at + size]
            at += size
        else:
            size = 8 if key & 7 == 1 else 4
            yield key >> 3, data[at : at + size]
            at += size


def _numbers(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _value(data: bytes) -> Any:
    [(number, value)] = list(_fields(data))
    if number == 1:
        return value.decode()
    if number == 3:
        return struct.unpack("<d", value)[0]
    if number == 6:
        return value >> 1 ^ -(value & 1)
    return bool(value) if number == 7 else value


def read(tile: bytes) -> dict[str, list[Feature]]:
    """Features by layer; a layer occurs once."""
    layers: dict[str, list[Feature]] = {}
    for _, raw in _fields(tile):
        parts = list(_fields(raw))
        name = next(value for number, value in parts if number == 1).decode()
        assert name not in layers
        keys = [value.decode() for number, value in parts if number == 3]
        values = [_value(value) for number, value in parts if number == 4]
        layers[name] = [_feature(v, keys, values) for number, v in parts if number == 2]
    return layers


def _feature(data: bytes, keys: list[str], values: list[Any]) -> Feature:
    parts = dict(_fields(data))
    tags = _numbers(parts.get(2, b""))
    geometry = _numbers(parts[4])
    x, y = (n >> 1 ^ -(n & 1) for n in geometry[1:3])
    fields = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
    return Feature(parts.get(1, 0), KINDS[parts[3]], fields, (x, y))
