"""What goes along with a post is made when it is sent, for the one account that it is written to, and lies nowhere before."""

import gzip
import io
from collections.abc import Iterable

import msgspec
from django.utils.translation import gettext as _

from alongside.bridges.port import File, Permanent, Post
from alongside.bridges.queries import unscoped_account_by_row
from alongside.bridges.rules import MY_THINGS
from alongside.letters.queries import Claimed
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.taking import everything_of

# Mail servers take ten megabytes nearly everywhere, and a file grows by a third in a mail.
MOST_ATTACHED = 7_000_000
MY_WORDS = "my-words.jsonl"


def with_file(one: Claimed, post: Post) -> Post:
    """Raises Permanent where whose things these are is not there any more."""
    if post.attachment != MY_THINGS:
        return post
    account = unscoped_account_by_row(one.account_id)
    viewer = unscoped_viewer_of_account(account.pk) if account else None
    if account is None or viewer is None or account.source_id != post.account:
        raise Permanent("Whoever asked for their things is not there any more.")
    content = packed(everything_of(viewer))
    if content is None:
        return msgspec.structs.replace(post, body=msgspec.structs.replace(post.body, lines=_too_large(post)))
    return msgspec.structs.replace(post, file=File(name=f"{MY_WORDS}.gz", kind="application/gzip", content=content))


def packed(lines: Iterable[bytes], most: int = MOST_ATTACHED) -> bytes | None:
    """None for more than goes along: it is not read on then."""
    written = io.BytesIO()
    with gzip.GzipFile(filename=MY_WORDS, mode="wb", fileobj=written, mtime=0) as file:
        for line in lines:
            file.write(line)
            if written.tell() > most:
                return None
    return written.getvalue() if written.tell() <= most else None


def _too_large(post: Post) -> tuple[str, ...]:
    size = MOST_ATTACHED // 1_000_000
    large = _("Packed, everything of yours is more than the %(size)s MB that go along with a mail.") % {"size": size}
    if post.body.items:
        return (large, _("Fetch it at this address, within half an hour. It is for you alone."))
    return (large, _("Whoever runs Alongside writes it into a file for you: alongside export."))
