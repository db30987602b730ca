"""Addresses of the exchange: the X-Road edge, the pages under `/desk/exchange/` and `/my/`."""

from django.urls import path

from huong.exchange.provider import edge

app_name = "exchange"
urlpatterns = [
    path("r1/<path:path>", edge.serve, name="r1"),
    path("listClients", edge.list_clients, name="list_clients"),
    path("exchange/keys/<path:identifier>", edge.keys, name="keys"),
]
