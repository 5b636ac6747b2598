"""What those said who paused: left out of find, suggestions and new notes, and of the titles that it gave."""

from collections.abc import Mapping

from alongside.conversations.rules import title_of


def titles_without_the_paused(first_words: Mapping[int, str]) -> dict[int, str]:
    """Titles for conversations that somebody began who paused, by the first words of somebody who did not."""
    return {row: title_of("", text) for row, text in first_words.items()}


# In SQL, about a conversation called `v`: who began it did not pause.
IS_BEGUN_BY_HEARD = (
    "NOT EXISTS (SELECT 1 FROM people_account p WHERE p.is_paused AND p.id = (SELECT f.author_id"
    " FROM conversations_message f WHERE f.conversation_id = v.id ORDER BY f.said_at, f.id LIMIT 1))"
)
