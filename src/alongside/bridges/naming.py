"""What an arrival is known by once it is dealt with: enough to know it again, and nothing to read.

Tools put accounts and mail addresses into the names of events; kept as they are they would outlive by days whoever is
forgotten. So a keyed digest stands in the inbox.
"""

import hmac
from functools import cache

from django.conf import settings
from django.utils.crypto import salted_hmac


def name_in_inbox(remote_id: str, version: str = "") -> str:
    return hmac.digest(_key(settings.SECRET_KEY), f"{remote_id}\0{version}".encode(), "sha256").hex()


@cache
def _key(secret: str) -> bytes:
    return salted_hmac("alongside.bridges.inbox", "", secret=secret, algorithm="sha256").digest()
