"""Addresses by their first word: trying a hundred patterns was a sixth of what a report costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

Address = URLPattern | URLResolver


class ByFirstWord(URLResolver):
    """Addresses below a prefix; only those that begin with the word asked for are tried, in their
    order, with those that begin with a variable. What matches, and with what, is as without it.
    """

    def __init__(
        self, prefix: str, addresses: Sequence[Address], app: str | None = None,
        name: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(RoutePattern(prefix), list(addresses), app_name=app, namespace=name)

    def resolve(self, path: str) -> ResolverMatch:
        """The match; raises Resolver404."""
        below = str(path).removeprefix(str(self.pattern))
        known = self._by_word.get(below.partition("/")[0], self._otherwise)
        return known.resolve(path)

    @cached_property
    def _by_word(self) -> dict[str, URLResolver]:
        words = {_first_word(one) for one in self.url_patterns} - {None}
        return {str(word): self._of(word) for word in words}

    @cached_property
    def _otherwise(self) -> URLResolver:
        return self._of(None)

    def _of(self, word: str | None) -> URLResolver:
        fitting = [one for one in self.url_patterns if _first_word(one) in (word, None)]
        return URLResolver(self.pattern, fitting, app_name=self.app_name, namespace=self.namespace)


def _first_word(address: Address) -> str | None:
    """None where an address may begin with any word."""
    word = str(address.pattern).partition("/")[0]
    plain = isinstance(address.pattern, RoutePattern) and "<" not in word
    return word if plain and (word or isinstance(address, URLPattern)) else None
