"""Addresses of feedback."""

from __future__ import annotations

from django.urls import path

from cityloop.feedback.views import office, own

urlpatterns = [
    path("feedback/", own.own, name="feedback"),
    path("feedback/new/", own.new, name="feedback-new"),
    path("feedback/wishes/", own.wishes, name="feedback-wishes"),
    path("feedback/<int:entry_id>/", own.entry, name="feedback-entry"),
    path("feedback/<int:entry_id>/picture/", own.picture, name="feedback-picture"),
    path("feedback/<int:entry_id>/support/", own.support, name="feedback-support"),
    path("office/feedback/", office.listed, name="office-feedback"),
    path("office/feedback/export/", office.export, name="office-feedback-export"),
    path("office/feedback/<int:entry_id>/", office.entry, name="office-feedback-entry"),
    path("office/feedback/<int:entry_id>/answer/", office.answer, name="office-feedback-answer"),
    path("office/feedback/<int:entry_id>/same/", office.same, name="office-feedback-same"),
    path("office/feedback/<int:entry_id>/apart/", office.apart, name="office-feedback-apart"),
    path("office/feedback/<int:entry_id>/publish/", office.publish,
         name="office-feedback-publish"),
    path("office/feedback/<int:entry_id>/withdraw/", office.withdraw,
         name="office-feedback-withdraw"),
]  # fmt: skip
