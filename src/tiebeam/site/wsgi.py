"""What a server such as gunicorn starts: ``tiebeam.site.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")

application = get_wsgi_application()
