"""Addresses of the citizens' side of field reports, under `/reports/`."""

from django.urls import path

from huong.reports.pages import (
    citizen_json,
    citizen_list,
    citizen_map,
    citizen_moves,
    citizen_report,
    citizen_rescue,
    citizen_send,
)

app_name = "reports"
urlpatterns = [
    path("", citizen_list.listing, name="list"),
    path("new", citizen_send.new, name="new"),
    path("rescue", citizen_rescue.rescue, name="rescue"),
    path("rescue/sent", citizen_rescue.sent, name="rescue_sent"),
    path("feed.atom", citizen_list.feed, name="feed"),
    path("where", citizen_json.whereabouts, name="where"),
    path("wards", citizen_json.ward_map, name="ward_map"),
    path("map.geojson", citizen_map.groups, name="map"),
    path("worker.js", citizen_json.worker, name="worker"),
    path("follow/<str:number>", citizen_moves.follow, name="follow"),
    path("unfollow/<str:number>", citizen_moves.unfollow, name="unfollow"),
    path("<str:number>", citizen_report.page, name="report"),
    path("<str:number>/feed.atom", citizen_report.feed, name="report_feed"),
    path("<str:number>/photos/<str:uid>", citizen_report.photo, name="photo"),
    path("<str:number>/<slug:verb>", citizen_moves.move, name="move"),
]
