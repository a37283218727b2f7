"""What a server such as gunicorn starts: ``tiebeam.site.wsgi:application``."""

import gc
import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

YOUNG_OBJECTS_MOST = 50_000
"""Objects made before the collector looks for cycles; Python's own 700 are made many times in each page."""


def prepare() -> WSGIHandler:
    """Return the application, with what every page needs loaded and out of the collector's way."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    application = get_wsgi_application()
    from django.urls import get_resolver

    from tiebeam.interfaces.messages import list_messages

    get_resolver().url_patterns  # noqa: B018  # read for what it loads
    list_messages()
    # Looking through code and catalogues again and again took a quarter of a page's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS_MOST, 20, 50)
    return application


application = prepare()
