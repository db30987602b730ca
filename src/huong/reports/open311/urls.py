"""Addresses of Open311, under `/open311/`; each with and without a slash at the end."""

from django.urls import re_path

from huong.reports.open311 import views

FORM = r"\.(?P<form>xml|json)/?$"
app_name = "open311"
urlpatterns = [re_path(rf"^discovery{FORM}", views.discovery, name="discovery")]
for _folder, _testing in (("v2", False), ("test/v2", True)):
    _facts = {"testing": _testing}
    urlpatterns += [
        re_path(rf"^{_folder}/+services{FORM}", views.service_list, _facts),
        re_path(rf"^{_folder}/+services/(?P<code>[^/]+){FORM}", views.service, _facts),
        re_path(rf"^{_folder}/+requests{FORM}", views.requests, _facts),
        re_path(rf"^{_folder}/+requests/(?P<number>[^/]+){FORM}", views.request, _facts),
        re_path(rf"^{_folder}/+tokens/(?P<given>[^/]+){FORM}", views.token, _facts),
        re_path(rf"^{_folder}/+servicerequestupdates{FORM}", views.request_updates, _facts),
    ]
urlpatterns += [re_path(r"^.*\.(?P<form>json)/?$", views.nothing), re_path(r"", views.nothing)]
