"""Addresses of results: signing, checking, papers, sharing, paying, looking a dossier up."""

from django.urls import path

from huong.procedures.pages import looking_up, mine, paying, signing, verifying

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
    path("desk/dossiers/payments/<str:reference>.pdf", paying.receipt, name="receipt"),
    path("desk/dossiers/<str:uid>/result", paying.office, name="office"),
    path("desk/dossiers/<str:uid>/result/<slug:verb>", paying.do, name="do"),
    path("pay/callback", paying.called_back, name="callback"),
    path("procedures/lookup", looking_up.lookup, name="lookup"),
    path("my/dossiers/", mine.dossiers, name="my_dossiers"),
    path("my/dossiers/<str:uid>", mine.dossier, name="my_dossier"),
    path("my/dossiers/<str:uid>/forms/<str:key>.pdf", mine.form, name="my_form"),
    path("my/dossiers/<str:uid>/withdraw", mine.withdraw, name="my_withdraw"),
    path("my/dossiers/<str:uid>/rate", mine.rate, name="my_rate"),
    path("my/dossiers/<str:uid>/pay", mine.pay, name="my_pay"),
    path("my/papers/", mine.papers, name="papers"),
    path("my/papers/<str:uid>", mine.paper, name="paper"),
    path("my/papers/<str:uid>/file", mine.paper_file, name="paper_file"),
    path("my/papers/<str:uid>/credential", mine.credential, name="credential"),
    path("my/papers/<str:uid>/share", mine.share, name="share"),
    path("my/papers/shared/<int:number>/end", mine.end_share, name="end_share"),
    path("share/<str:code>", mine.shared, name="shared"),
]
