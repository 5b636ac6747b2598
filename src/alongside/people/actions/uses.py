"""What a store has been used for is never taken back: not by an older backup either."""

from datetime import datetime

from alongside.kit import clock
from alongside.people.models import Installation


def keep_uses(_actor: None, *, uses: Installation) -> None:
    """Facts of the store that was here hold for the one that took its place."""
    row = Installation.objects.get_or_create(pk=1)[0]
    row.has_run_with_base_url = row.has_run_with_base_url or uses.has_run_with_base_url
    row.save(update_fields=["has_run_with_base_url"])


def note_restore(_actor: None, *, made_at: datetime) -> None:
    """A backup of that moment is the store now. What tools tell again of the time in between is known by this."""
    Installation.objects.update_or_create(pk=1, defaults={"restored_at": clock.now(), "restored_to": made_at})
