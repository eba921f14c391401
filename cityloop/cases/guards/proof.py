"""Guards on photos and on matters that the finder settles."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.change import Change


def has_photo(change: Change) -> str | None:
    """At least one photo is attached to this step (F07)."""
    pictures = any(paper.file.media_type.startswith("image/") for paper in change.papers)
    return None if pictures or change.imported else _("attach a photo")


def has_photo_of_result(change: Change) -> str | None:
    """The result is proven by a photo: of this step, or handed in by the worker (F02, F07)."""
    if change.source == "handed_in":
        return None  # the worker could not hand in without one
    return has_photo(change)


def has_photos_before_and_after(change: Change) -> str | None:
    """A self-handled case shows the place before and after (C30)."""
    stages = {p.stage for p in change.papers if p.file.media_type.startswith("image/")}
    missing = {"before", "after"} - stages
    return _("attach a photo before and one after") if missing and not change.imported else None


def on_the_spot(change: Change) -> str | None:
    """Only small matters (level 1) are settled on the spot (B09)."""
    return None if change.case.level == 1 else _("only level 1 matters are settled on the spot")
