"""What several tables share: periods, names in two languages, search columns."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat

ANY = "*"
PERIOD = Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField())
PERIOD_IS_ONE = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


def grams(*fields: str) -> models.GeneratedField:
    """A stored search column over text fields."""
    words: list[str | Value] = []
    for field in fields:
        words += [field, Value(" ")]
    return models.GeneratedField(
        expression=Func(Concat(*words), function="cityloop_bigrams"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
