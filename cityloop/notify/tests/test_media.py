"""The adapters against real servers: taken, refused, broken, silent, not there."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.header import decode_header

import pytest

from cityloop.notify import media
from cityloop.notify.media import MEDIA, Letter
from cityloop.notify.tests.gateway import Gateway, Post, mail_server, running

LETTER = Letter(key="m1-sms", phone="13800000001", mail="a@b.cn", subject="案件 1", text="已立案",
                at=datetime(2026, 3, 2, 1, tzinfo=UTC))  # fmt: skip


@pytest.fixture
def gateway(settings, monkeypatch):
    """A gateway that the product is set up for."""
    monkeypatch.setattr(media, "TIMEOUT", 0.3)
    with running(Gateway(), patience=0.3) as one:
        settings.SMS_URL, settings.SMS_TOKEN = one.url, one.token
        yield one


@pytest.mark.requirement("G04")
def test_a_text_message_goes_out_once_and_brings_its_number(gateway) -> None:
    sms = MEDIA["sms"]
    first, again = sms.send(LETTER), sms.send(LETTER)
    assert (first.what, first.reference) == ("accepted", "gw-1")
    assert again.reference == "gw-1"  # the key says that it is the same
    assert gateway.got == [{"to": "13800000001", "text": "已立案", "key": "m1-sms"}]


@pytest.mark.parametrize(("status", "what"), [
    (400, "refused"), (404, "refused"), (408, "unreachable"), (429, "unreachable"),
    (500, "unreachable"), (503, "unreachable"), (0, "unreachable"),
])  # fmt: skip
def test_what_may_pass_is_told_from_what_will_not(gateway, status: int, what: str) -> None:
    gateway.answers = [status]
    assert MEDIA["sms"].send(LETTER).what == what


def test_a_wrong_token_is_refused_and_no_server_is_unreachable(gateway, settings) -> None:
    settings.SMS_TOKEN = "another"
    assert MEDIA["sms"].send(LETTER).what == "refused"
    settings.SMS_URL = "http://127.0.0.1:9/none"
    assert MEDIA["sms"].send(LETTER).what == "unreachable"


def test_an_answer_without_a_number_is_an_answer() -> None:
    assert media._reference(b"ok") == ""
    assert media._reference(b"[1]") == ""
    assert media._reference(b'{"id": 7}') == "7"


def test_mail_goes_out_over_smtp(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = False
    with mail_server(Post(unknown={"nobody@b.cn"})) as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.port
        assert MEDIA["mail"].ready()
        assert MEDIA["mail"].send(LETTER).what == "accepted"
        lost = Letter(**{**_values(LETTER), "mail": "nobody@b.cn"})
        assert MEDIA["mail"].send(lost).what == "refused"
    letter = email.message_from_bytes(post.letters[0].encode())
    words, charset = decode_header(letter["Subject"])[0]
    assert words.decode(charset) == "案件 1"
    assert letter.get_payload(decode=True).decode().strip() == "已立案"
    settings.EMAIL_PORT = 9
    assert MEDIA["mail"].send(LETTER).what == "unreachable"


def _values(letter: Letter) -> dict[str, str]:
    return {name: getattr(letter, name) for name in Letter.__slots__}


def test_a_medium_that_is_not_set_up_is_not_ready(settings) -> None:
    settings.SMS_URL = settings.EMAIL_HOST = ""
    settings.MESSAGE_CONSOLE = False
    assert [code for code, one in MEDIA.items() if one.ready()] == ["inbox"]
    nowhere = Letter(key="m", phone="", mail="", subject="", text="", at=LETTER.at)
    assert not MEDIA["sms"].reaches(nowhere) and not MEDIA["mail"].reaches(nowhere)


def test_the_log_names_no_recipient(settings, caplog) -> None:
    settings.MESSAGE_CONSOLE = True
    with caplog.at_level("INFO", logger="cityloop.messages"):
        assert MEDIA["console"].send(LETTER).what == "accepted"
    assert "已立案" in caplog.text and LETTER.phone not in caplog.text
