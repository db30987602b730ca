"""Every address of the house. Packages bring their own pages; the fixed ones are in DESIGN section 5."""

from django.urls import include, path

from huong.main import answers, health
from huong.main.api import api
from huong.people.pages import oauth

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/v1/", api.urls),
    path(".well-known/oauth-authorization-server", oauth.metadata),
    path("account/", include("huong.people.urls")),
    path("", include("huong.procedures.result_urls")),
    path("open311/", include("huong.reports.open311.urls")),
    path("places/", include("huong.places.urls")),
    path("desk/reports/", include("huong.reports.desk_urls")),
    path("desk/dossiers/corrections/", include("huong.procedures.correction_urls")),
    path("desk/dossiers/", include("huong.procedures.desk_urls")),
    path("reports/", include("huong.reports.urls")),
    path("desk/procedures/", include("huong.procedures.catalogue_urls")),
    path("procedures/", include("huong.procedures.urls")),
    path("", include("huong.exchange.urls")),
    path("", include("huong.web.urls")),
]

handler400 = answers.bad_request
handler403 = answers.permission_denied
handler404 = answers.not_found
handler500 = answers.server_error
