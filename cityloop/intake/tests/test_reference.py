"""What intake keeps of the catalogue is read again only when an edition changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cityloop.intake import reference
from cityloop.standards.models import Edition


@pytest.mark.requirement("L16")
def test_classes_are_kept_until_an_edition_changes(city):
    on = timezone.localdate(city.now)
    first = reference.classes(on)
    assert "C0101" in first.by_code
    asked = reference._classes
    assert asked.get(on, newer_than=-1.0) is first
    Edition.objects.update(valid_to=on + timedelta(days=9))
    second = asked.get(on, newer_than=-1.0)
    assert second is not first and second == first
    with pytest.raises(reference.standards.NoEdition):
        asked.get(on + timedelta(days=10), newer_than=-1.0)
    assert asked.get(on, newer_than=-1.0) == first
