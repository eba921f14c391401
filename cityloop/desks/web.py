"""Addresses of the faces: start page, lists, case page, intake form, map."""

from __future__ import annotations

from django.urls import path

from cityloop.desks.views import (
    bench,
    bulk,
    case_clocks,
    case_list,
    case_page,
    case_step,
    dispatch_sheet,
    export,
    figures,
    granted,
    kept_lists,
    map_page,
    notice,
    palette,
    parts,
    report_beside,
    report_form,
    rules,
    start,
)

urlpatterns = [
    path("", start.start, name="start"),
    path("cases/", case_list.case_list, name="cases"),
    path("cases/files/cases.<str:form>", export.taken_away, name="cases-file"),
    path("cases/columns/", kept_lists.columns, name="list-columns"),
    path("cases/views/", kept_lists.save, name="view-save"),
    path("cases/views/<int:view_id>/drop/", kept_lists.drop, name="view-drop"),
    path("cases/<str:number>/", case_page.case_page, name="case"),
    path("cases/<str:number>/print/", case_page.case_print, name="case-print"),
    path("cases/<str:number>/dispatch/", dispatch_sheet.sheet, name="dispatch-sheet"),
    path("cases/<str:number>/notice/", notice.notice, name="case-notice"),
    path("cases/<str:number>/clocks/<str:kind>/", case_clocks.explain, name="case-explain"),
    path("cases/<str:number>/steps/<str:action>/", case_step.take_step, name="case-step"),
    path("desk/<str:box>/", bench.desk, name="desk"),
    path("desk/<str:box>/bulk/", bulk.several, name="desk-bulk"),
    path("figures/", figures.report, name="figures"),
    path("granted/", granted.granted, name="granted"),
    path("intake/new/", report_form.new_report, name="intake-new"),
    path("intake/beside/", report_beside.look_beside, name="intake-beside"),
    path("intake/reports/<str:number>/", report_form.report, name="report"),
    path("intake/notices/<int:notice_id>/told/", report_form.notice_told, name="notice-told"),
    path("map/", map_page.map_page, name="map"),
    path("map/addresses/", map_page.addresses, name="addresses"),
    path("palette/", palette.palette, name="palette"),
    path("office/taken-lists/", kept_lists.taken_lists, name="taken-lists"),
    path("rules/", rules.rules, name="rules"),
    path("rules/trial/", rules.trial, name="rule-trial"),
    path("keys/", parts.keys, name="keys"),
    path("theme/", parts.theme, name="theme"),
    path("ui/", parts.parts, name="ui"),
]
