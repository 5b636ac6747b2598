import multiprocessing
import os
import threading
from multiprocessing.connection import wait

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")


def _end_with_parent() -> None:
    """Killed hard, `run` and `serve` can tell their worker nothing; it would stay, and keep the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


_end_with_parent()
application = get_wsgi_application()

if settings.BASE_URL:  # a store that is served with one has met the outside, whoever serves it
    from alongside.people.actions import mark_as_run_with_base_url

    mark_as_run_with_base_url(None)
