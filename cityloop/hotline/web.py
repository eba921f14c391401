"""Addresses of the hotline."""

from __future__ import annotations

from django.urls import path

from cityloop.hotline.views import calls, orders

urlpatterns = [
    path("hotline/", calls.calls, name="hotline"),
    path("hotline/seat/", calls.seat, name="hotline-seat"),
    path("hotline/ringing/", calls.ringing, name="hotline-ringing"),
    path("hotline/calls/<int:call_id>/", calls.call, name="hotline-call"),
    path("hotline/calls/<int:call_id>/tell/<str:number>/", calls.tell, name="hotline-tell"),
    path("hotline/orders/", orders.orders, name="hotline-orders"),
    path("hotline/orders/import/", orders.import_file, name="hotline-import"),
    path("hotline/orders/results.csv", orders.results, name="hotline-results"),
]
