"""Addresses are found by their first word, and found as they would be one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from config.addresses import ByFirstWord

VALUES = {"int": "7", "str": "330106001001", "slug": "a-b", "path": "a/b", "uuid": "0" * 32}


def _groups(patterns: list[URLPattern | URLResolver]) -> Iterator[ByFirstWord]:
    for one in patterns:
        if isinstance(one, ByFirstWord):
            yield one
        if isinstance(one, URLResolver):
            yield from _groups(one.url_patterns)


def _examples(group: ByFirstWord) -> Iterator[str]:
    """A path for each address; one that no address has."""
    prefix = str(group.pattern)
    for one in group.url_patterns:
        filled = str(one.pattern)
        for name, converter in one.pattern.converters.items():
            kind = (
                type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            )
            for written in (f"<{kind}:{name}>", f"<{name}>"):
                filled = filled.replace(written, VALUES.get(kind, "330106001001001"))
        if "<" not in filled:
            yield prefix + filled
            yield prefix + filled + "no-such/thing"


@pytest.mark.requirement("O04")
def test_an_address_is_what_it_would_be_among_all() -> None:
    groups = list(_groups(get_resolver().url_patterns))
    assert [str(one.pattern) for one in groups] == ["api/v1/", ""]
    count = 0
    for group in groups:
        plain = URLResolver(
            RoutePattern(str(group.pattern)), group.url_patterns, app_name=group.app_name,
            namespace=group.namespace,
        )  # fmt: skip
        for path in _examples(group):
            count += 1
            try:
                wanted = plain.resolve(path)
            except Resolver404:
                with pytest.raises(Resolver404):
                    group.resolve(path)
                continue
            found = group.resolve(path)
            assert (found.func, found.kwargs, found.view_name, found.route) == (
                wanted.func, wanted.kwargs, wanted.view_name, wanted.route)  # fmt: skip
    assert count > 400


def test_no_address_hides_another_and_no_name_is_given_twice() -> None:
    """Of two subsystems that choose one address or one name, one would never be reached."""
    names: list[str] = []
    (pages,) = (one for one in _groups(get_resolver().url_patterns) if not str(one.pattern))
    for one in pages.url_patterns:
        names += [one.name] if one.name else []
        if not one.pattern.converters:
            assert pages.resolve(str(one.pattern)).view_name == (one.name or ""), str(one.pattern)
    assert [name for name in set(names) if names.count(name) > 1] == []
