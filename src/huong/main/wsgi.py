"""The WSGI application that the web workers run, with every page read before the first request."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from huong.base.memory import beginning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huong.settings")
with beginning():
    application = get_wsgi_application()
    get_resolver().url_patterns  # noqa: B018 - reading it reads the pages
