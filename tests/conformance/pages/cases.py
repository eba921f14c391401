"""Cases, and how they come in."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests import town as towns
from tests.conformance import values
from tests.conformance.browsers import push_form
from tests.conformance.pages.shape import Page, case_at
from tests.conformance.values import nothing

# Who has no seat at the hotline.
NO_HOTLINE = (towns.STRANGER, "inspector", "water", "dispatcher")
# Who sees nothing of petitions.
NO_PETITIONS = (towns.STRANGER, "inspector", "water")


PAGES = (
    # cases
    Page("cases"),
    Page("case", refused=(towns.STRANGER, "roads"), at=case_at("handling")),
    Page("case-print", refused=(towns.STRANGER, "roads"), at=case_at("closed")),
    Page("case-explain", refused=(towns.STRANGER, "roads"),
         at=case_at("handling", kind="handling")),
    Page("case-unit", by="dispatcher", refused=(towns.STRANGER, "roads", "evaluator", "acceptor"),
         at=case_at("filed"), query=lambda city: {"unit": city.town.units["WATER"].pk}),
    Page("case-step", refused=(towns.STRANGER, "roads", "evaluator"),
         at=case_at("reported", action="accept"), data=lambda city: {"version": "1"}, status=303),
    Page("file", refused=(towns.STRANGER, "roads"), at=lambda city: {"sha256": city.photo}),
    Page("file-small", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"sha256": city.photo, "side": 160}),
    Page("file-stamped", refused=(towns.STRANGER, "roads"),
         at=lambda city: {"sha256": city.photo, "paper_id": city.paper}),
    Page("desk", at=lambda city: {"box": "to_accept"}),
    Page("desk-bulk", refused=(towns.STRANGER, "roads", "evaluator"),
         at=lambda city: {"box": "to_accept"},
         query=lambda city: {"action": "accept", "case": city.cases["reported"]}),
    Page("cases-file", at=lambda city: {"form": "csv"}),
    Page("taken-lists", by="administrator", refused=(towns.STRANGER, "acceptor", "water")),
    Page("list-columns", status=302, data=lambda city: {"column": ["light", "class"]}),
    Page("view-save", status=302, data=lambda city: {"title": "我的", "next": "/cases/?q=x"}),
    Page("view-drop", refused=(towns.STRANGER, "water"), status=302, data=nothing,
         at=lambda city: {"view_id": city.view}),
    Page("granted"),
    Page("figures"),
    Page("palette", refused=(), query=lambda city: {"q": "井盖"}),
    # intake
    Page("intake-new", refused=(towns.STRANGER, "water", "evaluator", "dispatcher")),
    Page("intake-beside", refused=(towns.STRANGER, "water"),
         data=lambda city: {"channel": "hotline12319", "text": "井盖破损"}),
    Page("report", refused=(towns.STRANGER, "water"), at=lambda city: {"number": city.report}),
    Page("notice-told", refused=(towns.STRANGER, "inspector", "water"), status=303,
         at=lambda city: {"notice_id": city.notice},
         data=lambda city: {"medium": "phone", "note": "已告知"}),
    # messages
    Page("replies", refused=(towns.STRANGER, "inspector", "water"),
         query=lambda city: {"state": "due"}),
    Page("reply", refused=(towns.STRANGER, "inspector", "water"),
         at=lambda city: {"notice_id": city.notice}),
    Page("messages", refused=()),
    Page("message-read", by="inspector", refused=(towns.STRANGER, "acceptor"), status=302,
         at=lambda city: {"message_id": city.message}, data=nothing),
    Page("push-subscribe", refused=(), status=302, data=lambda city: push_form("3")),
    Page("push-end", refused=(towns.STRANGER, "dispatcher"), status=302,
         at=lambda city: {"subscription_id": city.told_in}, data=nothing),
    Page("reply-checks", refused=(towns.STRANGER, "inspector", "water")),
    Page("reply-check", refused=(towns.STRANGER, "inspector", "water"), status=303,
         at=lambda city: {"check_id": city.reply_check},
         data=lambda city: {"quality": "poor", "fault": "vague", "note": "空泛"}),
    Page("wordings", by="administrator", refused=(towns.STRANGER, "acceptor", "shift_leader")),
    Page("wording", by="administrator", refused=(towns.STRANGER, "acceptor", "shift_leader"),
         at=lambda city: {"topic": "filed"}),
    # hotline
    Page("hotline", refused=NO_HOTLINE),
    Page("hotline-seat", refused=NO_HOTLINE, data=lambda city: {"extension": "8002"}, status=302),
    Page("hotline-ringing", refused=NO_HOTLINE),
    Page("hotline-call", refused=NO_HOTLINE, at=lambda city: {"call_id": city.call_row}),
    Page("hotline-tell", refused=NO_HOTLINE, status=302, data=nothing,
         at=lambda city: {"call_id": city.call_row, "number": city.cases["hotline"]}),
    Page("hotline-orders", refused=NO_HOTLINE),
    Page("hotline-import", refused=NO_HOTLINE, status=302, data=lambda city: {
        "file": SimpleUploadedFile("a.csv", "number,text\nB9,井盖破损\n".encode(), "text/csv")}),
    Page("hotline-results", refused=NO_HOTLINE),
    # petitions
    Page("petitions", refused=NO_PETITIONS),
    Page("petition-new", refused=(*NO_PETITIONS, "leader")),
    Page("petition", refused=NO_PETITIONS, at=values.petition),
    Page("petition-transfer", refused=(*NO_PETITIONS, "leader"), at=values.petition, status=302,
         data=lambda city: {"text": "井盖缺失"}),
    Page("petition-send", refused=(*NO_PETITIONS, "leader"), at=values.petition, status=302,
         data=lambda city: {"text": "已转办", "medium": "post"}),
    Page("petition-letter", refused=NO_PETITIONS,
         at=lambda city: {"number": city.petitions[0], "letter_id": city.letter}),
    Page("petition-decide", refused=(*NO_PETITIONS, "leader"), status=302,
         at=lambda city: {"number": city.petitions[2], "earlier": city.petitions[1]},
         data=lambda city: {"same": "1"}),
    Page("petitions-repeated", refused=NO_PETITIONS),
    Page("petitions-figures", refused=NO_PETITIONS),
    Page("suggestions", refused=NO_PETITIONS),
    Page("suggestion", refused=NO_PETITIONS, at=values.suggestion),
    Page("suggestion-answer", refused=(*NO_PETITIONS, "leader"), at=values.suggestion, status=302,
         data=lambda city: {"outcome": "studied", "text": "研究"}),
    Page("suggest", by="", refused=(), anonymous=200),
    Page("suggested", by="", refused=(), anonymous=200,
         at=lambda city: {"token": city.suggestion.token}),
    Page("contact", by="", refused=(), anonymous=200),
    Page("contact-edit", by="administrator", refused=(*NO_PETITIONS, "acceptor")),
    # rules of dispatch
    Page("rules", refused=(towns.STRANGER, "inspector")),
    Page("rule-trial", by="administrator", refused=(towns.STRANGER, "acceptor"),
         data=lambda city: {"kind": "event", "lead": city.town.units["GREEN"].pk, "days": "90"}),
)  # fmt: skip
