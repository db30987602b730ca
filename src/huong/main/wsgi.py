"""The WSGI application that the web workers run."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huong.settings")
application = get_wsgi_application()
