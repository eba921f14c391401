"""Web push on the wire: encrypted for one browser (RFC 8291), signed by the city (RFC 8292).

No rule, no database, no setting. An endpoint is an address that a browser names and this server
calls: it is called only by https at a public address, and that very address is the one checked.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import os
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD = 4096  # bytes; every push service takes so many
MAX_PLAIN = RECORD - 86 - 16 - 1  # without head, seal and the mark of the last record
MAX_ENDPOINT = 500
POINT, AUTH = 65, 16  # bytes of a browser's key and of its secret
VALID = timedelta(hours=12)  # of a signature; services refuse more than 24 hours
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of its points


class BadSubscription(ValueError):
    """What a browser gave is no address or no key that can be used."""


@dataclass(frozen=True, slots=True)
class Browser:
    """One subscription as the browser gives it."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a service keeps a message (seconds), how urgent it is, what it replaces."""

    ttl: int
    urgency: str
    topic: str


def encode(raw: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    """The bytes of such a text; raises BadSubscription."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadSubscription("not base64url") from error


def key_of(seed: str) -> ec.EllipticCurvePrivateKey:
    """The city's key, made of a random text of at least 32 bytes; the same text, the same key."""
    whole = int.from_bytes(decode(seed), "big")
    return ec.derive_private_key(whole % (ORDER - 1) + 1, CURVE)


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, uncompressed."""
    form = serialization.PublicFormat.UncompressedPoint
    return key.public_key().public_bytes(serialization.Encoding.X962, form)


@lru_cache(maxsize=1)
def public_key(seed: str) -> str:
    """The key by which a push service knows the city, as browsers take it."""
    return encode(point(key_of(seed)))


def parts_of(endpoint: str, *, local: bool = False) -> SplitResult:
    """The parts of an endpoint; raises BadSubscription. `local`: http on this machine too."""
    if len(endpoint) > MAX_ENDPOINT or any(sign <= " " or sign > "~" for sign in endpoint):
        raise BadSubscription("not an address")
    try:
        parts = urlsplit(endpoint)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise BadSubscription("not an address") from error
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise BadSubscription("not an address")
    if local and parts.scheme == "http" and host == "127.0.0.1":
        return parts
    if parts.scheme != "https" or port not in {None, 443}:
        raise BadSubscription("not https")
    return parts


def keys_of(browser: Browser) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """The browser's key, a point on the curve, and its secret; raises BadSubscription."""
    raw, secret = decode(browser.p256dh), decode(browser.auth)
    if len(raw) != POINT or len(secret) != AUTH:
        raise BadSubscription("a key of the wrong length")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw), secret
    except ValueError as error:
        raise BadSubscription("not a point on the curve") from error


def public_address(host: str, port: int) -> str:
    """An address of the host, all of which are public; raises BadSubscription, OSError."""
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(_public(one) for one in found):
        raise BadSubscription("not a public address")
    return found[0]


def _public(text: str) -> bool:
    one = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None)
    return all(each.is_global and not each.is_multicast for each in (one, inner) if each)


def encrypt(
    plain: bytes,
    browser: Browser,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """One aes128gcm record that only this browser can read; key and salt are fresh each time."""
    if len(plain) > MAX_PLAIN:
        raise ValueError(f"a push message has at most {MAX_PLAIN} bytes")
    theirs, secret = keys_of(browser)
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    mine = point(own)
    info = b"WebPush: info\x00" + decode(browser.p256dh) + mine
    material = _derive(own.exchange(ec.ECDH(), theirs), secret, info, 32)
    key = _derive(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(material, salt, b"Content-Encoding: nonce\x00", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([POINT]) + mine
    return head + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def _derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def signature(
    endpoint: str, *, key: ec.EllipticCurvePrivateKey, contact: str, now: datetime
) -> str:
    """The Authorization header by which a service knows the city."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + VALID).timestamp()),
        "sub": contact,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(encode(json.dumps(one).encode()) for one in (head, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    seal = encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{seal}, k={encode(point(key))}"


class _Pinned(http.client.HTTPSConnection):
    """TLS to the address that was checked, with the certificate of the name."""

    def __init__(self, host: str, address: str, timeout: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, 443, timeout=timeout, context=self._tls)
        self._address = address

    def connect(self) -> None:
        """Connect without asking for the name again."""
        line = socket.create_connection((self._address, 443), self.timeout)
        self.sock = self._tls.wrap_socket(line, server_hostname=self.host)


def post(
    browser: Browser, body: bytes, terms: Terms, authorization: str, *, timeout: float, local: bool
) -> int:
    """Hand a record to the browser's service; its status. Follows no redirect.

    Raises BadSubscription, OSError, http.client.HTTPException.
    """
    parts = parts_of(browser.endpoint, local=local)
    host = parts.hostname or ""
    line: http.client.HTTPConnection
    if parts.scheme == "http":
        line = http.client.HTTPConnection(host, parts.port, timeout=timeout)
    else:
        line = _Pinned(host, public_address(host, 443), timeout)
    headers = {
        "Authorization": authorization, "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream", "TTL": str(terms.ttl),
        "Urgency": terms.urgency, "Topic": terms.topic,
    }  # fmt: skip
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        line.request("POST", path, body, headers)
        return line.getresponse().status
    finally:
        line.close()
