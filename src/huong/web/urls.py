"""Addresses of the composed pages; the fixed ones are in DESIGN section 5."""

from django.urls import path

from huong.web.pages import about, bell, home, preferences, search

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("bell", bell.bell, name="bell"),
    path("preferences", preferences.preferences, name="preferences"),
    path("about/lotus", about.lotus, name="lotus"),
    path("about/licences", about.licences, name="licences"),
]
