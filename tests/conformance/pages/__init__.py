"""One good visit to every page: who may see it, who may not. A new address needs one row here."""

from __future__ import annotations

from tests.conformance.pages import cases, command, coordination, office, own, setup, works
from tests.conformance.pages.shape import Page

PAGES = (
    *own.PAGES, *cases.PAGES, *command.PAGES, *coordination.PAGES, *works.PAGES, *office.PAGES,
    *setup.PAGES,
)  # fmt: skip
BY_NAME = {page.name: page for page in PAGES}
# Visited by tests of their own: a notice needs an overdue case, a first password is only asked for
# at the first sign-in, an example picture needs one, an ended answer needs its line, Django's
# language switch takes any post, the gateway for text messages signs what it sends,
# the worker of browsers is a script for everybody.
ELSEWHERE = {
    "case-notice", "new-password", "office-answer-end", "manual-example", "set_language",
    "service-worker", "sms-receipt",
}  # fmt: skip

__all__ = ["BY_NAME", "PAGES", "Page"]
