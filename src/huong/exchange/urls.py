"""Addresses of the exchange: the X-Road edge, the pages under `/desk/exchange/` and `/my/`."""

from django.urls import path

from huong.exchange.pages import acting, cases, desk, mine, shares
from huong.exchange.provider import edge

app_name = "exchange"
DESK = "desk/exchange/"
urlpatterns = [
    path("r1/<path:path>", edge.serve, name="r1"),
    path("listClients", edge.list_clients, name="list_clients"),
    path("exchange/keys/<path:identifier>", edge.keys, name="keys"),
    path("my/access", mine.accesses, name="my_access"),
    path("my/access/<int:access_id>/ask", mine.ask, name="my_ask"),
    path("my/data", mine.data, name="my_data"),
    path("my/data/ask", mine.ask_about, name="my_ask_about"),
    path("my/data/lift", mine.lift, name="my_lift"),
    path("my/data/export", mine.export, name="my_export"),
    path("my/consents/<str:number>/take-back", mine.take_back, name="take_back"),
    path("my/consents/<str:number>/<str:purpose>", mine.consent, name="consent"),
    path("my/acting", acting.acting, name="my_acting"),
    path("my/shares/", shares.shared, name="shares"),
    path("my/shares/new", shares.new, name="share_new"),
    path("my/shares/<str:number>", shares.share, name="share"),
    path("my/shares/<str:number>/take-back", shares.take_back, name="share_take_back"),
    path("shared/<str:code>", shares.opened, name="shared"),
    path(DESK, desk.overview, name="overview"),
    path(f"{DESK}offer", desk.offer, name="offer"),
    path(f"{DESK}offer-address", desk.offer_address, name="offer_address"),
    path(f"{DESK}services/<int:number>/use", desk.use, name="use"),
    path(f"{DESK}questions/", cases.asked, name="questions"),
    path(f"{DESK}reading", desk.reading, name="reading"),
    path(f"{DESK}services/<int:number>", desk.service, name="service"),
    path(f"{DESK}services/<int:number>/stop", desk.stop, name="stop"),
    path(f"{DESK}services/<int:number>/ask", desk.ask, name="ask"),
    path(f"{DESK}grants/<str:number>", desk.grant, name="grant"),
    path(f"{DESK}grants/<str:number>/<str:verb>", desk.decide, name="decide"),
    path("desk/onboarding/", desk.onboarding, name="onboarding"),
]
