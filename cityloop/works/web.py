"""Addresses of substitute works: orders, claims, designated units, budget."""

from __future__ import annotations

from django.urls import path

from cityloop.works.views import claims, frame, lists, orders

urlpatterns = [
    path("works/", orders.orders, name="works"),
    path("works/orders/<str:number>/", orders.order, name="works-order"),
    path("works/orders/<str:number>/price/", orders.price, name="works-order-price"),
    path("works/orders/<str:number>/invoice/", orders.invoice, name="works-order-invoice"),
    path("works/orders/<str:number>/cancel/", orders.cancel, name="works-order-cancel"),
    path("works/orders/<str:number>/claim/", orders.claim, name="works-order-claim"),
    path("works/claims/", claims.claims, name="works-claims"),
    path("works/claims/<int:claim_id>/", claims.claim, name="works-claim"),
    path("works/claims/<int:claim_id>/notice/", claims.notice, name="works-claim-notice"),
    path("works/claims/<int:claim_id>/payment/", claims.payment, name="works-claim-payment"),
    path("works/claims/<int:claim_id>/note/", claims.note, name="works-claim-note"),
    path("works/claims/<int:claim_id>/write-off/", claims.write_off, name="works-claim-off"),
    path("works/units/", lists.units, name="works-units"),
    path("works/units/<int:designation_id>/", lists.unit, name="works-unit"),
    path("works/units/<int:designation_id>/price/", lists.price, name="works-unit-price"),
    path("works/units/<int:designation_id>/end/", lists.end, name="works-unit-end"),
    path("works/budgets/", lists.budgets, name="works-budgets"),
    path("works/papers/<str:sha256>", frame.paper, name="works-paper"),
]
