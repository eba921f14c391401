"""What the record of changes calls things: word kept in the table -> word shown."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

WORDS: dict[str, str | Promise] = {
    "create": lazy("made"), "change": lazy("altered"), "move": lazy("moved"),
    "close": lazy("taken out of use"), "hold": lazy("post given"), "end": lazy("ended"),
    "patrol": lazy("ground set"), "issue": lazy("key made"), "revoke": lazy("key stopped"),
    "reset password": lazy("first password set"), "change password": lazy("password changed"),
    "offer": lazy("permissions offered"),
    "demo": lazy("demo city"), "organisation": lazy("Organisation"), "member": lazy("Member"),
    "post": lazy("Post"), "role": lazy("Role"), "holding": lazy("Post held"),
    "responsibility": lazy("Matrix line"), "responsibleperson": lazy("Responsible person"),
    "token": lazy("Key"), "peoplesetting": lazy("Decision of the city"),
}  # fmt: skip
FIELDS: dict[str, str | Promise] = {
    "active": lazy("In use"), "also_under_id": lazy("Also looked after by"),
    "assists": lazy("Assisting"), "class_kind": pgettext_lazy("record", "Kind of class"),
    "code": lazy("Code"), "edition_code": lazy("Catalogue edition"), "email": lazy("Email"),
    "kind": lazy("Kind"), "language": lazy("Language"), "lead_id": lazy("Lead unit"),
    "lead_role": lazy("Duty"), "level": lazy("Level"), "major_code": lazy("Major class"),
    "member_id": lazy("Member"), "minor_code": lazy("Minor class"), "name": lazy("Name"),
    "offered": lazy("permissions offered"),
    "name_en": lazy("Name in English"), "name_zh": lazy("Name in Chinese"),
    "organisation_id": lazy("Organisation"), "owner_id": lazy("Owner"),
    "parent_id": lazy("Stands below"), "permissions": lazy("Permissions"), "phone": lazy("Phone"),
    "post_id": lazy("Post"), "region_code": lazy("Region code"),
    "region_codes": pgettext_lazy("record", "Ground"), "roles": lazy("Roles"),
    "source_document": lazy("Document"), "terminal": lazy("Light client"),
    "trial": lazy("On trial"), "username": lazy("Username"), "valid_from": lazy("From"),
    "valid_to": lazy("Until"), "value": pgettext_lazy("record", "Value"),
}  # fmt: skip


def word(kept: str) -> str | Promise:
    """The word shown for one that the record keeps."""
    return WORDS.get(kept, kept)
