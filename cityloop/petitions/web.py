"""Addresses of petitions, suggestions and the contact page."""

from __future__ import annotations

from django.urls import path

from cityloop.petitions.views import contact, register, suggesting

urlpatterns = [
    path("petitions/", register.register, name="petitions"),
    path("petitions/new/", register.new, name="petition-new"),
    path("petitions/repeated/", register.repeated, name="petitions-repeated"),
    path("petitions/figures/", register.figures, name="petitions-figures"),
    path("petitions/<str:number>/", register.petition, name="petition"),
    path("petitions/<str:number>/transfer/", register.transfer, name="petition-transfer"),
    path("petitions/<str:number>/letters/", register.send, name="petition-send"),
    path("petitions/<str:number>/letters/<int:letter_id>/", register.letter,
         name="petition-letter"),
    path("petitions/<str:number>/repeats/<str:earlier>/", register.decide,
         name="petition-decide"),
    path("suggestions/", suggesting.suggestions, name="suggestions"),
    path("suggestions/<str:number>/", suggesting.suggestion, name="suggestion"),
    path("suggestions/<str:number>/answer/", suggesting.answer, name="suggestion-answer"),
    # for everybody
    path("suggest/", suggesting.suggest, name="suggest"),
    path("suggest/<str:token>/", suggesting.suggested, name="suggested"),
    path("contact/", contact.contact, name="contact"),
    path("contact/edit/", contact.edit, name="contact-edit"),
]  # fmt: skip
