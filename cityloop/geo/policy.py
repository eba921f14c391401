"""Which addresses the pages may load from: the content security policy, read as browsers do. Pure.

Only sources by scheme, host, port and path are known: MAP_SOURCES holds no others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

_SOURCE = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[a-z0-9_.-]+)"
    r"(?::(?P<port>\d+|\*))?(?P<path>/.*)?",
    re.IGNORECASE,
)
_USUAL = {"http": 80, "https": 443}


def allows(url: str, *, page: str, sources: Sequence[str]) -> bool:
    """True when a page at the origin `page` may load the address: from there, or from a source."""
    return any(_covers(one, urlsplit(url), urlsplit(page).scheme) for one in (page, *sources))


def _covers(source: str, url: SplitResult, own_scheme: str) -> bool:
    if source == "*":
        return url.scheme in _USUAL
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:", source):
        return _same_scheme(source[:-1].lower(), url.scheme)
    found = _SOURCE.fullmatch(source)
    if found is None:
        return False
    scheme, host, port, path = found.group("scheme", "host", "port", "path")
    return (
        _same_scheme((scheme or own_scheme).lower(), url.scheme)
        and _same_host(host.lower(), url.hostname or "")
        and _same_port(port, url)
        and _same_path(path, url.path)
    )


def _same_scheme(source: str, scheme: str) -> bool:
    """What may come openly may come encrypted."""
    return scheme == source or (source == "http" and scheme == "https")


def _same_host(source: str, host: str) -> bool:
    if source == "*":
        return True
    return host.endswith(source[1:]) if source.startswith("*.") else host == source


def _same_port(source: str | None, url: SplitResult) -> bool:
    usual = _USUAL[url.scheme]
    port = url.port or usual
    if source is None:
        return port == usual
    return source == "*" or int(source) in (port, 80 if port == 443 else port)


def _same_path(source: str | None, path: str) -> bool:
    if not source:
        return True
    return path.startswith(source) if source.endswith("/") else path == source
