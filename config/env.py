"""Every environment variable, once; nothing else of the product reads os.environ."""

from __future__ import annotations

import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting of the environment, as shown in docs/settings.md."""

    name: str
    kind: str
    default: str
    sentence: str


VARIABLES = (
    Variable("DATABASE_URL", "url", "", "PostgreSQL + PostGIS to use; empty: the private cluster."),
    Variable("DATA_DIR", "path", "var", "Where the private cluster, photos, logs and keys live."),
    Variable("SECRET_KEY", "text", "", "Signing key; empty: made once and kept in DATA_DIR."),
    Variable("ALLOWED_HOSTS", "list", "*", "Host names the web server answers to."),
    Variable("CSRF_TRUSTED_ORIGINS", "list", "", "Origins behind a TLS proxy that may post forms."),
    Variable("SECURE_COOKIES", "bool", "0", "1 behind TLS: cookies only over https, HSTS on."),
    Variable("TRUST_PROXY", "bool", "0", "1 behind a reverse proxy that sets X-Forwarded-*."),
    Variable("LIVE_URL", "url", "", "Where browsers reach the live stream; empty: PORT + 1."),
    Variable("LIVE_PORT", "number", "0", "Port of the live process; 0: PORT + 1."),
    Variable("HOST", "text", "127.0.0.1", "Address the servers listen on; 0.0.0.0: all."),
    Variable("PORT", "number", "8000", "Port of the web server."),
    Variable("MAP_SOURCES", "list", "", "Origins of the city's map services, for the CSP."),
    Variable("RESET", "bool", "0", "1: make demo begins with an empty private cluster."),
    Variable("CITYLOOP_DEBUG", "bool", "0", "1: commands show the traceback of a failure."),
    Variable("CITYLOOP_CHROMIUM", "path", "", "Browser of the browser tests; empty: found."),
    Variable("DEBUG", "bool", "0", "1 shows tracebacks in the browser; never in a city."),
    Variable("CITYLOOP_SHARED", "path", "../shared", "Real data for tests; absent: they skip."),
    Variable("PUBLIC_URL", "url", "", "Address of the site for links in messages; empty: none."),
    Variable("SMS_URL", "url", "", "Gateway for text messages; empty: none are sent."),
    Variable("SMS_TOKEN", "text", "", "Bearer token for the gateway."),
    Variable("SMS_SECRET", "text", "", "Signs the gateway's receipts; empty: none are taken."),
    Variable("SMTP_HOST", "text", "", "Mail server; empty: no e-mail is sent."),
    Variable("SMTP_PORT", "number", "587", "Port of the mail server."),
    Variable("SMTP_USER", "text", "", "Account at the mail server; empty: without signing in."),
    Variable("SMTP_PASSWORD", "text", "", "Password of that account."),
    Variable("SMTP_TLS", "bool", "1", "0: without STARTTLS, inside the house only."),
    Variable("MAIL_FROM", "text", "cityloop@localhost", "Sender of e-mails."),
    Variable("MESSAGE_CONSOLE", "bool", "0", "1: messages that no medium takes go to the log."),
    Variable("PUSH_CONTACT", "text", "",
             "mailto: or https: address for push services; empty: nothing is pushed to browsers."),
    Variable("PUSH_KEY", "text", "", "The city's key for them; empty: made once, in DATA_DIR."),
    Variable("RATE_LIMITS", "bool", "1", "0 switches rate limits off (benchmarks only)."),
    Variable("TIME_ZONE", "text", "Asia/Shanghai", "The city's time zone."),
    Variable("LOG_LEVEL", "text", "INFO", "Least severe message written to the log."),
)  # fmt: skip

_BY_NAME = {v.name: v for v in VARIABLES}


class UnusableSetting(ValueError):
    """An environment variable that cannot be used; the text names it."""


def text(name: str) -> str:
    """The variable's value, or its default."""
    return os.environ.get(name) or _BY_NAME[name].default


def flag(name: str) -> bool:
    """True for 1, true, yes and on."""
    return text(name).lower() in {"1", "true", "yes", "on"}


def number(name: str) -> int:
    """The variable as a whole number; UnusableSetting names it when it is none."""
    try:
        return int(text(name))
    except ValueError as error:
        raise UnusableSetting(f"{name} must be a whole number, not {text(name)!r}") from error


def level(name: str) -> str:
    """The variable as a level of logging; UnusableSetting names it when it is none."""
    found = text(name).upper()
    if found not in logging.getLevelNamesMapping():
        levels = ", ".join(logging.getLevelNamesMapping())
        raise UnusableSetting(f"{name} must be one of {levels}, not {text(name)!r}")
    return found


def zone(name: str) -> str:
    """The variable as a time zone's name; UnusableSetting names it when there is none."""
    try:
        return ZoneInfo(text(name)).key
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise UnusableSetting(f"{name} is no time zone: {text(name)!r}") from error


def items(name: str) -> list[str]:
    """A comma-separated variable as a list."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def path(name: str) -> Path:
    """A path; relative ones count from the project's root."""
    return (ROOT / text(name)).resolve()


def secret_key() -> str:
    """SECRET_KEY, or one made at the first start and kept in DATA_DIR for its owner only."""
    return text("SECRET_KEY") or _kept("secret.key", 50)


def push_key() -> str:
    """PUSH_KEY, or one kept likewise: 32 random bytes, of which the key is made."""
    return text("PUSH_KEY") or _kept("push.key", 32)


def _kept(name: str, size: int) -> str:
    """A random text of so many bytes, made at the first call."""
    kept = path("DATA_DIR") / name
    if kept.exists():
        return kept.read_text().strip()
    kept.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(size)
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of the same start was quicker
        return kept.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(made)
    return made
