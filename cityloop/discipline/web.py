"""Addresses of discipline."""

from __future__ import annotations

from django.urls import path

from cityloop.discipline.views import cards, fraud, rechecks, samples

urlpatterns = [
    path("discipline/", rechecks.rechecks, name="discipline"),
    path("discipline/samples/", samples.samples, name="samples"),
    path("discipline/samples/<int:sample_id>/", samples.sample, name="sample"),
    path("discipline/samples/<int:sample_id>/answer/", samples.answer, name="sample-answer"),
    path("discipline/error-rates/", samples.error_rates, name="error-rates"),
    path("discipline/decisions/", samples.decisions, name="decisions"),
    path("discipline/fraud/", fraud.fraud, name="fraud"),
    path("discipline/fraud/new/", fraud.new, name="fraud-new"),
    path("discipline/fraud/<int:finding_id>/", fraud.finding, name="fraud-finding"),
    path("discipline/fraud/<int:finding_id>/<slug:name>/", fraud.say, name="fraud-say"),
    path("discipline/cards/", cards.cards, name="cards"),
    path("discipline/cards/<int:card_id>/", cards.card, name="card"),
    path("discipline/cards/<int:card_id>/notice/", cards.notice, name="card-notice"),
    path("discipline/cards/<int:card_id>/<slug:name>/", cards.act, name="card-act"),
    path("discipline/card-rules/", cards.rules, name="card-rules"),
    path("discipline/own/", cards.own, name="own-cards"),
]
