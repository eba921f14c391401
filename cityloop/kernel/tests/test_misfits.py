"""What does not fit its shape is told so in the reader's language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

import pytest
from django.utils import translation
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, ValidationError
from pydantic_core import core_schema

from cityloop.kernel import misfits
from cityloop.kernel.api import Moment


class Shape(BaseModel):
    """A field for each kind of misfit that our own shapes can meet."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=2, max_length=3, pattern="^[a-z]+$")] = "aaa"
    whole: Annotated[int, Field(ge=1, lt=9)] = 1
    share: Annotated[FiniteFloat, Field(gt=0, le=1)] = 1
    money: Annotated[Decimal, Field(max_digits=4, decimal_places=2)] = Decimal(1)
    truth: bool = True
    choice: Literal["one", "two"] = "one"
    some: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    inner: dict[str, int] = {}
    moment: Moment = datetime(2026, 3, 2, tzinfo=UTC)
    aware: AwareDatetime | None = None
    day: date = date(2026, 3, 2)
    hour: time = time(8)


class Needs(BaseModel):
    """A shape without a default."""

    it: int


def told(language: str, shape: type[BaseModel] = Shape, **given: Any) -> str:
    """What is said of the first thing that does not fit."""
    with translation.override(language), pytest.raises(ValidationError) as raised:
        shape.model_validate(given)
    with translation.override(language):
        return misfits.words(raised.value.errors()[0])


BAD: tuple[tuple[str, Any], ...] = (
    ("text", 1), ("text", "a"), ("text", "aaaa"), ("text", "A1"), ("whole", "x"), ("whole", 1.5),
    ("whole", 0), ("whole", 9), ("whole", None), ("whole", "9" * 5000), ("share", "x"),
    ("share", "nan"), ("share", 0), ("share", 2), ("money", "x"), ("money", "1.234"),
    ("money", "12345"), ("truth", "x"), ("truth", None), ("choice", "x"), ("some", 1),
    ("some", []), ("some", [1, 2, 3]), ("inner", 1), ("moment", "x"), ("moment", 7),
    ("moment", "1800-01-01T00:00:00"), ("aware", "2026-03-02T08:00:00"), ("day", "x"),
    ("day", 1.5), ("hour", "x"), ("hour", None), ("other", 1),
)  # fmt: skip


@pytest.mark.requirement("O08")
@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda value: str(value)[:12])
def test_every_misfit_is_told_in_both_languages(name: str, value: Any) -> None:
    english, chinese = told("en", **{name: value}), told("zh-hans", **{name: value})
    assert english and not re.search(r"[\u4e00-\u9fff]|%\(|Input should|Value error", english)
    assert re.search(r"[\u4e00-\u9fff]", chinese) and "%(" not in chinese


@pytest.mark.requirement("O08")
def test_limits_and_choices_are_named() -> None:
    assert told("en", text="aaaa") == "at most 3 characters"
    assert told("en", choice="x") == "one of these is wanted: 'one' or 'two'"
    assert told("zh-hans", choice="x") == "应为以下之一：'one' 或 'two'"
    assert told("zh-hans", Needs) == "此项必填"


def test_the_table_names_kinds_that_there_are() -> None:
    assert set(misfits.WORDS) <= set(get_args(core_schema.ErrorType))


def test_an_unknown_kind_keeps_its_own_words() -> None:
    assert misfits.words({"type": "some_day", "msg": "Not this", "ctx": {}}) == "Not this"
    odd = {"type": "less_than", "msg": "Not that", "ctx": {"limit": 3}}
    assert misfits.words(odd) == "Not that"
