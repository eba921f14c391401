"""The database is away: every page says so, also to whoever is signed in."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from cityloop.kernel import page
from cityloop.kernel.middleware import Problems


@pytest.fixture
def request_of_somebody(settings):
    """A request of which nobody can say who is signed in."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.ACTOR_OF = "cityloop.kernel.tests.test_outage.gone"
    return RequestFactory().get("/cases/")


def gone(_request: object) -> None:
    raise OperationalError("the server is gone")


@pytest.mark.requirement("O08")
def test_a_page_that_fails_in_its_context_too_is_answered(request_of_somebody) -> None:
    answer = Problems(lambda _request: None).process_exception(
        request_of_somebody, OperationalError("the server is gone")
    )
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "<h1>" in answer.content.decode()
    try:
        gone(request_of_somebody)
    except OperationalError:
        late = page.server_error(request_of_somebody)
    assert late.status_code == 503 and "<h1>" in late.content.decode()
    assert page.server_error(request_of_somebody).status_code == 500
