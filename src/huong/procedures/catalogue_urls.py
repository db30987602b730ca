"""Addresses of the officers' catalogue of procedures (`/desk/procedures/`)."""

from django.urls import path

from huong.procedures.pages import catalogue

app_name = "desk_procedures"
urlpatterns = [
    path("", catalogue.listing, name="list"),
    path("<str:code>", catalogue.single, name="procedure"),
]
