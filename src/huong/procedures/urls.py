"""Addresses of the citizens' side of procedures, under `/procedures/`."""

from django.urls import path

from huong.procedures.pages import citizen_form, citizen_info, citizen_moves, finder

app_name = "procedures"
urlpatterns = [
    path("", finder.home, name="list"),
    path("help", citizen_moves.help_with, name="help"),
    path("events/<slug:key>/", finder.event, name="life_event"),
    path("dossiers/<str:uid>/", citizen_form.dossier, name="dossier"),
    path("dossiers/<str:uid>/papers", citizen_form.paper_list, name="papers"),
    path("dossiers/<str:uid>/papers/<str:key>.pdf", citizen_form.paper, name="paper"),
    path("dossiers/<str:uid>/preview", citizen_moves.preview, name="preview"),
    path("dossiers/<str:uid>/send", citizen_moves.send, name="send"),
    path("dossiers/<str:uid>/new", citizen_moves.what_is_new, name="what_is_new"),
    path("dossiers/<str:uid>/wish", citizen_moves.wishes, name="wish"),
    path("dossiers/<str:uid>/wrong/<str:key>", citizen_moves.wrong, name="wrong"),
    path("dossiers/<str:uid>/extend", citizen_moves.extend, name="extend"),
    path("dossiers/<str:uid>/withdraw", citizen_moves.take_back, name="withdraw"),
    path("dossiers/<str:uid>/helper", citizen_moves.helper, name="helper"),
    path("dossiers/<str:uid>/<slug:step>", citizen_form.step, name="step"),
    path("dossiers/<str:uid>/<slug:step>/choose", citizen_form.choose, name="choose"),
    path("dossiers/<str:uid>/<slug:step>/save", citizen_form.autosave, name="autosave"),
    path("<str:code>/", citizen_info.procedure, name="procedure"),
]
