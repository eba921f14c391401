"""Web push on the wire: the example of the standard, a real service, addresses not to be called."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from cityloop.notify import webpush
from cityloop.notify.tests.pushing import Phone, serving
from cityloop.notify.webpush import BadSubscription, Browser, Terms, decode, encode

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
UA_POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
EXAMPLE = Browser("https://push.example.net/x", UA_POINT, "BTBZMqHH6r4Tts7J_aSIgg")


def _key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode(text), "big"), webpush.CURVE)


def test_the_example_of_rfc_8291_comes_out_to_the_byte() -> None:
    record = webpush.encrypt(
        b"When I grow up, I want to be a watermelon", EXAMPLE,
        own=_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip
    assert encode(record) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
        "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Q"
        "ulcy4a-fN"
    )


def test_a_service_gets_what_only_the_browser_reads_and_knows_the_city() -> None:
    city, phone = ec.generate_private_key(webpush.CURVE), Phone()
    with serving() as service:
        origin, browser = service.origin, phone.at(f"{service.origin}/send/1")
        name = webpush.signature(browser.endpoint, key=city, contact="mailto:a@b.cn", now=NOW)
        body = webpush.encrypt("案件已派遣".encode(), browser)
        status = webpush.post(browser, body, Terms(3600, "high", "m1"), name, timeout=3, local=True)
    path, headers, record = service.got[0]
    assert (path, status, headers["TTL"], headers["Urgency"]) == ("/send/1", 201, "3600", "high")
    assert phone.read(record).decode() == "案件已派遣"
    token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    signed, _, seal = token.rpartition(".")
    raw = decode(seal)
    halves = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    known = ec.EllipticCurvePublicKey.from_encoded_point(webpush.CURVE, decode(key))
    known.verify(encode_dss_signature(*halves), signed.encode(), ec.ECDSA(hashes.SHA256()))
    claims = json.loads(decode(signed.split(".")[1]))
    assert claims == {"aud": origin, "exp": int(NOW.timestamp()) + 43200, "sub": "mailto:a@b.cn"}


@pytest.mark.parametrize("endpoint", [
    "http://push.example.net/x", "ftp://a/x", "https://", "https://a:b@push.example.net/x",
    "https://push.example.net:8443/x", "https://push.example.net/x y", "http://127.0.0.1:80/x",
    "https://[::1/x", "https://a/" + "x" * 500, "https://a:99999/x", "",
])  # fmt: skip
def test_an_endpoint_that_is_no_https_address_is_refused(endpoint: str) -> None:
    with pytest.raises(BadSubscription):
        webpush.parts_of(endpoint)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "10.0.0.7", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1",
    "fe80::1", "fd00::1", "::ffff:10.0.0.1", "2002:a00:1::", "0.0.0.1", "224.0.0.1",
])  # fmt: skip
def test_no_address_inside_the_house_is_called(host: str) -> None:
    with pytest.raises(BadSubscription):
        webpush.public_address(host, 443)


def test_a_public_address_may_be_called() -> None:
    assert webpush.public_address("8.8.8.8", 443) == "8.8.8.8"


@pytest.mark.parametrize(("p256dh", "auth"), [
    ("", ""), ("!", "!"), (UA_POINT[:-4], EXAMPLE.auth), (UA_POINT, "AAAA"),
    (encode(b"\x04" + b"\x01" * 64), EXAMPLE.auth), ("ü", EXAMPLE.auth),
])  # fmt: skip
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(BadSubscription):
        webpush.keys_of(Browser(EXAMPLE.endpoint, p256dh, auth))


def test_too_long_a_text_is_refused_before_it_is_sent() -> None:
    assert len(webpush.encrypt(b"x" * webpush.MAX_PLAIN, EXAMPLE)) == webpush.RECORD
    with pytest.raises(ValueError, match="at most"):
        webpush.encrypt(b"x" * (webpush.MAX_PLAIN + 1), EXAMPLE)


def test_the_citys_key_is_the_same_for_the_same_seed() -> None:
    points = {webpush.point(webpush.key_of("s3cr3t-" * 6)) for _ in range(2)}
    assert len(points) == 1
    assert webpush.point(webpush.key_of("0" * 43)) not in points
    assert webpush.point(webpush.key_of("_" * 43)), "greater than the order of the curve"
