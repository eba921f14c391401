"""The product's settings, with static files served as they lie: compressing them takes a minute."""

from config.settings import *  # noqa: F403
from config.settings import STORAGES as _STORAGES

_PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STORAGES = {**_STORAGES, "staticfiles": _PLAIN}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
