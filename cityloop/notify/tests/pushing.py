"""A push service as a real server on this machine, and a phone that reads what only it can read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cityloop.notify import webpush
from cityloop.notify.webpush import Browser, encode


@dataclass
class Service:
    """What it got, by path; `answers`: the status of a path, 201 for any other."""

    origin: str = ""
    answers: dict[str, int] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Service]:
    """The service, until the end."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.got.append((self.path, dict(self.headers), body))
            self.send_response(service.answers.get(self.path, 201))
            self.end_headers()

        def log_message(self, *given: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Phone:
    """A browser with its key and secret."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(webpush.CURVE)
    )
    secret: bytes = b"0123456789abcdef"

    def at(self, endpoint: str) -> Browser:
        """Its subscription at a service."""
        return Browser(endpoint, encode(webpush.point(self.key)), encode(self.secret))

    def read(self, record: bytes) -> bytes:
        """What it makes of a record."""
        salt, sender, sealed = record[:16], record[21:86], record[86:]
        other = ec.EllipticCurvePublicKey.from_encoded_point(webpush.CURVE, sender)
        info = b"WebPush: info\x00" + webpush.point(self.key) + sender
        material = _derive(self.key.exchange(ec.ECDH(), other), self.secret, info, 32)
        inner = _derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derive(material, salt, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(inner).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\x02")
        return plain[:-1]

    def shown(self, record: bytes) -> dict[str, str]:
        """What its worker shows."""
        found: dict[str, str] = json.loads(self.read(record))
        return found


def _derive(material: bytes, by: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, by, info).derive(material)
