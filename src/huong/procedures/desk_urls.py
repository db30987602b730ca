"""Addresses of the officers' pages of dossiers (`/desk/dossiers/`, DESIGN section 5)."""

from django.urls import path

from huong.procedures.pages.desk import before, counter, disruptions, listing, many, single

app_name = "desk_dossiers"
ONE = "<str:uid>/"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("find", listing.find, name="find"),
    path("bulk", many.many, name="bulk"),
    path("bulk/undo", many.undo, name="undo"),
    path("new", counter.new, name="new"),
    path("book.pdf", listing.book, name="book"),
    path("blanks", counter.blank_forms, name="blanks"),
    path("disruptions/", disruptions.listing, name="disruptions"),
    path("disruptions/declare", disruptions.declare, name="declare"),
    path("disruptions/<str:key>/end", disruptions.end, name="end"),
    path(ONE, single.page, name="dossier"),
    path(f"{ONE}receipt", counter.receipt, name="receipt"),
    path(f"{ONE}verify", single.verify, name="verify"),
    path(f"{ONE}move/<str:verb>", single.move, name="move"),
    path(f"{ONE}forms/<str:key>.pdf", single.form, name="form"),
    path(f"{ONE}papers/<str:key>", single.paper, name="paper"),
    path(f"{ONE}papers/<str:key>/before", before.paper, name="paper_before"),
]
