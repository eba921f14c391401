"""What hinders those who work with the system."""

from __future__ import annotations

from tests import town as towns
from tests.conformance import values
from tests.conformance.calls.shape import Call

OTHERS = (towns.STRANGER, "acceptor", "leader", "water")
FAULT = {"kind": "fault", "text": "打印不出派遣单", "page": "/cases/", "title": "案件"}

CALLS = (
    Call("GET", "/feedback", refused=()),
    Call("POST", "/feedback", refused=(), body=lambda city: FAULT,
         another=lambda city: {**FAULT, "text": "地图打不开"}),
    Call("GET", "/feedback/wishes", refused=()),
    Call("POST", "/feedback/wishes/{entry_id}/support", by="inspector", refused=(),
         at=values.wish),
    Call("GET", "/feedback/managed", by="administrator", refused=OTHERS),
    Call("GET", "/feedback/{entry_id}", refused=(towns.STRANGER, "inspector", "leader"),
         at=values.wish),
    Call("POST", "/feedback/{entry_id}/answer", by="administrator", refused=OTHERS,
         at=values.wish, body=lambda city: {"state": "planned", "text": "下季度安排"},
         another=lambda city: {"state": "done", "text": "已上线"}),
    Call("POST", "/feedback/{entry_id}/same", by="administrator", refused=OTHERS,
         at=values.fault, body=lambda city: {"other": city.feedback["wish"]},
         another=lambda city: {"other": city.feedback["same"]}),
    Call("POST", "/feedback/{entry_id}/publish", by="administrator", refused=OTHERS,
         at=values.wish, body=lambda city: {"words": "列表可以记住列宽"},
         another=lambda city: {"words": "列表记住列宽和顺序"}),
)  # fmt: skip
