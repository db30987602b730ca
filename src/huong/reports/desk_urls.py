"""Addresses of the officers' pages of field reports (`/desk/reports/`, DESIGN section 5)."""

from django.urls import path

from huong.reports.pages.desk import cities, learning, listing, many, messengers, rules, single, taken

app_name = "desk_reports"
ONE = "<str:number>/"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("export.csv", listing.export, name="export"),
    path("filters", listing.keep, name="keep"),
    path("bulk", many.bulk, name="bulk"),
    path("bulk/<str:uid>/undo", many.undo, name="undo"),
    path("call", many.call, name="call"),
    path("surge", many.surge, name="surge"),
    path("surge/tell", many.tell_heap, name="tell_heap"),
    path("learning", learning.page, name="learning"),
    path("learning/train", learning.train, name="train"),
    path("rules/", rules.listing, name="rules"),
    path("rules/<slug:kind>/", rules.listing, name="rules_of"),
    path("rules/<slug:kind>/<path:key>", rules.edit, name="rule"),
    path("peers/", cities.listing, name="peers"),
    path("peers/new", cities.edit, name="peer_new"),
    path("peers/<slug:key>", cities.edit, name="peer"),
    path("peers/<slug:key>/match", cities.match, name="peer_match"),
    path("peers/<slug:key>/services", cities.do, {"verb": "services"}, name="peer_services"),
    path("peers/<slug:key>/pause", cities.do, {"verb": "pause"}, name="peer_pause"),
    path("peers/<slug:key>/resume", cities.do, {"verb": "resume"}, name="peer_resume"),
    path("channels/", messengers.listing, name="channels"),
    path("channels/<slug:key>", messengers.edit, name="channel"),
    path("mine-offline", taken.page, name="mine_offline"),
    path("taken", taken.devices, name="taken"),
    path("taken/all", taken.all_devices, name="taken_all"),
    path("taken/<str:uid>", taken.state, name="taken_state"),
    path("taken/<str:uid>/key", taken.key, name="taken_key"),
    path("taken/<str:uid>/moves", taken.carry, name="taken_moves"),
    path("taken/<str:uid>/photos", taken.photo, name="taken_photo"),
    path("taken/<str:uid>/end", taken.end, name="taken_end"),
    path("taken/<str:uid>/reports/<str:number>", taken.now, name="taken_now"),
    path(ONE, single.page, name="report"),
    path(f"{ONE}print", single.printed, name="print"),
    path(f"{ONE}contact", single.contact, name="contact"),
    path(f"{ONE}conversation", single.conversation, name="conversation"),
    path(f"{ONE}erase", single.erase, name="erase"),
    path(f"{ONE}moderate", single.moderate, name="moderate"),
    path(f"{ONE}words/<int:words_id>", single.words, name="words"),
    path(f"{ONE}photos/<str:uid>-<str:size>.jpg", single.photo, name="photo"),
    path(f"{ONE}move/<str:verb>", single.move, name="move"),
]
