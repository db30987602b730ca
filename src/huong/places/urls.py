"""Addresses of the places package, under `/places/`."""

from django.urls import path

from huong.places import pages

app_name = "places"
urlpatterns = [
    path("", pages.find, name="find"),
    path("boundaries.geojson", pages.boundaries, name="boundaries"),
    path("basemap.json", pages.basemap_facts, name="basemap_facts"),
    path("basemap/<slug:seal>.pmtiles", pages.basemap, name="basemap"),
    path("<str:code>/", pages.unit, name="unit"),
]
