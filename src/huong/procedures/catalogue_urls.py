"""Addresses of the officers' catalogue of procedures (`/desk/procedures/`)."""

from django.urls import path

from huong.procedures.pages import catalogue, figures

app_name = "desk_procedures"
urlpatterns = [
    path("", catalogue.listing, name="list"),
    path("index766", figures.index766, name="index766"),
    path("once-only", figures.once_only, name="once_only"),
    path("<str:code>", catalogue.single, name="procedure"),
]
