"""Newest first where audiences limit what is read: as blind to hidden texts as best first is.

“Most of these words” asked of tantivy as such walks every document that holds one of them, hidden ones too: with six
words of which a hidden text holds one, it took a sixteenth longer than with one that nobody wrote. So each readable
document scores one for each word that it meets, and what scores too little is dropped afterwards: all of it is
the viewer's to read, so that the time it takes tells nothing else.
"""

from collections.abc import Sequence
from typing import Final

from tantivy import Occur, Query

from alongside.search.rules import Proposal
from alongside.search.words.reading import Snapshot
from alongside.search.words.schema import CONVERSATION, LAST_SAID

AT_FIRST: Final = 5_000
"""Documents. Whoever reads more with one of the words in it waits for a second, longer look."""


def newest_with(
    snapshot: Snapshot, limits: Sequence[Query], groups: Sequence[Query], needed: int, limit: int
) -> list[Proposal]:
    """Of the documents within `limits` those in which at least `needed` of the groups stand, newest first."""
    one_each = Query.boolean_query([(Occur.Should, Query.const_score_query(group, 1.0)) for group in groups])
    within = [(Occur.Must, Query.const_score_query(limiting, 0.0)) for limiting in limits]
    query, most = Query.boolean_query([*within, (Occur.Must, one_each)]), AT_FIRST
    while len(hits := snapshot.searcher.search(query, most, count=False).hits) == most:
        most *= 4
    addresses = [address for score, address in hits if score > needed - 0.5]
    times = snapshot.searcher.fast_field_values(LAST_SAID, addresses)
    conversations = snapshot.searcher.fast_field_values(CONVERSATION, addresses)
    # Each once: all parts of a long conversation were last said at the same time.
    newest = sorted(set(zip(times, conversations, strict=True)), reverse=True)[:limit]
    return [Proposal(int(conversation or 0), float(time or 0)) for time, conversation in newest]
