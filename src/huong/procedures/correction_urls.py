"""Addresses of requests for correction, under `/desk/dossiers/corrections/`."""

from django.urls import path

from huong.procedures.pages import corrections

app_name = "corrections"
urlpatterns = [
    path("", corrections.listing, name="list"),
    path("<str:uid>", corrections.case, name="case"),
    path("<str:uid>/proof.pdf", corrections.proof, name="proof"),
]
