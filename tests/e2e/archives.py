"""PMTiles archives of one tile that stands everywhere, and a server that gives parts of files."""

from __future__ import annotations

import json
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MVT, PNG = 1, 2
MOST_ZOOM = 14
_PLAIN = 1  # not compressed


def archive(tile: bytes, kind: int, *, attribution: str = "") -> bytes:
    """An archive of the whole world from zoom 0 to MOST_ZOOM; each of its tiles is `tile`."""
    tiles = (4 ** (MOST_ZOOM + 1) - 1) // 3  # numbered from 0 along all zooms
    # One entry: how many there are, the first number, how many times, its length, its offset + 1.
    folder = b"".join(map(_number, (1, 0, tiles, len(tile), 1)))
    metadata = json.dumps({"attribution": attribution}).encode()
    begin = 127
    parts = (begin, len(folder), begin + len(folder), len(metadata))
    data = begin + len(folder) + len(metadata)
    header = b"PMTiles\x03" + struct.pack(
        "<11Q6B4iB2i",
        *parts, data, 0, data, len(tile), tiles, 1, 1,
        1, _PLAIN, _PLAIN, kind, 0, MOST_ZOOM,
        *(-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000), 0, 0, 0,
    )  # fmt: skip
    assert len(header) == begin
    return header + folder + metadata + tile


def _number(value: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@dataclass
class Store:
    """Files by name at `origin`; whoever may read them from other pages."""

    origin: str
    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> str:
        """The address of the file."""
        self.files[name] = content
        return f"{self.origin}/{name}"


@contextmanager
def serving() -> Iterator[Store]:
    """A server on a free port of this machine."""
    store = Store("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = store.files.get(self.path.strip("/"))
            asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if content is None or asked is None:
                self._answer(404, b"")
                return
            first, last = int(asked[1]), min(int(asked[2]), len(content) - 1)
            self._answer(206, content[first : last + 1], f"bytes {first}-{last}/{len(content)}")

        def _answer(self, status: int, body: bytes, part: str = "") -> None:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(body)))
            if part:
                self.send_header("Content-Range", part)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
