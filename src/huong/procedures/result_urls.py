"""Addresses of results: signing, checking, papers, sharing, paying, looking a dossier up."""

from django.urls import path

from huong.procedures.pages import signing, verifying

app_name = "results"
SIGNING = "desk/dossiers/signing/"
urlpatterns = [
    path("verify/", verifying.start, name="verify_start"),
    path("verify/authority.pem", verifying.authority_pem, name="authority"),
    path("verify/status/<int:page>", verifying.status_list, name="status"),
    path("verify/types/<slug:name>", verifying.kind, name="type"),
    path("verify/<str:code>", verifying.verify, name="verify"),
    path(".well-known/jwt-vc-issuer", verifying.issuer, name="issuer"),
    path(SIGNING, signing.queue, name="queue"),
    path(f"{SIGNING}many", signing.sign_many, name="sign_many"),
    path(f"{SIGNING}<str:code>", signing.read, name="read"),
    path(f"{SIGNING}<str:code>/file.pdf", signing.file, name="file"),
    path(f"{SIGNING}<str:code>/sign", signing.sign, name="sign"),
    path(f"{SIGNING}<str:code>/back", signing.give_back, name="give_back"),
    path(f"{SIGNING}<str:code>/signed", signing.signed, name="signed"),
    path(f"{SIGNING}<str:code>/revoke", signing.revoke, name="revoke"),
]
