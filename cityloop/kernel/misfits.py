"""What is said of a value that does not fit its shape, in the reader's language.

Pydantic speaks English only. Its kinds of errors are a fixed list; of a kind that is not in the
table its own words stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_NUMBER, _WHOLE = gettext_lazy("a number is wanted"), gettext_lazy("a whole number is wanted")
_TEXT, _TRUTH = gettext_lazy("a text is wanted"), gettext_lazy("true or false is wanted")
_LIST, _OBJECT = gettext_lazy("a list is wanted"), gettext_lazy("an object with fields is wanted")
_MOMENT = gettext_lazy("a moment is wanted, such as 2026-03-02T08:30:00+08:00")
_DAY, _TIME = (
    gettext_lazy("a day is wanted, such as 2026-03-02"),
    gettext_lazy("a time of day is wanted, such as 08:30"),
)

# Kind of error -> words; the named values are the kind's own (pydantic's `ctx`).
WORDS: Mapping[str, Any] = {
    "missing": gettext_lazy("this is needed"),
    "extra_forbidden": gettext_lazy("there is no such field"),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_long": gettext_lazy("at most %(max_length)s characters"),
    "string_too_short": gettext_lazy("at least %(min_length)s characters"),
    "string_pattern_mismatch": gettext_lazy("this must have the form %(pattern)s"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": gettext_lazy("the number is too large"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": gettext_lazy("a finite number is wanted"),
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": gettext_lazy("at most %(max_digits)s digits"),
    "decimal_max_places": gettext_lazy("at most %(decimal_places)s digits behind the point"),
    "decimal_whole_digits": gettext_lazy("at most %(whole_digits)s digits before the point"),
    "greater_than": gettext_lazy("more than %(gt)s is wanted"),
    "greater_than_equal": gettext_lazy("%(ge)s or more is wanted"),
    "less_than": gettext_lazy("less than %(lt)s is wanted"),
    "less_than_equal": gettext_lazy("%(le)s or less is wanted"),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "literal_error": gettext_lazy("one of these is wanted: %(expected)s"),
    "enum": gettext_lazy("one of these is wanted: %(expected)s"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_long": gettext_lazy("at most %(max_length)s of them"),
    "too_short": gettext_lazy("at least %(min_length)s of them"),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "timezone_aware": gettext_lazy("give the time with its zone, such as +08:00"),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "time_type": _TIME,
    "time_parsing": _TIME,
}


def words(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors (type, msg, ctx) as a sentence without its field's name."""
    ours, context = WORDS.get(error["type"]), error.get("ctx") or {}
    if error["type"] == "value_error" and "error" in context:  # said by our own validator
        return str(context["error"])
    if ours is None:
        return str(error["msg"])
    try:
        return str(ours) % {name: _known(value) for name, value in context.items()}
    except KeyError:  # another edition of pydantic names its values differently
        return str(error["msg"])


def _known(value: Any) -> Any:
    """A list of choices is joined by `or` in English."""
    return value.replace(" or ", _(" or ")) if isinstance(value, str) else value
