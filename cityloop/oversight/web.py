"""Addresses of oversight: orders, lists, reminders."""

from __future__ import annotations

from django.urls import path

from cityloop.oversight.views import lists, orders, reminders

urlpatterns = [
    path("oversight/", orders.orders, name="orders"),
    path("oversight/units/", orders.units, name="orders-units"),
    path("oversight/reminders/", reminders.reminders, name="reminders"),
    path("oversight/lists/", lists.lists, name="lists"),
    path("oversight/lists/<int:list_id>/", lists.named_list, name="list"),
    path("oversight/lists/<int:list_id>/cases/", lists.add, name="list-add"),
    path("oversight/lists/<int:list_id>/place/", lists.add_place, name="list-place"),
    path("oversight/lists/<int:list_id>/drop/<str:number>/", lists.drop, name="list-drop"),
    path("oversight/lists/<int:list_id>/send/", lists.send, name="list-send"),
    path("oversight/lists/<int:list_id>/answer/<int:sending_id>/", lists.answer,
         name="list-answer"),
    path("oversight/lists/<int:list_id>/end/", lists.end, name="list-end"),
    path("oversight/lists/<int:list_id>/print/", lists.sheet, name="list-print"),
    path("oversight/lists/<int:list_id>.csv", lists.export, name="list-export"),
]  # fmt: skip
