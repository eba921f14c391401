"""While somebody makes up past days, everybody else knows, and nobody else does it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from cityloop.kernel import story

pytestmark = pytest.mark.usefixtures("own_database")


def told_elsewhere() -> bool:
    """What another process would find, by a session of its own."""
    try:
        return story.told()
    finally:
        connection.close()


def tell_elsewhere() -> None:
    """Another process that would make up days."""
    try:
        with story.telling():
            pass
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.requirement("O02")
def test_others_know_that_the_past_is_told_and_cannot_tell_it_too() -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        assert not story.told()
        with story.telling():
            assert story.told() and elsewhere.submit(told_elsewhere).result()
            with pytest.raises(story.StoryTold):
                elsewhere.submit(tell_elsewhere).result()
        assert not story.told() and not elsewhere.submit(told_elsewhere).result()
        elsewhere.submit(tell_elsewhere).result()


@pytest.mark.slow
@pytest.mark.requirement("O02")
def test_a_story_that_breaks_off_holds_nobody() -> None:
    with pytest.raises(LookupError), story.telling():
        raise LookupError
    assert not story.told()
