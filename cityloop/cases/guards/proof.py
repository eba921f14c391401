"""Guards on photos and on matters that the finder settles."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change

# Which part of the file the photos of a step belong to; other steps add papers.
PHOTO_STAGE = {
    "verified": "verify", "not_found": "verify", "hand_in": "after", "finish": "after",
    "fixed_meanwhile": "after", "assist_done": "after", "check_passed": "check",
    "check_failed": "check", "recheck_confirmed": "check", "recheck_false": "check",
}  # fmt: skip
# What proves a step proves no other one.
PROOF = frozenset(PHOTO_STAGE.values())


def stage_of(action: str) -> str:
    """The part of the file to which what comes with a step belongs, unless it says another."""
    return PHOTO_STAGE.get(action, "paper")


def photos_belong(change: Change) -> str | None:
    """No photo of a check with a verification, and the like; a report brings what it has (F07)."""
    if not change.papers or not change.source or change.imported:
        return None
    wanted = PHOTO_STAGE.get(change.action)
    wrong = {paper.stage for paper in change.papers} & PROOF - {wanted}
    if not wrong:
        return None
    return _("photos of the stage %(stage)s do not belong to this step") % {"stage": min(wrong)}


def proves_one_case(change: Change) -> str | None:
    """What proves one case proves no other: a picture that stands in another case is refused as a
    verification, a result or a check (F10). A report may bring it, and is marked."""
    borrowed = any(
        paper.picture and paper.stage in PROOF
        and any(remark["code"] == "same_picture" for remark in paper.remarks)
        for paper in change.papers
    )  # fmt: skip
    if not borrowed or change.imported:
        return None
    return _("a photo given here stands in another case already: attach one of this case")


def has_photo(change: Change) -> str | None:
    """At least one photo of this step's stage that the case did not have before (F07)."""
    wanted = PHOTO_STAGE.get(change.action)
    pictures = [p for p in change.papers if p.picture and wanted in (None, p.stage)]
    if change.imported or any(not paper.known for paper in pictures):
        return None
    if pictures:
        return _("the case has this photo from an earlier step: attach a new one")
    return _("attach a photo")


def has_photo_of_result(change: Change) -> str | None:
    """The result is proven by a photo: of this step, or handed in by the worker (F02, F07)."""
    if change.source == "handed_in":
        return None  # the worker could not hand in without one
    return has_photo(change)


def has_photos_before_and_after(change: Change) -> str | None:
    """A self-handled case shows the place before and after (C30)."""
    if change.imported:
        return None
    files = {(p.stage, p.file.pk) for p in change.papers if p.picture}
    if {"before", "after"} - {stage for stage, _file in files}:
        return _("attach a photo before and one after")
    if len({file for stage, file in files if stage in ("before", "after")}) == 1:
        return _("before and after are the same photo: attach two")
    return None


def on_the_spot(change: Change) -> str | None:
    """Only small matters (level 1) are settled on the spot (B09)."""
    return None if change.case.level == 1 else _("only level 1 matters are settled on the spot")
