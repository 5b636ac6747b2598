"""Loaded by pytest before Django is (`-p tests.early`): a home of its own, and the store that is asked for."""

import atexit
import os
import shutil
import tempfile

from tests.stores import started_postgresql

KEPT = {"ALONGSIDE_TEST_STORE"}


def _prepare() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        # A home for each worker, and a server too: on one, a long transaction of another worker's test would hold up
        # this one's journal, which waits for every older transaction of the whole server.
        home = os.environ["ALONGSIDE_HOME"] = tempfile.mkdtemp(prefix="worker-", dir=os.environ["ALONGSIDE_HOME"])
        if os.environ.get("ALONGSIDE_TEST_STORE") == "postgresql":
            os.environ["ALONGSIDE_STORE"] = started_postgresql(home)
        return
    for name in [name for name in os.environ if name.startswith("ALONGSIDE_") and name not in KEPT]:
        del os.environ[name]  # a test never touches an installation that somebody uses
    home = tempfile.mkdtemp(prefix="alongside-test-")
    os.environ["ALONGSIDE_HOME"] = home
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    if os.environ.get("ALONGSIDE_TEST_STORE") == "postgresql":
        os.environ["ALONGSIDE_STORE"] = started_postgresql(home)


_prepare()
