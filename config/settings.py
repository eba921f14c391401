"""Django settings: the only module that turns the environment into configuration."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import SELF

from cityloop.launch import geolibs
from config import env

BASE_DIR = env.ROOT
DATA_DIR = env.path("DATA_DIR")
SECRET_KEY = env.secret_key()
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "cityloop.kernel.staticfiles.ShippedFiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django_htmx",
    "axes",
    "ninja",  # its page of the API, served from here: nothing is fetched from elsewhere
    "procrastinate.contrib.django",
    "cityloop.kernel",
    "cityloop.geo",
    "cityloop.standards",
    "cityloop.people",
    "cityloop.assets",
    "cityloop.cases",
    "cityloop.intake",
    "cityloop.coordination",
    "cityloop.discipline",
    "cityloop.duty",
    "cityloop.evidence",
    "cityloop.exchange",
    "cityloop.feedback",
    "cityloop.hotline",
    "cityloop.notify",
    "cityloop.permits",
    "cityloop.petitions",
    "cityloop.works",
    "cityloop.oversight",
    "cityloop.precedents",
    "cityloop.desks",
    "cityloop.setup",
    "cityloop.command",
    "cityloop.demo",
]

MIDDLEWARE = [
    "cityloop.kernel.middleware.behind_proxy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cityloop.kernel.middleware.plans_anew",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "cityloop.kernel.middleware.own_devices",
    "django_htmx.middleware.HtmxMiddleware",
    "cityloop.kernel.middleware.limit_body",  # none before it reads the body
    "cityloop.kernel.middleware.problems",
    "cityloop.kernel.sent_once.forms_once",
    "axes.middleware.AxesMiddleware",
]

# For clients that come with a token: they have no session, no cookie and no page (config/wsgi.py).
MACHINE_MIDDLEWARE = [
    "cityloop.kernel.middleware.behind_proxy",
    "cityloop.kernel.middleware.plans_kept",
    "django.middleware.security.SecurityMiddleware",
    "cityloop.kernel.middleware.limit_body",
    "cityloop.kernel.middleware.language_of_client",
    "django.middleware.common.CommonMiddleware",
    "cityloop.kernel.middleware.problems",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# GDAL reads no file from outside here: points and polygons come through our own parsers.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cityloop.kernel.page.context",
            ],
        },
    },
]


def database(url: str) -> dict[str, Any]:
    """A DATABASES entry from postgresql://user:password@host:port/name?option=value."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres", "postgis"):
        raise env.UnusableSetting("DATABASE_URL must be postgresql://user:password@host:port/name")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")) or "cityloop",
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(options.pop("port", None) or parts.port or ""),
        # Connections live as long as their thread: opening one costs more than most requests.
        "CONN_MAX_AGE": None,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2, **options},
    }


DATABASES = {"default": database(env.text("DATABASE_URL") or "postgresql:///cityloop")}

ACTOR_OF = "cityloop.people.identity.actor_of_request"
# Both None where the system has the libraries: Django then finds them itself.
GDAL_LIBRARY_PATH, GEOS_LIBRARY_PATH = geolibs.library_paths()

AUTH_USER_MODEL = "people.Member"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "cityloop.people.views.sign_in.locked_out"
AXES_VERBOSE = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # one long shift
# Not cached: every process has a cache of its own, and who signed out must be out everywhere.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cityloop.kernel.page.forged"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("SECURE_COOKIES"):
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
TRUST_PROXY = env.flag("TRUST_PROXY")
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
    AXES_IPWARE_PROXY_COUNT = 1

PORT = env.number("PORT")
LIVE_PORT = env.number("LIVE_PORT") or PORT + 1
LIVE_URL = env.text("LIVE_URL")  # empty: same host, LIVE_PORT
MAP_SOURCES = env.items("MAP_SOURCES")
_LIVE_SOURCES = [LIVE_URL] if LIVE_URL else [f"http://*:{LIVE_PORT}", f"https://*:{LIVE_PORT}"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *MAP_SOURCES],
        "connect-src": [SELF, *_LIVE_SOURCES, *MAP_SOURCES],
        "worker-src": [SELF, "blob:"],
        "font-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")
SMS_URL, SMS_TOKEN = env.text("SMS_URL"), env.text("SMS_TOKEN")
SMS_SECRET = env.text("SMS_SECRET")
EMAIL_HOST, EMAIL_PORT = env.text("SMTP_HOST"), env.number("SMTP_PORT")
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.text("SMTP_USER"), env.text("SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("SMTP_TLS")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM")
PUSH_CONTACT = env.text("PUSH_CONTACT")
PUSH_KEY = env.push_key() if PUSH_CONTACT else ""
PUSH_LOCAL = False  # tests: push services on this machine
MESSAGE_CONSOLE = env.flag("MESSAGE_CONSOLE")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.zone("TIME_ZONE")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (f"vendor/{name}", NODE_MODULES / folder)
    for name, folder in (
        ("maplibre-gl", "maplibre-gl/dist"),
        ("echarts", "echarts/dist"),
        ("pmtiles", "pmtiles/dist"),
    )
    if (NODE_MODULES / folder).is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cityloop.kernel.staticfiles.Storage"},
}
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
MAX_FILE_BYTES = 10 * 1024 * 1024  # one attachment
MAX_BODY_BYTES = 50 * 1024 * 1024  # all attachments of one step

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
RATE_LIMITS = env.flag("RATE_LIMITS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.level("LOG_LEVEL")},
    "loggers": {"axes": {"level": "WARNING"}, "procrastinate": {"level": "WARNING"}},
}
