"""The media as adapters: each takes a letter and says what became of it. No rule, no database.

A new medium is one class and one line in MEDIA.
"""

from __future__ import annotations

import http.client
import json
import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from cityloop.notify import webpush
from cityloop.notify.webpush import Browser

TIMEOUT = 10.0  # seconds
# How a gateway says "not now": asked too often, took too long, a fault of its own.
PASSING = frozenset({408, 425, 429}) | frozenset(range(500, 600))
MAX_ANSWER = 64 * 1024
ACCEPTED, DELIVERED = "accepted", "delivered"
REFUSED, UNREACHABLE, GONE = "refused", "unreachable", "gone"
NO_MORE = frozenset({404, 410})  # a push service: this browser is gone
DAY = 24 * 3600  # seconds

log = logging.getLogger("cityloop.messages")


@dataclass(frozen=True, slots=True)
class Letter:
    """A text on its way. The key lets a gateway tell a repetition from a second message."""

    key: str
    phone: str
    mail: str
    subject: str
    text: str
    at: datetime
    urgent: bool = False
    path: str = ""  # of the page that shows what it tells of
    browsers: tuple[Browser, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: accepted, delivered, refused for good, or unreachable now.

    `gone`: endpoints of browsers that do not exist any more.
    """

    what: str
    detail: str = ""
    reference: str = ""
    gone: tuple[str, ...] = ()


class Medium(Protocol):
    """One way to a person. `loud`: it may wake somebody, so it keeps the quiet hours.
    `asked_for`: only members who asked for it get messages this way."""

    code: str
    loud: bool
    asked_for: bool

    def ready(self) -> bool:
        """True when the city has set it up."""

    def reaches(self, letter: Letter) -> bool:
        """True when the recipient has an address of this kind."""

    def send(self, letter: Letter) -> Outcome:
        """Hand the letter over; never raises for what goes wrong outside."""


class Console:
    """The log: for trials and development, where nobody must be reached."""

    code, loud, asked_for = "console", False, False

    def ready(self) -> bool:
        """Only where it is asked for."""
        return bool(settings.MESSAGE_CONSOLE)

    def reaches(self, letter: Letter) -> bool:
        """Everybody; the log never names them."""
        return True

    def send(self, letter: Letter) -> Outcome:
        """One line in the log, without the recipient."""
        log.info("message %s: %s", letter.key, letter.text)
        return Outcome(ACCEPTED)


class Inbox:
    """The page of messages of a member: there as soon as it is written."""

    code, loud, asked_for = "inbox", False, False

    def ready(self) -> bool:
        """Always."""
        return True

    def reaches(self, letter: Letter) -> bool:
        """Every member has the page; reporters get no letter of this medium."""
        return True

    def send(self, letter: Letter) -> Outcome:
        """Nothing leaves the house."""
        return Outcome(DELIVERED)


class Mail:
    """E-mail over SMTP."""

    code, loud, asked_for = "mail", True, False

    def ready(self) -> bool:
        """With a mail server."""
        return bool(settings.EMAIL_HOST)

    def reaches(self, letter: Letter) -> bool:
        """With an address."""
        return bool(letter.mail)

    def send(self, letter: Letter) -> Outcome:
        """Hand it to the mail server."""
        mail = EmailMessage(
            subject=letter.subject, body=letter.text, to=[letter.mail],
            headers={"Message-ID": f"<{letter.key}@cityloop>"},
            connection=get_connection(timeout=TIMEOUT),
        )  # fmt: skip
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused:
            return Outcome(REFUSED, "the mail server refuses the recipient")
        except smtplib.SMTPResponseException as error:
            what = REFUSED if error.smtp_code >= 500 else UNREACHABLE
            return Outcome(what, f"SMTP {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(UNREACHABLE, type(error).__name__)
        return Outcome(ACCEPTED)


class Sms:
    """Text messages through an HTTP gateway.

    POST {"to", "text", "key"} with a bearer token; 2xx answers {"id": ...}. The gateway tells later
    by a signed call to /hooks/sms/ whether the message arrived.
    """

    code, loud, asked_for = "sms", True, False

    def ready(self) -> bool:
        """With a gateway."""
        return bool(settings.SMS_URL)

    def reaches(self, letter: Letter) -> bool:
        """With a phone number."""
        return bool(letter.phone)

    def send(self, letter: Letter) -> Outcome:
        """Hand it to the gateway."""
        body = {"to": letter.phone, "text": letter.text, "key": letter.key}
        try:
            status, answer = _post(settings.SMS_URL, body, settings.SMS_TOKEN)
        except (OSError, http.client.HTTPException) as error:
            return Outcome(UNREACHABLE, type(error).__name__)
        if status // 100 == 2:
            return Outcome(ACCEPTED, reference=_reference(answer))
        what = UNREACHABLE if status in PASSING else REFUSED
        return Outcome(what, f"HTTP {status}")


class Push:
    """Web push to every browser in which the member asked for it.

    One that takes it is enough. Services keep it for a day; a repetition replaces the first.
    """

    code, loud, asked_for = "push", True, True

    def ready(self) -> bool:
        """With an address that services may write to, as they demand."""
        return bool(settings.PUSH_CONTACT)

    def reaches(self, letter: Letter) -> bool:
        """With a browser."""
        return bool(letter.browsers)

    def send(self, letter: Letter) -> Outcome:
        """Hand it to the service of each browser."""
        body = _shortened(letter)
        terms = webpush.Terms(DAY, "high" if letter.urgent else "normal", letter.key)
        said = {one.endpoint: self._pushed(one, body, terms, letter.at) for one in letter.browsers}
        gone = tuple(endpoint for endpoint, what in said.items() if what == GONE)
        detail = ", ".join(sorted(set(said.values()) - {ACCEPTED}))
        taken = next((one for one in (ACCEPTED, UNREACHABLE) if one in said.values()), REFUSED)
        return Outcome(taken, detail, gone=gone)

    def _pushed(self, browser: Browser, body: bytes, terms: webpush.Terms, at: datetime) -> str:
        key = webpush.key_of(settings.PUSH_KEY)
        try:
            name = webpush.signature(
                browser.endpoint, key=key, contact=settings.PUSH_CONTACT, now=at
            )
            status = webpush.post(
                browser, webpush.encrypt(body, browser), terms, name, timeout=TIMEOUT,
                local=settings.PUSH_LOCAL,
            )  # fmt: skip
        except webpush.BadSubscription:
            return GONE
        except (OSError, http.client.HTTPException):
            return UNREACHABLE
        if status // 100 == 2:
            return ACCEPTED
        if status in NO_MORE:
            return GONE
        return UNREACHABLE if status in PASSING else f"HTTP {status}"


def _shortened(letter: Letter) -> bytes:
    """What the browser shows; the text is cut to what fits into one record."""
    facts = {"key": letter.key, "title": letter.subject, "path": letter.path}
    text = letter.text
    while len(body := json.dumps({**facts, "text": text}).encode()) > webpush.MAX_PLAIN:
        text = text[: len(text) * 3 // 4]
    return body


def _post(url: str, body: dict[str, str], token: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        line.request("POST", path, json.dumps(body, ensure_ascii=False).encode(), headers)
        answer = line.getresponse()
        return answer.status, answer.read(MAX_ANSWER)
    finally:
        line.close()


def _reference(answer: bytes) -> str:
    """The gateway's own number of the message; '' when it gives none."""
    try:
        found = json.loads(answer)
    except ValueError:
        return ""
    return str(found.get("id", ""))[:80] if isinstance(found, dict) else ""


MEDIA: dict[str, Medium] = {one.code: one for one in (Console(), Sms(), Mail(), Push(), Inbox())}
