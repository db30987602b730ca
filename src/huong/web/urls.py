"""Addresses of the composed pages; the fixed ones are in DESIGN section 5."""

from django.urls import path

from huong.web.pages import (
    about,
    bell,
    contracts,
    datasets,
    desk,
    entry,
    home,
    mine,
    outbox,
    preferences,
    quarantine,
    remind,
    search,
    sources,
    uploads,
)

app_name = "web"
DATASET = "desk/datasets/<slug:name>/"
SOURCE = f"{DATASET}sources/<str:source_id>"
QUARANTINE = "desk/quarantine/<slug:name>/"
urlpatterns = [
    path("", home.home, name="home"),
    path("my/", mine.mine, name="mine"),
    path("search", search.search, name="search"),
    path("bell", bell.bell, name="bell"),
    path("preferences", preferences.preferences, name="preferences"),
    path("about/lotus", about.lotus, name="lotus"),
    path("about/licences", about.licences, name="licences"),
    path("desk/", desk.desk, name="desk"),
    path("desk/outbox/", outbox.listing, name="outbox"),
    path("desk/outbox/decide", outbox.decide, name="outbox_decide"),
    path("desk/outbox/retry", outbox.retry_all, name="outbox_retry"),
    path("desk/datasets/", datasets.listing, name="datasets"),
    path("desk/datasets/new", contracts.new, name="contract_new"),
    path(DATASET, datasets.page, name="dataset"),
    path(f"{DATASET}scores.csv", datasets.scores_csv, name="scores_csv"),
    path(f"{DATASET}contract", contracts.contract, name="contract"),
    path(f"{DATASET}contract.yaml", contracts.document, name="contract_document"),
    path(f"{DATASET}contract/activate", contracts.activate, name="contract_activate"),
    path(f"{DATASET}upload", uploads.upload, name="upload"),
    path(f"{DATASET}upload/<str:load_id>", uploads.columns, name="columns"),
    path(f"{DATASET}loads/", datasets.all_loads, name="loads"),
    path(f"{DATASET}loads/<str:load_id>", uploads.load_page, name="load"),
    path(f"{DATASET}loads/<str:load_id>/stop", uploads.decide, {"verb": "stop"}, name="load_stop"),
    path(f"{DATASET}loads/<str:load_id>/resume", uploads.decide, {"verb": "resume"}, name="load_resume"),
    path(f"{DATASET}loads/<str:load_id>/confirm", uploads.decide, {"verb": "confirm"}, name="load_confirm"),
    path(f"{DATASET}entry", entry.entry, name="entry"),
    path(f"{DATASET}remind", remind.remind, name="remind"),
    path(f"{DATASET}sources/", sources.listing, name="sources"),
    path(f"{DATASET}sources/new/<slug:kind>", sources.new, name="source_new"),
    path(SOURCE, sources.edit, name="source"),
    path(f"{SOURCE}/fetch", sources.fetch, name="source_fetch"),
    path(f"{SOURCE}/pause", sources.pause, {"active": False}, name="source_pause"),
    path(f"{SOURCE}/resume", sources.pause, {"active": True}, name="source_resume"),
    path("desk/quarantine/", quarantine.listing, name="quarantine"),
    path(QUARANTINE, quarantine.dataset, name="quarantine_dataset"),
    path(f"{QUARANTINE}repair", quarantine.repair, name="repair"),
    path(f"{QUARANTINE}drop", quarantine.drop, name="drop"),
    path(f"{QUARANTINE}undo", quarantine.undo, name="undo"),
    path(f"{QUARANTINE}replay", quarantine.replay, name="replay"),
    path(f"{QUARANTINE}export.ndjson", quarantine.export_json, name="quarantine_export_json"),
    path(f"{QUARANTINE}export.csv", quarantine.export, name="quarantine_export"),
]
